/* Series in a line of text, as rule tests write them: "100x12 _ 110x3 ~ 10+2x5".
 *
 *   10      a figure         10x3   three of them         10+2x5   10 12 14 16 18 20
 *   _       not published    ~      suppressed            1.5M     1500000; k, M and G
 *   10e     estimated by the source                       10p      preliminary
 *
 * Steps and repetitions take letters too: 10k+2kx5e. Pure. */
#ifndef CORE_SERIES_TEXT_H
#define CORE_SERIES_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/shape.h"
#include "base/str.h"
#include "core/observation.h"

enum { SERIES_POINTS_MAX = 480 };

struct series_point {
    bool known;
    int64_t figure; /* in thousandths, as in the panel */
    unsigned flags; /* of enum observation_flag */
};

struct series_points {
    struct series_point items[SERIES_POINTS_MAX];
    size_t len;
};

/* Where the text is not in the notation, and what was expected there. */
struct series_text_fault {
    size_t at; /* byte offset */
    const char *expected;
};

extern const struct shape series_text_shape; /* what it reads */
extern const struct shape
    series_point_shape; /* one month that is not without a figure: what a revision gives */

/* Reads the whole text. 0, or -EINVAL with *ret_fault; figures are between 0 and FIGURE_MAX. */
int series_text_read(
    struct slice text, struct series_points *ret_points, struct series_text_fault *ret_fault);

/* Appends the points as text that reads back as them. 0, or -EMSGSIZE. */
int series_text_print(const struct series_point *points, size_t n, struct buf *out);

#endif
