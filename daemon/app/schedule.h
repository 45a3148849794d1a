/* When to try again: feeds and deliveries. Pure; jitter comes from names and times, so that a replay gives
 * the same. */
#ifndef APP_SCHEDULE_H
#define APP_SCHEDULE_H

#include "feeds/descriptor.h"
#include "io/channel.h"

/* A server may ask for patience, but not for more than a day. */
enum { RETRY_AFTER_MAX_S = 24 * 3600 };

/* A message that is refused as such is tried so often: filters learn. */
enum { REJECTED_TRIES = 3 };

/* The next poll of a feed: its interval ±10 %, or after failures in a row 1, 2, 4 … minutes up to its
 * interval, never before Retry-After. */
int64_t schedule_feed(
    const char *feed, int64_t interval_s, int failures, int64_t retry_after_s, int64_t now_ms);

/* The next attempt of a delivery that has failed `attempts` times: the channel's schedule ±10 %, never before
 * Retry-After. 0: its schedule is used up. */
int64_t schedule_delivery(const struct channel *channel, const struct delivery_row *row, int attempts,
    int64_t retry_after_s, int64_t now_ms);

/* What an attempt with this outcome makes of the delivery: fills state, next_ms, own_fault and rest_ms.
 * `attempt` has at_ms. */
void schedule_attempt(const struct channel *channel, const struct delivery_row *row,
    enum channel_outcome outcome, int64_t retry_after_s, struct attempt_row *attempt);

/* The next attempt after a fault of our own side, which never parks: a quarter of the delivery's age, 1 to 30
 * minutes. */
int64_t schedule_own_fault(const struct delivery_row *row, int64_t now_ms);

/* When the source of a feed publishes. Borrows. */
struct publishing schedule_publishing(const struct descriptor *feed);

#endif
