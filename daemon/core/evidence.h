/* What an alert rests on, as its message shows it: the limits that its figures are held against, where they
 * stood before, the months behind them, what the tables say of its scope, and what the figures are worth.
 *
 * Taken inside the deciding transaction, and only for events that somebody is sent. So it is bounded: a few
 * rows of tables, two years of months, and one run of the rule's program for each month of the curve.
 * core/explain.c tells all. */
#ifndef CORE_EVIDENCE_H
#define CORE_EVIDENCE_H

#include "core/alert.h"
#include "core/judge.h"
#include "core/quality_flag.h"

enum {
    EVIDENCE_MONTHS = 25, /* two years, and the month that they begin after */
    EVIDENCE_LIMITS_MAX = 16,
    EVIDENCE_MEASURES_MAX = 4,
    EVIDENCE_DEADLINES_MAX = 6,
};

/* A comparison of `when` whose left side is a figure of the alert. */
struct evidence_limit {
    size_t figure;           /* its number in the rule */
    const char *symbol;      /* ">=", "between" */
    struct figure low, high; /* high: of `between` only, else unknown */
    struct figure margin;    /* how far the limit is away; negative where it does not hold; or unknown */
    bool holds;
};

struct evidence_measure {
    const struct measure *row;
    enum measure_standing standing;
};

/* A day that is still to come in an open case. */
struct evidence_deadline {
    const struct deadline *row;
    const struct measure *measure;
    int32_t day;
};

/* A value a month, the newest last. */
struct evidence_months {
    int32_t first;
    size_t len; /* 0: there is nothing to show */
    struct figure values[EVIDENCE_MONTHS];
};

/* Borrows from the rule, the tables and the panel. */
struct evidence {
    const struct rule *rule;
    struct figure before[RULE_LETS_MAX]; /* the figures of the month before, in the rule's order */
    size_t before_count;                 /* 0: that month is not judged */
    struct evidence_limit limits[EVIDENCE_LIMITS_MAX];
    size_t limit_count;
    struct evidence_months curve; /* of the figure of limits[0] */
    struct evidence_months trade; /* value, of the first of imports and exports that the rule reads */
    const struct role *trade_role;
    struct evidence_measure measures[EVIDENCE_MEASURES_MAX]; /* against home or the origin: live ones first */
    size_t measure_count, measure_total;
    struct evidence_deadline deadlines[EVIDENCE_DEADLINES_MAX]; /* by day */
    size_t deadline_count;
    unsigned flags;   /* enum observation_flag of the newest month, of any series that the rule reads */
    unsigned quality; /* 1 << enum quality_flag, of what `trade` shows */
};

struct evidence_source {
    struct judge *judge; /* has judged everything; its registers are used */
    const struct panel *panel;
    const struct reference *reference;
    const char *home;
    int32_t today; /* deadlines before it are over */
};

/* Of a scope in a period. False where the judge has no such scope: a feed, a summary, a rule that is gone. */
bool evidence_take(const struct evidence_source *source, const struct alert_scope *scope, int32_t period,
    struct evidence *ret_evidence);

#endif
