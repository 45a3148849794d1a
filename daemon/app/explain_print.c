#include "app/explain_print.h"

#include "core/period.h"

/* What a verdict means to who reads it. */
static const char *const verdict_texts[VERDICT_COUNT] = {
    [VERDICT_UNKNOWN] = "unknown: a figure that decides is not known",
    [VERDICT_TRUE] = "the condition holds",
    [VERDICT_HOLD] = "the condition does not hold, and the one to clear does not either",
    [VERDICT_CLEAR] = "the condition does not hold",
    [VERDICT_NOT_JUDGED] = "",
};

static const char *const missing_texts[] = {
    [MISSING_KEEP] = "stays as it is",
    [MISSING_CLEAR] = "ends",
    [MISSING_ALERT] = "stays, and its receivers are told",
};

/* Why a period is not judged at all. */
static const char *why_not_judged(const struct explanation *explanation)
{
    if (!explanation->in_force)
        return "not judged: the rule is not valid then";
    if (explanation->horizon == PERIOD_NONE || explanation->period < explanation->first ||
        explanation->period > explanation->horizon)
        return "not judged: there are no figures of that month yet, or none so old";
    return "not judged in this month: the year to date is too short";
}

static void row(FILE *out, const char *name)
{
    fprintf(out, "  %-10s  ", name);
}

/* ---- head ---- */

static void print_scope(const struct explanation *explanation, FILE *out)
{
    const struct scope *scope = explanation->scope;
    row(out, "scope");
    fprintf(out, "%s", scope->product);
    if (!str_equal(scope->product, explanation->product_title))
        fprintf(out, " (%s)", explanation->product_title);
    fprintf(out, " in %s%s%s\n", scope->market, scope->origin[0] != '\0' ? ", origin " : "", scope->origin);
}

static void print_alert(const struct explanation *explanation, FILE *out)
{
    char raised[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE], ended[PERIOD_TEXT_SIZE];
    const struct alert_track *track = &explanation->track;
    row(out, "alert");
    fputs(alert_state_name(track->state), out);
    if (alert_is_open(track->state))
        fprintf(out, ", raised by %s", period_format(track->raised, raised));
    else if (track->ended != PERIOD_NONE)
        fprintf(out, "; the last one ran from %s and ended with %s", period_format(track->last_raised, last),
            period_format(track->ended, ended));
    fputs("\n", out);
    const struct alert_policy *policy = &explanation->rule->policy;
    row(out, "for");
    fprintf(out, "%d of %d release%s: the condition held in %d of the last %d\n", policy->need, policy->of,
        policy->of == 1 ? "" : "s", explanation->held, policy->of);
    row(out, "missing");
    fprintf(out, "an open alert %s where a figure is not known\n", missing_texts[policy->missing]);
}

/* Sources of the roles that are furthest behind. */
static void print_holding_back(const struct explanation *explanation, FILE *out)
{
    const char *separator = "; held back by ";
    for (size_t i = 0; i < explanation->role_count; i++) {
        const struct explained_role *role = &explanation->roles[i];
        if (!role->holds_back)
            continue;
        fprintf(out, "%s%s (%s)", separator, role->role->name, role->series[0].source);
        separator = ", ";
    }
}

static void print_horizon(const struct explanation *explanation, FILE *out)
{
    char first[PERIOD_TEXT_SIZE], horizon[PERIOD_TEXT_SIZE];
    row(out, "judged");
    if (explanation->horizon == PERIOD_NONE)
        fputs("nothing: there is no figure of any of its series\n", out);
    if (explanation->horizon == PERIOD_NONE)
        return;
    fprintf(out, "from %s to %s", period_format(explanation->first, first),
        period_format(explanation->horizon, horizon));
    print_holding_back(explanation, out);
    fputs("\n", out);
}

static void print_validity(const struct explanation *explanation, FILE *out)
{
    char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE], period[PERIOD_TEXT_SIZE];
    const struct rule *rule = explanation->rule;
    if (rule->valid_from == PERIOD_NONE && rule->valid_to == PERIOD_NONE)
        return;
    row(out, "valid");
    if (rule->valid_from != PERIOD_NONE)
        fprintf(out, "from %s ", period_format(rule->valid_from, from));
    if (rule->valid_to != PERIOD_NONE)
        fprintf(out, "to %s", period_format(rule->valid_to, to));
    if (!explanation->in_force)
        fprintf(out, "; %s is outside", period_format(explanation->period, period));
    fputs("\n", out);
}

static void print_head(const struct explanation *explanation, FILE *out)
{
    char period[PERIOD_TEXT_SIZE];
    const struct rule *rule = explanation->rule;
    fprintf(out, "%s\n\n", explanation->title);
    row(out, "rule");
    fprintf(out, "%s (%s:%d)\n", rule->id, rule->place.file, rule->place.line);
    row(out, "rule set");
    fprintf(out, "%s\n", explanation->ruleset);
    row(out, "severity");
    fprintf(out, "%s, for %s\n", severity_name(rule->severity),
        rule->audience == AUDIENCE_PUBLIC ? "everybody" : "internal receivers only");
    row(out, "mode");
    fputs(rule->shadow ? "shadow: judged and journaled, never sent\n" : "live\n", out);
    print_scope(explanation, out);
    row(out, "period");
    fprintf(out, "%s\n", period_format(explanation->period, period));
    row(out, "verdict");
    fprintf(out, "%s\n",
        explanation->verdict == VERDICT_NOT_JUDGED ? why_not_judged(explanation)
                                                   : verdict_texts[explanation->verdict]);
    print_alert(explanation, out);
    print_horizon(explanation, out);
    print_validity(explanation, out);
}

/* ---- law ---- */

static void print_basis(const struct explanation *explanation, FILE *out)
{
    fputs("\nLAW\n", out);
    for (const char *const *basis = explanation->rule->basis; basis != NULL && *basis != NULL; basis++)
        fprintf(out, "  %s\n", *basis);
    fputs("\nFORMULAS\n", out);
    for (size_t i = 0; i < explanation->function_count; i++) {
        const struct indicator *function = explanation->functions[i];
        fprintf(out, "  %s\n      %s.\n", function->synopsis, function->formula);
        if (function->missing[0] != '\0')
            fprintf(out, "      %s.\n", function->missing);
        if (function->source[0] != '\0')
            fprintf(out, "      Source: %s.\n", function->source);
    }
}

void explain_print(const struct explanation *explanation, bool basis, FILE *out)
{
    print_head(explanation, out);
    explain_print_conditions(explanation, out);
    explain_print_data(explanation, out);
    explain_print_tables(explanation, out);
    explain_print_messages(explanation, out);
    if (basis)
        print_basis(explanation, out);
}
