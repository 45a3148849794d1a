/* The poller: which feed is fetched when. On the loop thread.
 *
 * One transfer at a time for each host; conditional requests; what a transfer brought goes to the engine, and
 * the engine's answer says when to ask again. */
#ifndef APP_POLLER_H
#define APP_POLLER_H

#include "app/engine.h"
#include "io/transfer.h"

struct poller;

/* `fetched` is called once per transfer, with a message for the engine that it then owns. */
typedef void poller_fetched_fn(void *userdata, struct engine_message *message);

struct poller *poller_new(poller_fetched_fn *fetched, void *userdata);
void poller_free(struct poller *poller);

/* The feeds of this setup, with their kept states, from now on. A transfer under way ends as it would have.
 */
void poller_set_feeds(
    struct poller *poller, const struct setup *setup, const struct feed_row *rows, size_t n);

/* The engine has dealt with what a feed brought. */
void poller_dealt(struct poller *poller, const struct feed_row *row);

/* Starts what is due. */
void poller_run(struct poller *poller, struct transfers *transfers, int64_t now_ms);

/* When something is due next; INT64_MAX: nothing. */
int64_t poller_next_ms(const struct poller *poller);

#endif
