/* A backtest's score as JSON, for programs: all that the report shows. */
#ifndef IO_SCORE_JSON_H
#define IO_SCORE_JSON_H

#include "base/buf.h"
#include "core/score.h"

/* Appends the document. What is not known is null. 0, or -EMSGSIZE. */
int score_json_write(const struct score_run *run, const struct score *score, struct buf *out);

/* The values of one threshold that were tried. */
int score_json_write_tune(const struct score_run *run, const char *threshold,
    const struct score_point *points, size_t n, struct buf *out);

#endif
