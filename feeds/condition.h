/* What a row has to say: a column and its text.
 *
 *   where: { TRADE_TYPE: E }                                                # only such rows are read
 *   fields:
 *     value: { column: OBS_VALUE, where: { indicators: VALUE_IN_EUROS } }   # only such rows have this figure
 */
#ifndef FEEDS_CONDITION_H
#define FEEDS_CONDITION_H

#include "base/diag.h"
#include "base/node.h"
#include "base/shape.h"

enum { CONDITIONS_MAX = 4 };

struct condition {
    const char *column, *text; /* column NULL: there is none */
};

extern const struct shape condition_shape, conditions_shape; /* one; and up to CONDITIONS_MAX */

/* Reads 1 to `max` conditions. How many; 0 with a fault (F014) in `diags`. */
size_t condition_read(const struct node *where, size_t max, struct condition *ret_conditions,
    struct arena *arena, struct diag_list *diags);

#endif
