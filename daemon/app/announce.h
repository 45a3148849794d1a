/* Announcing: from where alerts stand to what people are told, inside the deciding transaction.
 *
 * Compares each touched scope's state with what has been told of it, journals the difference as events, and
 * adds a delivery for every receiver that is to know. */
#ifndef APP_ANNOUNCE_H
#define APP_ANNOUNCE_H

#include "app/engine_state.h"

/* Why alerts move. */
struct announcement {
    int64_t now_ms;
    const char *reason;  /* "threshold", "rules", "case", "feed" */
    const char *vintage; /* digest of the payload that did it, or "" */
};

/* Fills engine->told from the store; first forgets what it held. 0 or -errno. */
int announce_load(struct engine *engine);

/* All judged scopes in `result`. 0 or -errno; then the transaction must be rolled back and announce_load
 * called. */
int announce_judged(struct engine *engine, const struct judge_result *result, const struct announcement *why);

/* Closes open alerts whose rule, scope or feed is no more. */
int announce_orphans(struct engine *engine, const struct announcement *why);

/* A feed's health: raises "feed-<class>" where `class` is not "ok" and clears what is over. That a feed is
 * out of reach says nothing of the bytes that were refused before. */
int announce_feed(struct engine *engine, const char *feed, const char *class, const struct announcement *why);

/* Whether the month after its newest one is overdue: raises or clears "feed-late". */
int announce_feed_late(struct engine *engine, const char *feed, bool late, const struct announcement *why);

/* Whether the feed's alert "feed-<class>" stands open. */
bool announce_feed_is_open(struct engine *engine, const char *feed, const char *class);

#endif
