/* Trade-remedy cases as a file of tables (tdwatch-tables(5)): the list `measures`, which rules read. */
#ifndef APP_CASE_TABLE_H
#define APP_CASE_TABLE_H

#include "base/buf.h"
#include "core/reference.h"
#include "core/trade_case.h"

/* What the cases stand beside: baskets, and as `measures` the rows that win over them. */
struct case_table {
    const struct baskets *baskets;
    const struct measures *known;
};

/* Writes those of the chosen cases that can be a row: they have a day and HS numbers, or else a product that a
 * basket has among its names, and `known` has no row for them. `as_of` is the newest of their days that has come. How many were left out in *ret_left_out; 0, or
 * -EMSGSIZE. */
int case_table_write(const struct case_table *table, const struct trade_cases *cases, const bool *chosen,
    struct buf *out, size_t *ret_left_out);

#endif
