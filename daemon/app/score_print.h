/* A backtest's score as tables for a terminal. */
#ifndef APP_SCORE_PRINT_H
#define APP_SCORE_PRINT_H

#include <stdio.h>

#include "core/score.h"

/* Both: 0, or -ENOMEM. */
int score_print(const struct score_run *run, const struct score *score, FILE *out);
int score_print_tune(const char *threshold, const struct score_point *points, size_t n, FILE *out);

#endif
