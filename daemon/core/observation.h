/* An observation: what one source says one reporter traded with one partner in one product and month.
 *
 * Figures are fixed-point integers in thousandths, so that integers and money are exact: value in 1/1000 USD,
 * quantity in 1/1000 of the series' unit, weight in grams. Absent is not zero. */
#ifndef CORE_OBSERVATION_H
#define CORE_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum flow { FLOW_EXPORT, FLOW_IMPORT };

enum column { COLUMN_VALUE, COLUMN_QUANTITY, COLUMN_WEIGHT, COLUMN_COUNT };

enum { FIGURE_SCALE = 1000 };

/* A greater figure is a fault of the source: 10^13 USD or kg in a month is several times world trade. */
#define FIGURE_MAX (INT64_C(10000000000000) * FIGURE_SCALE)

enum observation_flag {
    OBSERVATION_PRELIMINARY = 1 << 0,
    OBSERVATION_ESTIMATED = 1 << 1, /* the source estimated the quantity: no unit value is computed from it */
    OBSERVATION_SUPPRESSED = 1 << 2, /* confidential: present, but not a figure and not zero */
};

struct observation {
    const char *reporter, *partner; /* ISO 3166-1 alpha-2; partner "W" is the world */
    const char *product;            /* code with its classification where it is not HS: "nso:seafood" */
    const char *unit;               /* of the quantity: "t", "kg", "pcs"; "" where there is none */
    enum flow flow;
    int32_t period;
    bool present[COLUMN_COUNT];
    int64_t figure[COLUMN_COUNT];
    unsigned flags; /* of enum observation_flag */
    unsigned line;  /* in the payload, for messages */
};

/* The texts of a row that name its series, by address: a decoder keeps each text once, so rows of one series
 * mostly have one key. Rows with different keys may still be of one series; whoever remembers series by this
 * key asks for the texts where it is new. */
struct row_key {
    const char *reporter, *partner, *product;
    uint64_t flow;
};

static inline struct row_key row_key(const struct observation *row)
{
    return (struct row_key){row->reporter, row->partner, row->product, row->flow};
}

/* The rows of one payload, in its order. Rows and texts live in the payload's arena. */
struct observations {
    struct observation *items;
    size_t len, cap;
};

#endif
