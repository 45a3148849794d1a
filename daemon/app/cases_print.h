/* Trade-remedy cases for people. */
#ifndef APP_CASES_PRINT_H
#define APP_CASES_PRINT_H

#include <stdio.h>

#include "core/trade_case.h"

/* A table of those that `chosen` marks. */
void cases_print(const struct trade_cases *cases, const bool *chosen, FILE *out);

#endif
