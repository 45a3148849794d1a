/* The functions of the rule language: one table row each, with formula, behaviour where data are missing, and
 * the law or paper that uses it.
 *
 * All reduce to sums over windows, so that equal windows are computed once. w is a window that ends with the
 * judged period: a number of months, or ytd (January to the judged period). A window with a missing month is
 * unknown. */
#ifndef CORE_INDICATOR_H
#define CORE_INDICATOR_H

#include "core/program.h"

enum parameter {
    PARAMETER_SERIES,
    PARAMETER_WINDOW, /* 3m, 1y, ytd */
    PARAMETER_MONTHS, /* 12m */
    PARAMETER_VALUE,
    PARAMETER_EARLY, /* the word `early`, only with ytd */
};

/* The type of the result. */
enum indicator_result {
    RESULT_COLUMN, /* that of the series' column */
    RESULT_RATIO,
    RESULT_POINTS,
    RESULT_BOOLEAN,
    RESULT_ARGUMENT, /* that of the arguments, which must agree */
};

enum { PARAMETERS_MAX = 4 };

struct indicator {
    const char *name;
    const char *synopsis; /* growth(series, window) */
    enum parameter parameters[PARAMETERS_MAX];
    size_t required, count;
    enum indicator_result result;
    const char *formula; /* for the manual */
    const char *source;  /* law, paper, or practice */
    int (*emit)(struct program_builder *builder, const struct expr *call);
};

extern const struct indicator indicators[];
extern const size_t indicator_count;

/* Its number in the table, or -1. */
int indicator_find(struct slice name);

/* "ytd" or a literal of months → months or WINDOW_YTD; -1 where the expression is neither. */
int indicator_window(const struct expr *expr);

#endif
