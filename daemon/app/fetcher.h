/* A feed asked from the command line: the daemon's poller and transfers on a loop of this thread, one
 * question at a time, so that limits, keys and patience are the daemon's. SIGINT and SIGTERM end it between
 * two questions. */
#ifndef APP_FETCHER_H
#define APP_FETCHER_H

#include "app/engine.h"
#include "feeds/gather.h"

struct fetcher;

/* `hosts` are what the store knows of requests made today. The setup is borrowed. NULL: the system has no
 * descriptors left. */
struct fetcher *fetcher_new(const struct setup *setup, const struct host_row *hosts, size_t host_count);
void fetcher_free(struct fetcher *fetcher);

/* Asks for these months, or for what a feed without months has. `turn`, which may be NULL, is called at least
 * once a second meanwhile. Returns a message for the engine, which the caller owns, also where a signal has
 * stopped it in the middle; NULL: it was stopped before, or there is no such feed that can be asked. */
typedef void fetcher_turn_fn(void *userdata);
struct engine_message *fetcher_ask(struct fetcher *fetcher, const char *feed, const struct gather_span *span,
    fetcher_turn_fn *turn, void *userdata);

/* Waits, or until a signal comes; `turn` as above. */
void fetcher_wait(struct fetcher *fetcher, int64_t ms, fetcher_turn_fn *turn, void *userdata);

bool fetcher_is_stopped(const struct fetcher *fetcher);

#endif
