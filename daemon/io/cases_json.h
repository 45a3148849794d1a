/* Trade-remedy cases as JSON, for programs. */
#ifndef IO_CASES_JSON_H
#define IO_CASES_JSON_H

#include <stdio.h>

#include "core/trade_case.h"

/* { "cases": [ … ] } of those that `chosen` marks. 0, or -EIO. */
int cases_json_write(const struct trade_cases *cases, const bool *chosen, FILE *out);

#endif
