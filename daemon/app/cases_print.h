/* Trade-remedy cases for people, and as rows of a file of tables. */
#ifndef APP_CASES_PRINT_H
#define APP_CASES_PRINT_H

#include <stdio.h>

#include "core/trade_case.h"

/* A table of those that `chosen` marks. */
void cases_print(const struct trade_cases *cases, const bool *chosen, FILE *out);

/* The list `measures` of a file of tables (tdwatch-tables(5)), of the chosen cases that can be a row: they
 * have HS numbers and a day, and `known` has no row for them. Returns how many were left out. */
size_t cases_print_tables(
    const struct trade_cases *cases, const bool *chosen, const struct measures *known, FILE *out);

#endif
