/* What a rule reads, and to whom it says so. */
#include "core/indicator.h"
#include "core/rule_lint_parts.h"

enum { COMPARABLE_MONTHS = 3 }; /* 19 CFR 351.206(i) */

struct figures {
    struct rule_lint *lint;
    bool volume;                      /* a quantity, weight or unit value is read */
    unsigned columns[ROLE_COUNT + 1]; /* by role: 1 << enum series_column */
    struct rule_part value_growth;    /* the first, in when */
    bool hard_fact;                   /* in when */
};

static bool is_one_of(struct rule_part part, const char *const *functions)
{
    for (; *functions != NULL; functions++)
        if (rule_part_calls(part, *functions))
            return true;
    return false;
}

/* ---- the whole rule ---- */

static void note_series(struct figures *figures, struct rule_part part)
{
    struct rule_lint *lint = figures->lint;
    unsigned both = 1U << SERIES_QUANTITY | 1U << SERIES_WEIGHT;
    unsigned *columns = &figures->columns[part.expr->role], before = *columns;
    figures->volume |= part.expr->column != SERIES_VALUE;
    *columns |= 1U << part.expr->column;
    if ((*columns & both) == both && (before & both) != both)
        rule_warn(&lint->warnings, WARN_UNITS, rule_part_place(part),
            "the rule reads both .quantity and .weight of %s, which may be pieces and kg",
            series_role_name(part.expr->role));
}

/* Functions that take a column as a word, and undercut, which compares unit values. */
static bool reads_volume(struct rule_part part)
{
    const struct expr *call = part.expr;
    for (size_t i = 0; i < call->arg_count; i++)
        if (indicators[call->index].parameters[i] == PARAMETER_COLUMN &&
            indicator_word(PARAMETER_COLUMN, call->args[i]) != COLUMN_VALUE)
            return true;
    return rule_part_calls(part, "undercut");
}

static void check_period(struct rule_lint *lint, struct rule_part part)
{
    const struct expr *call = part.expr;
    if (!rule_part_calls(part, "growth") || call->arg_count < 3 ||
        !slice_equal(call->args[2]->name, "previous"))
        return;
    int months = indicator_window(call->args[1]);
    if (months < COMPARABLE_MONTHS)
        rule_warn(&lint->warnings, WARN_PERIOD, rule_part_place(part),
            "`%s` compares %d month%s with as many before, which is too short to be comparable",
            rule_part_text(lint, part), months, months == 1 ? "" : "s");
}

static void note_part(void *userdata, struct rule_part part)
{
    struct figures *figures = userdata;
    if (part.expr->kind == EXPR_SERIES)
        note_series(figures, part);
    if (part.expr->kind != EXPR_CALL)
        return;
    figures->volume |= reads_volume(part);
    check_period(figures->lint, part);
}

static void walk_all(struct figures *figures)
{
    struct rule_lint *lint = figures->lint;
    struct rule_walk walk = {lint, note_part, figures, 0};
    rule_walk(&walk, rule_lint_part(lint, "when"));
    rule_walk(&walk, rule_lint_part(lint, "clear"));
    rule_walk(&walk, rule_lint_part(lint, "rank"));
    for (size_t i = 0; i < lint->rule->let_count; i++) {
        if (walk.lets >> i & 1)
            continue;
        walk.lets |= UINT32_C(1) << i;
        rule_walk(&walk, rule_lint_let(lint, i));
    }
}

/* ---- when ---- */

static void note_when(void *userdata, struct rule_part part)
{
    static const char *const growths[] = {"growth", "z", "p", NULL};
    static const char *const facts[] = {"measure", "measure_rate", "measure_age", "case", "case_age",
        "case_elsewhere", "quota_used", "quota_full_in", NULL};
    struct figures *figures = userdata;
    figures->hard_fact |= is_one_of(part, facts);
    if (figures->value_growth.expr == NULL && is_one_of(part, growths) &&
        part.expr->args[0]->column == SERIES_VALUE)
        figures->value_growth = part;
}

static bool reads_origin_risk(const struct rule *rule)
{
    for (size_t i = 0; i < rule->program.role_count; i++)
        if (rule->program.roles[i] == ROLE_SAME_FROM_ORIGIN) /* rerouted reads it too */
            return true;
    return false;
}

/* The key's place, or the rule's where it is left out. */
static struct place place_of_key(const struct rule_lint *lint, const char *key)
{
    const struct node *node = node_get(lint->map, key);
    return node != NULL ? node->place : lint->rule->place;
}

void rule_lint_figures(struct rule_lint *lint)
{
    struct figures figures = {.lint = lint};
    struct rule_walk walk = {lint, note_when, &figures, 0};
    walk_all(&figures);
    rule_walk(&walk, rule_lint_part(lint, "when"));
    if (figures.value_growth.expr != NULL && !figures.volume)
        rule_warn(&lint->warnings, WARN_VALUE_ALONE, rule_part_place(figures.value_growth),
            "`%s` is growth of value alone, and nothing in the rule looks at quantity, weight or unit value",
            rule_part_text(lint, figures.value_growth));
    if (lint->rule->audience == AUDIENCE_PUBLIC && reads_origin_risk(lint->rule))
        rule_warn(&lint->warnings, WARN_AUDIENCE, place_of_key(lint, "audience"),
            "a public rule reads figures of origin risk (same_from_origin or rerouted)");
    if (lint->rule->severity == SEVERITY_CRITICAL && !figures.hard_fact)
        rule_warn(&lint->warnings, WARN_SEVERITY, place_of_key(lint, "severity"),
            "the severity is critical, and no hard fact stands in when");
}
