/* Puts series that are written as in rule tests (core/series_text.h) into a panel. */
#ifndef TESTS_SERIES_H
#define TESTS_SERIES_H

#include "core/panel.h"
#include "core/series_text.h"

/* Who is who in a scope, and who reports. */
struct series_scope {
    const char *source, *home, *market, *origin, *product;
};

/* Puts figures from `first` on into the panel. `name` is a role with or without its column: imports,
 * imports.quantity. False where either cannot be read. */
bool series_put(
    struct panel *panel, const struct series_scope *scope, const char *name, const char *text, int32_t first);

#endif
