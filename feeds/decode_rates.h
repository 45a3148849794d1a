/* Exchange rates of a payload: its records, by the feed's section `rates`, to averages of whole months.
 *
 * Daily rates are averaged over the days that the payload has of a month. A month counts where the payload
 * has days before and behind it, and the currency has a rate on all of its days: else it would be the average
 * of a part. */
#ifndef FEEDS_DECODE_RATES_H
#define FEEDS_DECODE_RATES_H

#include "core/rates.h"
#include "feeds/decode.h"

enum { RATE_ROWS_MAX = 4 * 1000 * 1000 };

struct rate_list {
    struct rate *items; /* by currency, then month; each once */
    size_t len;
    size_t rows; /* of the payload that they are made of */
};

/* `last`: the newest month that is over; later ones are passed over. Of the input's rates those of the feed
 * tell whether a currency has changed its unit. 0, or -EBADMSG with every fault in `diags` (D0xx, G105). */
int decode_rates(
    const struct decode_input *input, int32_t last, struct rate_list *ret_rates, struct diag_list *diags);
void rate_list_deinit(struct rate_list *list);

#endif
