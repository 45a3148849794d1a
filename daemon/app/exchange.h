/* The exchange rates of the feeds that bring some: from the store into memory, and what a payload changes. */
#ifndef APP_EXCHANGE_H
#define APP_EXCHANGE_H

#include "app/setup.h"
#include "core/rates.h"
#include "feeds/decode_rates.h"
#include "io/store.h"

/* Whether payloads of the feed are rates; and whether its values are converted by some. */
bool exchange_has_rates(const struct descriptor *feed);
bool exchange_is_converted(const struct descriptor *feed);

/* The rates of the setup's feeds, in their order, as the store has them; without a store none is known. The
 * setup is borrowed. 0 or -errno; rates_deinit in either case. */
int exchange_load(struct store *store, const struct setup *setup, struct rates *ret_rates);

/* What a payload's rates would change: those that are new, and those that differ. */
struct exchange_changes {
    size_t added, revised;
    int32_t newest; /* month of any of them; PERIOD_NONE: there is none */
};
struct exchange_changes exchange_compare(
    const struct rates *rates, const struct descriptor *feed, const struct rate_list *list);

/* Writes those of them that change anything, as the payload's. 0 or -errno. */
int exchange_put(struct store *store, const struct rates *rates, const struct descriptor *feed,
    const struct rate_list *list, int64_t payload);

/* Takes them into memory, after they are committed. */
void exchange_take(struct rates *rates, const struct descriptor *feed, const struct rate_list *list);

#endif
