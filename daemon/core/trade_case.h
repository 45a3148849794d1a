/* Trade-remedy cases, folded from notices: where each case stands.
 *
 * A case is a docket and an origin. The fold knows no order: the same notices give the same cases, in
 * whatever order they were read. Each step keeps its earliest day; a correction that names a day mends it. A
 * notice without a docket belongs to the case of its law, origin and product; where there is none, it makes
 * one. */
#ifndef CORE_TRADE_CASE_H
#define CORE_TRADE_CASE_H

#include "core/country.h"
#include "core/measure.h"
#include "core/notice.h"

enum case_state {
    CASE_UNKNOWN,
    CASE_PETITION,
    CASE_INVESTIGATION,
    CASE_PRELIMINARY,
    CASE_FINAL,
    CASE_IN_FORCE,
    CASE_SUSPENDED, /* under an agreement */
    CASE_ENDED,     /* without a measure */
    CASE_REVOKED,
    CASE_STATE_COUNT
};

extern const char *const case_state_names[CASE_STATE_COUNT + 1]; /* NULL-terminated */

struct trade_case {
    const char *id; /* the docket; else made of market, law, origin and product */
    const char *market, *against, *product;
    enum measure_type type;
    struct text_list {
        const char **items;
        size_t len, cap;
    } codes; /* HS numbers that any of its notices names */
    int32_t petition, initiation, preliminary, final, from, revoked, ended; /* days, or DATE_NONE */
    bool listed_only; /* the initiation is the day on which a list first had it */
    bool in_force;    /* known to be in force, with or without the day since when */
    bool suspended;
    int32_t first, newest;           /* days of its notices */
    const char *newest_notice, *url; /* of the newest, and where people read it */
    int32_t step;                    /* the day of the newest notice that moved it; DATE_NONE: none did */
    const char *step_notice, *step_url;
    size_t notices;
};

struct trade_cases {
    struct trade_case *items; /* by market, id and origin */
    size_t len, cap;
};

#define TRADE_CASES_NULL ((struct trade_cases){0})

/* Texts stay those of the notices, or are made in their arena. `countries` finds the country of a US docket,
 * and may be NULL. */
void trade_cases_fold(
    struct notices *notices, const struct countries *countries, struct trade_cases *ret_cases);
void trade_cases_deinit(struct trade_cases *cases);

enum case_state trade_case_state(const struct trade_case *trade_case);

/* Whether one of its codes lies at, below or above the code. */
bool trade_case_concerns(const struct trade_case *trade_case, const char *code);

#endif
