/* A made-up backtest with one of everything: what reports of it must show. */
#ifndef TESTS_SAMPLE_SCORE_H
#define TESTS_SAMPLE_SCORE_H

#include "core/score.h"

extern const struct score_run sample_run;
extern const struct score_point sample_points[];
extern const size_t sample_point_count;

/* Computes the score; score_deinit it. */
void sample_score(struct score *ret_score);

#endif
