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
    const char *reason;    /* "threshold", "rules", "case", "backfill", "feed" */
    const char *vintage;   /* digest of the payload that did it, or "" */
    int32_t silent_before; /* as in struct ledger_turn */
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

/* How deliveries to a receiver go: raises or clears "delivery-<trouble>". Told to internal receivers on
 * another channel than this receiver's, or where there is none, to the other internal ones. */
enum delivery_trouble { DELIVERY_TROUBLE_DELAYED, DELIVERY_TROUBLE_PARKED, DELIVERY_TROUBLE_DISABLED };
int announce_delivery(struct engine *engine, const char *receiver, enum delivery_trouble trouble, bool bad,
    const struct announcement *why);

/* Tells one receiver of an event that others were told of. */
int announce_to(struct engine *engine, const struct receiver *receiver, const struct alert_record *record,
    int64_t now_ms);

/* The alert of this scope still stands now that its acknowledgement has ended: tells those who were told of
 * it. */
int announce_lapsed(struct engine *engine, const struct alert_scope *scope, int64_t now_ms);

/* What is said of a silence, to its author where an internal receiver has that name, else to all of them. */
enum silence_news { SILENCE_NEWS_ENDING, SILENCE_NEWS_ENDED, SILENCE_NEWS_UNMET };
int announce_silence(
    struct engine *engine, const struct silence_entry *entry, enum silence_news news, int64_t now_ms);

/* Tells what neither judging nor a feed says. `closes`: the alert is over with it. One that ends an alert
 * that does not stand says nothing. */
int announce_other(struct engine *engine, struct alert_record *record, bool closes);

/* Whether the feed's alert "feed-<class>" stands open. */
bool announce_feed_is_open(struct engine *engine, const char *feed, const char *class);

/* What routes see of the i-th alert that a feed can raise; false behind the last. */
bool announce_feed_labels(size_t i, struct labels *ret_labels);

#endif
