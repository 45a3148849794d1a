/* Exchange rates in the store, each with the payload that brought it. A later rate of the same currency and
 * month stands beside the earlier one and counts from then on, so that what any value was converted by can be
 * seen. */
#ifndef IO_STORE_RATE_H
#define IO_STORE_RATE_H

#include "core/rates.h"
#include "io/store.h"

int store_put_rate(struct store *store, int64_t payload, const char *base, const struct rate *rate);

/* Calls fn for every rate, by the payloads from the oldest to the newest. */
int store_each_rate(struct store *store,
    void (*fn)(void *userdata, const char *feed, const char *base, const struct rate *rate), void *userdata);

#endif
