/* Trade-remedy cases and the measures they lead to: who, in which market, against whom, on what, since when.
 *
 * One table for both, since a measure is a case that went on. Data, read from feeds/measures*.yaml, each row
 * with its source. Nothing is known before its date: every question takes the day it is asked for. */
#ifndef CORE_MEASURE_H
#define CORE_MEASURE_H

#include "core/basket.h"
#include "core/date.h"

enum measure_type {
    MEASURE_ANTI_DUMPING,
    MEASURE_COUNTERVAILING,
    MEASURE_ANTI_DUMPING_AND_COUNTERVAILING,
    MEASURE_SAFEGUARD,
    MEASURE_CIRCUMVENTION, /* anti-circumvention inquiry, or the extension of duties that it led to */
    MEASURE_EVASION,       /* 19 USC 1517 (EAPA) */
    MEASURE_TRIGGER,       /* a trigger safeguard of a free-trade agreement */
    MEASURE_TARIFF,        /* a tariff outside trade-remedy law (Sections 122, 201, 232, 301) */
    MEASURE_TYPE_COUNT
};

/* How sure the dates are: confirmed in a source, partly, or general knowledge. */
enum confidence { CONFIDENCE_CONFIRMED, CONFIDENCE_PARTLY, CONFIDENCE_GENERAL, CONFIDENCE_COUNT };

struct measure {
    const char *id;      /* the case number: A-552-821 */
    const char *market;  /* who imposes it */
    const char *against; /* origin; "W": all origins */
    const char *basket;  /* what it is on: a basket … */
    struct texts codes;  /* … or HS codes; exactly one of both */
    enum measure_type type;
    int32_t petition, initiation; /* days; DATE_NONE: not known, or none */
    int32_t announced;            /* a tariff: when it was made known */
    int32_t from, to;             /* in force; DATE_NONE: not (yet), open */
    int32_t ended;                /* ended without a measure (withdrawn, negative) */
    double rate;                  /* the highest, as a ratio; NaN: not known */
    const char *title, *source;
    enum confidence confidence;
    struct place place;
};

struct measures {
    struct measure *items; /* in file order */
    size_t len, cap;
    struct arena arena;
};

#define MEASURES_NULL ((struct measures){0})

extern const char
    *const measure_type_names[MEASURE_TYPE_COUNT + 1]; /* NULL-terminated; as written in files */

extern const struct shape measures_shape;       /* the list of them */
extern const struct shape short_measures_shape; /* of rows that are filled in, see app/rule_test_tables.c */

/* Adds the rows of a list, one for each country it is against; id and `against` are unique together.
 * `baskets` must be complete, and are not kept. 0, or -EINVAL with every fault in `diags` (codes M0xx; L0xx
 * of core/row.h, B01x of core/basket.h); the caller drops the table then. */
int measures_add(struct measures *measures, const struct node *list, const struct baskets *baskets,
    struct diag_list *diags);
void measures_deinit(struct measures *measures);

/* Whether the row is about the product (basket id or code), see baskets_meet. */
bool measure_covers(const struct measure *measure, const struct baskets *baskets, const char *product);

/* Whether it is against the origin: by name, or against all. */
bool measure_is_against(const struct measure *measure, const char *origin);

/* The day from which it is known: petition, else initiation, else announcement, else in force. DATE_NONE:
 * never. */
int32_t measure_known(const struct measure *measure);

/* In force, or initiated and not ended, on the day. The day `to` is the last in force. */
bool measure_is_live(const struct measure *measure, int32_t day);

/* Asked for or initiated, and neither concluded nor ended, on the day. */
bool measure_is_open_case(const struct measure *measure, int32_t day);

/* Where it stands on the day. */
enum measure_standing {
    MEASURE_NOT_KNOWN_YET,
    MEASURE_ANNOUNCED, /* a tariff that has not come into force */
    MEASURE_OPEN_CASE,
    MEASURE_IN_FORCE,
    MEASURE_ENDED,
    MEASURE_STANDING_COUNT
};

extern const char *const measure_standing_names[MEASURE_STANDING_COUNT];

enum measure_standing measure_standing(const struct measure *measure, int32_t day);

#endif
