/* Trade-remedy cases as a file of tables (tdwatch-tables(5)): the list `measures`, which rules read. */
#ifndef APP_CASE_TABLE_H
#define APP_CASE_TABLE_H

#include "base/buf.h"
#include "core/trade_case.h"

/* Writes those of the chosen cases that can be a row: they have HS numbers and a day, and `known` has no row
 * for them. `as_of` is the newest of their days that has come. How many were left out in *ret_left_out; 0, or
 * -EMSGSIZE. */
int case_table_write(const struct trade_cases *cases, const bool *chosen, const struct measures *known,
    struct buf *out, size_t *ret_left_out);

#endif
