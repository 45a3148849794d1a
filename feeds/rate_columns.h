/* The section of a feed whose payloads are exchange rates instead of observations: where they stand.
 *
 *   rates:
 *     base: EUR               # one unit of it costs …
 *     month: TIME_PERIOD      # averages of months; or day: of which months are averaged
 *     currency: CURRENCY      # left out: every other column is a currency, by its name
 *     rate: OBS_VALUE         # … so many of the currency
 *     none: [N/A]             # what stands where there is no rate
 */
#ifndef FEEDS_RATE_COLUMNS_H
#define FEEDS_RATE_COLUMNS_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/keys.h"
#include "base/node.h"
#include "base/shape.h"
#include "feeds/ask.h"

struct rate_columns {
    const char *base;            /* NULL: the feed has observations */
    const char *month, *day;     /* one of them */
    const char *currency, *rate; /* both, or neither */
    struct texts none;
};

extern const struct shape rate_columns_shape;

/* Reads the section `rates` of a document, and checks what stands beside it. Faults (K0xx, F015) in `diags`.
 */
void rate_columns_read(const struct node *document, const struct ask *ask, struct rate_columns *ret_columns,
    struct arena *arena, struct diag_list *diags);

#endif
