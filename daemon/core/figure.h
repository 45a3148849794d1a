/* A figure of an alert: a named value with its unit, as messages, the journal and explain show it. */
#ifndef CORE_FIGURE_H
#define CORE_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/basket.h"

/* Types of the rule language. */
enum value_type {
    VALUE_NUMBER,
    VALUE_RATIO,      /* 0.3 = 30 % */
    VALUE_POINTS,     /* percentage points; 0.05 = 5 pp */
    VALUE_MONEY,      /* USD */
    VALUE_QUANTITY,   /* in the product's own unit */
    VALUE_WEIGHT,     /* kg */
    VALUE_UNIT_VALUE, /* USD per unit or kg */
    VALUE_MONTHS,
    VALUE_PERIOD,
    VALUE_BOOLEAN,
    VALUE_TYPE_COUNT
};

/* Why a value is not known. */
enum unknown {
    KNOWN,
    UNKNOWN_NO_SERIES,  /* no source reports the series */
    UNKNOWN_MONTH,      /* a month of the window is missing */
    UNKNOWN_ZERO_BASE,  /* division by zero */
    UNKNOWN_ESTIMATED,  /* an estimated quantity in a unit value */
    UNKNOWN_SUPPRESSED, /* a confidential figure in the window */
    UNKNOWN_EARLY,      /* year to date before April */
    UNKNOWN_RANGE,      /* larger than can be computed with */
    UNKNOWN_SPREAD,     /* a series without any variation: nothing to measure a change by */
    UNKNOWN_RIVALS,     /* no other origin has a share of 1 % and a unit value */
    UNKNOWN_QUOTA,      /* no quota of the table is in force */
    UNKNOWN_MEASURE,    /* no measure or case of the table is in force */
    UNKNOWN_CALENDAR,   /* outside the years of the Tet table */
    UNKNOWN_COUNT
};

struct figure {
    const char *name;
    enum value_type type;
    enum unknown unknown; /* KNOWN: value counts */
    double value;
};

const char *value_type_name(enum value_type type);
/* As files name the reasons: "no_series", "month". By enum unknown, NULL behind the last. */
extern const char *const unknown_names[UNKNOWN_COUNT + 1];

const char *unknown_text(enum unknown unknown, enum language language);

/* "231%" "5.5 pp" "3.88 bn USD"; Vietnamese: decimal comma, "tỷ USD". Returns buf. */
enum { FIGURE_TEXT_SIZE = 64 };
const char *figure_format(const struct figure *figure, enum language language, char buf[FIGURE_TEXT_SIZE]);

#endif
