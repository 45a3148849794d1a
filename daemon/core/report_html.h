/* A backtest's report as one HTML page: no scripts, no other files; for a screen in light or dark, and for
 * paper. */
#ifndef CORE_REPORT_HTML_H
#define CORE_REPORT_HTML_H

#include "base/buf.h"
#include "core/score.h"

enum { REPORT_MAX = 16 * 1024 * 1024 };

/* Both append to `out` and return 0, or -EMSGSIZE; the same input gives the same bytes. */
int report_html(const struct score_run *run, const struct score *score, struct buf *out);

/* The values of one threshold that were tried, by rising value, at least one. */
int report_html_tune(const struct score_run *run, const char *threshold, const struct score_point *points,
    size_t n, struct buf *out);

#endif
