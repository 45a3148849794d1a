/* What a figure of a rule is, in words: "Growth of imports (quantity), 3 months, on a year earlier". */
#ifndef CORE_FIGURE_LABEL_H
#define CORE_FIGURE_LABEL_H

#include "core/expr.h"

/* The label of a checked expression; "" where it is more than one call of a function. */
const char *figure_label(const struct expr *expr, enum language language, struct arena *arena);

/* "exports", "imports from other origins". */
const char *figure_label_series(enum series_role role, enum language language);

#endif
