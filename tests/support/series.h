/* Series in a line of text, as in rule tests: "100x12 _ 110x3 ~ 10+2x5".
 *
 *   10      a figure        10x3   three of them         10+2x5   10 12 14 16 18 20
 *   _       not published   ~      suppressed            10e      estimated by the source */
#ifndef TESTS_SERIES_H
#define TESTS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/panel.h"

enum { SERIES_POINTS_MAX = 240 };

struct series_point {
    bool known;
    int64_t figure; /* in thousandths, as in the panel */
    unsigned flags;
};

struct series_points {
    struct series_point items[SERIES_POINTS_MAX];
    size_t len;
};

/* False where the text is not in this notation. */
bool series_parse(const char *text, struct series_points *ret_points);

/* Who is who in a scope, and who reports. */
struct series_scope {
    const char *source, *home, *market, *origin, *product;
};

/* Puts figures from `first` on into the panel. `name` is a role with or without its column: imports,
 * imports.quantity. False where either cannot be read. */
bool series_put(
    struct panel *panel, const struct series_scope *scope, const char *name, const char *text, int32_t first);

#endif
