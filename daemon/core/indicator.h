/* The functions of the rule language: one table row each, with formula, unit, behaviour where data are
 * missing, and the law or paper that uses it. The manual is printed from this table.
 *
 * w is a window that ends with the judged period: a number of months, or ytd (January to the judged period).
 * A window with a missing month is unknown unless the row says otherwise. Most functions reduce to sums over
 * windows, so that equal windows are computed once; the others are probes. */
#ifndef CORE_INDICATOR_H
#define CORE_INDICATOR_H

#include "core/program.h"

enum parameter {
    PARAMETER_SERIES,       /* exports.quantity, also rivals */
    PARAMETER_PLAIN_SERIES, /* as before, but a series that sources report: not rivals */
    PARAMETER_WINDOW,       /* 3m, 1y, ytd */
    PARAMETER_MONTHS,       /* 12m */
    PARAMETER_VALUE,
    PARAMETER_RATIO,  /* a value that is a ratio */
    PARAMETER_EARLY,  /* the word `early`, only with ytd */
    PARAMETER_BASIS,  /* early, previous, norm */
    PARAMETER_PLACE,  /* origin, home */
    PARAMETER_COLUMN, /* value, quantity, weight */
    PARAMETER_OVER,   /* market, origin */
    PARAMETER_FLAG,   /* small_base, … */
    PARAMETER_COUNT
};

/* The type of the result. */
enum indicator_result {
    RESULT_COLUMN, /* that of the series' column */
    RESULT_RATIO,
    RESULT_POINTS,
    RESULT_NUMBER,
    RESULT_MONTHS,
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
    const char *missing; /* what missing data do, where it is not what they always do; or "" */
    const char *source;  /* law, paper, or practice */
    int (*emit)(struct program_builder *builder, const struct expr *call);
    /* What is wrong with arguments that are each right, or NULL. May be NULL. */
    const char *(*fault)(const struct expr *call);
};

extern const struct indicator indicators[];
extern const size_t indicator_count;

/* Its number in the table, or -1. */
int indicator_find(struct slice name);

/* "ytd" or a literal of months → months or WINDOW_YTD; -1 where the expression is neither. */
int indicator_window(const struct expr *expr);

/* The words a parameter takes, NULL-terminated; NULL where it takes none. */
const char *const *indicator_words(enum parameter parameter);

/* The number of a word argument among its parameter's words, or -1. */
int indicator_word(enum parameter parameter, const struct expr *expr);

/* ---- for indicator_*.c ---- */

typedef int indicator_emit_fn(struct program_builder *builder, const struct expr *call);
typedef const char *indicator_fault_fn(const struct expr *call);

/* Whether the call has this argument. */
bool indicator_has(const struct expr *call, size_t index);

/* Functions that are probes (indicator_probes.c). */
indicator_emit_fn indicator_emit_z, indicator_emit_p, indicator_emit_lead_corr, indicator_emit_rerouted,
    indicator_emit_undercut, indicator_emit_hhi, indicator_emit_cumulated, indicator_emit_measure,
    indicator_emit_measure_rate, indicator_emit_measure_age, indicator_emit_case, indicator_emit_case_age,
    indicator_emit_case_elsewhere, indicator_emit_quota_used, indicator_emit_quota_full_in,
    indicator_emit_flag;
indicator_fault_fn indicator_fault_z, indicator_fault_lead_corr, indicator_fault_undercut,
    indicator_fault_hhi;

#endif
