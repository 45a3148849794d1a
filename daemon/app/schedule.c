#include "app/schedule.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"

/* The delay ±10 %, spread by a hash of who and when. */
static int64_t jittered(int64_t delay_ms, const char *who, int64_t now_ms)
{
    char text[160];
    int n = snprintf(text, sizeof text, "%.100s %lld", who, (long long)now_ms);
    struct digest digest = digest_of(text, (size_t)n);
    digest.hex[6] = '\0';
    double unit = (double)strtol(digest.hex, NULL, 16) / (double)0xffffff; /* 0 … 1 */
    return delay_ms + (int64_t)((unit - 0.5) * 0.2 * (double)delay_ms);
}

static int64_t capped(int64_t value, int64_t max)
{
    return value < max ? value : max;
}

/* `first` doubled `steps` times, at most `max`. */
static int64_t doubled(int64_t first, int steps, int64_t max)
{
    int64_t value = first;
    for (int i = 0; i < steps && value < max; i++)
        value *= 2;
    return capped(value, max);
}

static int64_t at_least(int64_t delay_ms, int64_t retry_after_s)
{
    int64_t asked_ms = capped(retry_after_s, RETRY_AFTER_MAX_S) * 1000;
    return delay_ms > asked_ms ? delay_ms : asked_ms;
}

struct publishing schedule_publishing(const struct descriptor *feed)
{
    return (struct publishing){&feed->calendar, feed->publication_lag_s, feed->interval_s};
}

int64_t schedule_feed(
    const char *feed, int64_t interval_s, int failures, int64_t retry_after_s, int64_t now_ms)
{
    int64_t delay_s = failures == 0 ? interval_s : doubled(60, failures - 1, interval_s);
    return now_ms + at_least(jittered(delay_s * 1000, feed, now_ms), retry_after_s);
}

int64_t schedule_delivery(const struct channel *channel, const struct delivery_row *row, int attempts,
    int64_t retry_after_s, int64_t now_ms)
{
    for (int i = 0; i < attempts; i++) {
        if (channel->delays_s[i] == 0)
            return 0;
        if (i == attempts - 1)
            return now_ms +
                   at_least(jittered(channel->delays_s[i] * 1000, row->message_id, now_ms), retry_after_s);
    }
    return now_ms;
}

int64_t schedule_own_fault(const struct delivery_row *row, int64_t now_ms)
{
    int64_t delay_ms = capped((now_ms - row->created_ms) / 4, 30 * 60 * 1000);
    return now_ms + jittered(delay_ms > 60 * 1000 ? delay_ms : 60 * 1000, row->message_id, now_ms);
}

static void retry(const struct channel *channel, const struct delivery_row *row, int64_t retry_after_s,
    struct attempt_row *attempt)
{
    attempt->next_ms = schedule_delivery(channel, row, row->attempts + 1, retry_after_s, attempt->at_ms);
    if (attempt->next_ms == 0)
        attempt->state = DELIVERY_PARKED;
    /* Whoever asks for patience means all that we have for him. */
    if (retry_after_s > 0)
        attempt->rest_ms = attempt->at_ms + capped(retry_after_s, RETRY_AFTER_MAX_S) * 1000;
}

void schedule_attempt(const struct channel *channel, const struct delivery_row *row,
    enum channel_outcome outcome, int64_t retry_after_s, struct attempt_row *attempt)
{
    attempt->state = DELIVERY_PENDING;
    attempt->next_ms = attempt->rest_ms = 0;
    attempt->own_fault = outcome == CHANNEL_OUR_FAULT;
    switch (outcome) {
    case CHANNEL_DELIVERED:
        attempt->state = DELIVERY_DELIVERED;
        break;
    case CHANNEL_REFUSED:
    case CHANNEL_GONE:
        attempt->state = DELIVERY_PARKED;
        break;
    case CHANNEL_REJECTED:
        if (row->attempts + 1 >= REJECTED_TRIES)
            attempt->state = DELIVERY_PARKED;
        else
            retry(channel, row, retry_after_s, attempt);
        break;
    case CHANNEL_RETRY:
        retry(channel, row, retry_after_s, attempt);
        break;
    case CHANNEL_OUR_FAULT:
        /* The next message would meet the same fault: one is enough to see whether it is over. */
        attempt->next_ms = attempt->rest_ms = schedule_own_fault(row, attempt->at_ms);
        break;
    }
}
