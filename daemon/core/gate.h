/* The gate: whether a decoded payload may enter history. Whole or not at all.
 *
 * Every fault is reported with its line; a payload with any error goes to quarantine and changes nothing
 * (guarantees G10–G12). */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "base/diag.h"
#include "core/dataset.h"
#include "core/panel.h"
#include "core/release.h"

struct gate {
    const char *feed;      /* source name of the rows */
    const char *file;      /* how messages call the payload */
    int32_t newest_period; /* the month we live in: a later one is from the future */
    size_t min_rows;       /* fewer rows are a truncated or empty payload */
    bool sum;              /* rows of the same series and month are added up */
    bool by_figure;        /* they are figures of one observation, and put together */
};

/* Folds the payload's rows to a release for `panel`, and checks them against each other and against history:
 *   G101 duplicate key with another figure      G102 period in the future
 *   G103 negative figure                        G104 absurd figure (over FIGURE_MAX)
 *   G105 fewer rows than the feed promises      G106 a series that the last payload for its periods had is
 * gone (> 10 % of the series) G107 unit of a series changed               G108 scale step: the same power of
 * ten in over 20 % of the series that hold figures for the month before.
 *
 * Rows that say the same once more count once. Where rows are added up, a column is known where all of them
 * have it: a sum with a part missing is not a smaller sum. Uses all processors. Returns 0 accepted, with the
 * release (its texts are the datasets'), or -EBADMSG with errors in `diags`, by line. */
int gate_check(const struct gate *gate, const struct panel *panel, const struct datasets *payload,
    struct release *ret_release, struct diag_list *diags);

#endif
