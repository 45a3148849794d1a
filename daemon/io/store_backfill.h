/* Which months of a feed's history were brought by a backfill, so that one that was interrupted goes on where
 * it was. A month that was asked for by another descriptor is asked for again. */
#ifndef IO_STORE_BACKFILL_H
#define IO_STORE_BACKFILL_H

#include "io/store.h"

/* `version`: the descriptor's digest. */
int store_put_backfilled(struct store *store, const char *feed, const char *version, int32_t period);

/* Calls fn for every such month of the feed. */
int store_each_backfilled(struct store *store, const char *feed, const char *version,
    void (*fn)(void *userdata, int32_t period), void *userdata);

/* Whether months were brought since what stands open was last told; and that it is told now. */
int store_has_untold_backfill(struct store *store, bool *ret_untold);
int store_put_backfill_told(struct store *store);

#endif
