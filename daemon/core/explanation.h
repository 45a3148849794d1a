/* An explanation: what a rule says of one scope in one period, clause by clause, with the figures that it
 * read and whom it was told. A plain struct: app/explain_print.c makes text of it, io/explain_json.c a
 * document.
 *
 * Lists and texts live in its arena. The rule, its scope and rows of tables are borrowed. */
#ifndef CORE_EXPLANATION_H
#define CORE_EXPLANATION_H

#include "core/explained_data.h"
#include "core/indicator.h"
#include "core/rule.h"

struct explained_threshold {
    struct figure value;   /* that holds in this scope */
    struct figure written; /* the rule's own */
    struct place place;    /* of the rule, or of the override that changed it */
    bool overridden;
};

enum explained_kind {
    EXPLAINED_VALUE,
    EXPLAINED_COMPARISON,
    EXPLAINED_ALL,
    EXPLAINED_ANY,
    EXPLAINED_NOT,
    EXPLAINED_KIND_COUNT
};

extern const char *const explained_kind_names[EXPLAINED_KIND_COUNT];

/* A part of an expression, with its value. */
struct explained_part {
    enum explained_kind kind;
    const char *text; /* as rules are written */
    struct figure value;
    const char *symbol;   /* COMPARISON: ">=", "between", "in" */
    struct figure *sides; /* COMPARISON: what is compared, in order */
    size_t side_count;
    bool has_margin;
    struct figure margin; /* how far the limit is away; negative where it does not hold */
    bool over;            /* where it does not hold: because the figure is too large */
    const struct explained_threshold *threshold; /* the first that it names, or NULL */
    bool stopped;                                /* `when` is not true because of it */
    struct explained_part *parts;
    size_t part_count;
};

struct explained_let {
    const char *name;
    struct explained_part part;
};

struct explained_delivery {
    const char *receiver;
    const char *channel; /* "" where nothing is sent yet */
    const char *state;   /* "held" "pending" "delivered" "parked" "not sent" */
    const char *text;    /* what the last attempt said, why it is held, or why it was not sent */
    int attempts;
    int64_t at_ms; /* delivered, parked, of the next attempt, or when it is released; 0: not sent */
};

struct explained_event {
    int seq;
    enum alert_event event;
    enum severity severity;
    const char *reason, *vintage, *ruleset;
    int32_t period;
    int64_t at_ms;
    struct explained_delivery *deliveries; /* one for each receiver */
    size_t delivery_count;
};

struct explained_alert {
    const char *id;
    bool open;
    int32_t raised;
    struct explained_event *events;
    size_t event_count;
};

struct explanation {
    struct arena arena;
    const struct rule *rule;
    const struct scope *scope;
    const char *ruleset;       /* digest */
    const char *product_title; /* English */
    const char *title;         /* English, filled in */
    int32_t period;
    int32_t first, horizon; /* what is judged here; PERIOD_NONE: nothing */
    bool in_force;
    enum verdict verdict;
    struct alert_track track; /* at the period */
    int held;                 /* in so many of the last policy.of releases `when` held */

    struct explained_threshold *thresholds; /* in the rule's order */
    struct explained_let *lets;             /* likewise */
    struct explained_part when, clear;      /* clear.text: NULL where it is left out */
    const struct indicator **functions;     /* that it calls, each once */
    size_t function_count;

    struct explained_role *roles; /* of the program, in its order */
    size_t role_count;
    struct explained_source *sources;
    size_t source_count;
    struct explained_measure *measures;
    size_t measure_count;
    const struct quota **quotas; /* in force */
    size_t quota_count;
    struct figure *flags; /* of quality, and how far quotas are used */
    size_t flag_count;

    struct explained_alert *alerts; /* of the scope, the newest first */
    size_t alert_count;
    const char *silence; /* why nobody was told; NULL where somebody was */
};

#endif
