#include "app/rule_test_from.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/rule_test_internal.h"
#include "core/date.h"
#include "core/period.h"
#include "core/probe.h"
#include "core/series_text.h"
#include "io/store_event.h"

/* What the test is written from. Texts that are put are cut at the buffer's limit, which is found at the end.
 */
struct writer {
    const struct setup *setup;
    struct alert_row alert;
    struct panel *panel;
    struct judge *judge;
    uint32_t rule_number, scope_number;
    const struct rule *rule;
    const struct scope *scope;
    int32_t start, last; /* months that are written */
    struct buf *out;
    struct arena arena;
};

/* ---- the alert ---- */

static int fail(char *problem, int error, const char *text, const char *detail)
{
    snprintf(problem, RULE_TEST_PROBLEM_SIZE, "%s: %s", detail, text);
    return error;
}

/* `alerts` prints the beginnings of ids. */
static int find_alert(struct writer *w, struct store *store, const char *id, char *problem)
{
    struct event_row raised;
    int r = store_get_event(store, id, 0, &w->arena, &raised);
    if (r == -ENOENT)
        return fail(problem, r, "there is no such alert", id);
    if (r == -ENOTUNIQ)
        return fail(problem, r, "several alerts begin so", id);
    if (r == 0)
        r = store_get_alert(store, raised.alert, &w->arena, &w->alert);
    return r < 0 ? fail(problem, r, store_error(store), "the store") : 0;
}

static int find_scope(struct writer *w, char *problem)
{
    if (!judge_find(w->judge, &w->alert.scope, &w->rule_number, &w->scope_number))
        return fail(problem, -ENOENT, "no rule judges its scope any more", w->alert.id);
    w->rule = judge_rule(w->judge, w->rule_number);
    w->scope = judge_scope(w->judge, w->rule_number, w->scope_number);
    int32_t horizon = judge_horizon(w->judge, w->rule_number, w->scope_number);
    if (horizon == PERIOD_NONE)
        return fail(problem, -ENOENT, "its scope has no figures", w->alert.id);
    w->last = w->alert.told.period < horizon ? w->alert.told.period : horizon;
    return 0;
}

/* ---- series ---- */

static bool is_known_at(const struct writer *w, uint32_t id, int column, int32_t period, int64_t *ret_figure)
{
    return panel_get(w->panel, id, (enum column)column, period, ret_figure);
}

static bool has_figure(const struct writer *w, uint32_t id, int32_t period)
{
    int64_t unused;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (is_known_at(w, id, column, period, &unused))
            return true;
    return false;
}

/* Whether the source's silence says that nothing was traded. */
static bool is_silent_zero(const struct writer *w, const struct series_use *use, int32_t period)
{
    return use->zero_first != PERIOD_NONE && period >= use->zero_first && period <= use->zero_last &&
           !has_figure(w, use->id, period) && panel_flags(w->panel, use->id, period) == 0;
}

static struct series_point point_of(
    const struct writer *w, const struct series_use *use, int column, int32_t period)
{
    struct series_point point = {.flags = panel_flags(w->panel, use->id, period)};
    point.known = is_known_at(w, use->id, column, period, &point.figure);
    if (is_silent_zero(w, use, period))
        return (struct series_point){.known = true};
    if (!point.known)
        point.flags &= OBSERVATION_SUPPRESSED;
    return point;
}

/* All columns of a series that is silent throughout are zero. */
static bool has_column(const struct writer *w, const struct series_use *use, int column)
{
    bool any = false;
    int64_t unused;
    for (int32_t period = w->start; period <= w->last; period++) {
        if (is_known_at(w, use->id, column, period, &unused))
            return true;
        any = any || has_figure(w, use->id, period);
    }
    return !any && use->zero_first != PERIOD_NONE;
}

/* A line for each year. */
static void put_points(struct writer *w, const struct series_use *use, int column)
{
    struct series_points points = {0};
    size_t len = 0;
    for (int32_t period = w->start; period <= w->last; period++) {
        points.items[points.len] = point_of(w, use, column, period);
        const struct series_point *point = &points.items[points.len++];
        len = point->known || point->flags != 0 ? points.len : len;
    }
    for (size_t i = 0; i < len; i += 12) {
        (void)buf_puts(w->out, "\n        ");
        (void)series_text_print(points.items + i, len - i < 12 ? len - i : 12, w->out);
    }
    (void)buf_puts(w->out, "\n");
}

static const char *series_name(struct writer *w, enum series_role role, const struct series_key *key)
{
    const char *first =
        test_first_code(&w->setup->reference.baskets, w->scope->product, series_roles[role].codes);
    const char *code = first != NULL && str_equal(first, key->product)
                           ? ""
                           : arena_printf(&w->arena, "code(%s).", key->product);
    if (role == ROLE_BY_ORIGIN || role == ROLE_BY_MARKET)
        return arena_printf(
            &w->arena, "%s%s(%s)", code, role == ROLE_BY_ORIGIN ? "origin" : "destination", key->partner);
    return arena_printf(&w->arena, "%s%s", code, series_roles[role].name);
}

static void put_series(struct writer *w, enum series_role role, const struct series_use *use)
{
    const struct series_key *key = &panel_series(w->panel, use->id)->key;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (!has_column(w, use, column))
            continue;
        (void)buf_printf(w->out, "      %s.%s:", series_name(w, role, key), series_column_names[column]);
        put_points(w, use, column);
    }
}

/* Calls fn once for each series that the scope reads: two roles may share one. */
static void each_use(
    struct writer *w, void (*fn)(struct writer *w, enum series_role role, const struct series_use *use))
{
    const struct program *program = &w->rule->program;
    struct map seen = MAP_NULL;
    for (size_t role = 0; role < program->role_count; role++) {
        size_t n;
        const struct series_use *uses = judge_uses(w->judge, w->rule_number, w->scope_number, role, &n);
        for (size_t i = 0; i < n; i++) {
            uint32_t before;
            if (map_get(&seen, &uses[i].id, sizeof uses[i].id, &before))
                continue;
            map_put(&seen, &uses[i].id, sizeof uses[i].id, 0);
            fn(w, program->roles[role], &uses[i]);
        }
    }
    map_deinit(&seen);
}

static void widen(struct writer *w, enum series_role role, const struct series_use *use)
{
    const int32_t firsts[] = {panel_series(w->panel, use->id)->first, use->zero_first};
    (void)role;
    for (size_t i = 0; i < 2; i++)
        if (firsts[i] != PERIOD_NONE && firsts[i] < w->start)
            w->start = firsts[i];
}

/* All history, since the machine stands where all of it has led. */
static void find_start(struct writer *w)
{
    w->start = w->last;
    each_use(w, widen);
    if (w->start < w->last - SERIES_POINTS_MAX + 1)
        w->start = w->last - SERIES_POINTS_MAX + 1;
}

/* ---- measures and quotas ---- */

static bool reads_probe(const struct rule *rule, enum probe_kind first, enum probe_kind last)
{
    for (size_t i = 0; i < rule->program.len; i++) {
        const struct instruction *code = &rule->program.code[i];
        if (code->op == PROGRAM_PROBE && code->probe >= first && code->probe <= last)
            return true;
    }
    return false;
}

/* In double quotes of YAML. */
static void put_quoted(struct writer *w, const char *text)
{
    (void)buf_puts(w->out, "\"");
    for (const char *p = text; *p != '\0'; p++)
        (void)(*p == '\n' ? buf_puts(w->out, "\\n")
                          : buf_printf(w->out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p));
    (void)buf_puts(w->out, "\"");
}

/* A test knows no later day than the end of its last month: what was known on the day that the tables are of
 * is known then. */
static void put_date(struct writer *w, const char *key, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    int32_t end = date_end_of_period(w->last);
    if (date > end && date <= w->setup->reference.as_of)
        date = end;
    if (date != DATE_NONE)
        (void)buf_printf(w->out, ", %s: %s", key, date_format(date, text));
}

static void put_measure(struct writer *w, const struct measure *measure)
{
    char rate[TEST_LITERAL_SIZE];
    (void)buf_puts(w->out, "      - { id: ");
    put_quoted(w, measure->id);
    (void)buf_printf(w->out, ", market: %s, against: %s, type: %s", measure->market, measure->against,
        measure_type_names[measure->type]);
    put_date(w, "petition", measure->petition);
    put_date(w, "initiation", measure->initiation);
    put_date(w, "announced", measure->announced);
    put_date(w, "from", measure->from);
    put_date(w, "to", measure->to);
    put_date(w, "ended", measure->ended);
    if (!isnan(measure->rate))
        (void)buf_printf(w->out, ", rate: %s", test_literal(VALUE_RATIO, measure->rate, rate));
    (void)buf_puts(w->out, " }\n");
}

static void put_measures(struct writer *w)
{
    const struct reference *reference = &w->setup->reference;
    const char *head = "    measures:\n";
    if (!reads_probe(w->rule, PROBE_MEASURE, PROBE_CASE_ELSEWHERE) &&
        !reads_probe(w->rule, PROBE_FLAG, PROBE_FLAG))
        return;
    for (size_t i = 0; i < reference->measures.len; i++) {
        const struct measure *measure = &reference->measures.items[i];
        if (!measure_covers(measure, &reference->baskets, w->scope->product) ||
            !(measure_is_against(measure, w->scope->origin) ||
                measure_is_against(measure, w->setup->config->home)))
            continue;
        (void)buf_puts(w->out, head);
        put_measure(w, measure);
        head = "";
    }
}

static void put_month(struct writer *w, const char *key, int32_t period)
{
    char text[PERIOD_TEXT_SIZE];
    if (period != PERIOD_NONE)
        (void)buf_printf(w->out, ", %s: %s", key, period_format(period, text));
}

static void put_quota(struct writer *w, const struct quota *quota)
{
    static const char *const units[COLUMN_COUNT] = {
        [COLUMN_VALUE] = " USD", [COLUMN_QUANTITY] = "", [COLUMN_WEIGHT] = " kg"};
    (void)buf_puts(w->out, "      - { id: ");
    put_quoted(w, quota->id);
    (void)buf_printf(w->out, ", market: %s, against: %s, limit: %lld.%03d%s, per: %s, starts: %d",
        quota->market, quota->against, (long long)(quota->limit / FIGURE_SCALE),
        (int)(quota->limit % FIGURE_SCALE), units[quota->column], quota->months == 12 ? "year" : "quarter",
        quota->starts);
    put_month(w, "from", quota->from);
    put_month(w, "to", quota->to);
    (void)buf_puts(w->out, " }\n");
}

static void put_quotas(struct writer *w)
{
    const struct reference *reference = &w->setup->reference;
    const char *head = "    quotas:\n";
    if (!reads_probe(w->rule, PROBE_QUOTA_USED, PROBE_QUOTA_FULL_IN))
        return;
    for (size_t i = 0; i < reference->quotas.len; i++) {
        const struct quota *quota = &reference->quotas.items[i];
        if (!quota_covers(quota, &reference->baskets, w->scope->product) ||
            !str_equal(quota->market, w->scope->market))
            continue;
        (void)buf_puts(w->out, head);
        put_quota(w, quota);
        head = "";
    }
}

/* ---- what is expected ---- */

static void put_expectation(struct writer *w, int32_t period)
{
    struct figure figures[RULE_LETS_MAX];
    char month[PERIOD_TEXT_SIZE], text[TEST_LITERAL_SIZE];
    size_t n = judge_figures(w->judge, w->panel, w->rule_number, w->scope_number, period, figures);
    struct alert_track track = judge_track_at(w->judge, w->rule_number, w->scope_number, period);
    (void)buf_printf(
        w->out, "      %s: { state: %s", period_format(period, month), alert_state_name(track.state));
    for (size_t i = 0; i < n; i++) {
        const struct figure *figure = &figures[i];
        if (figure->unknown == KNOWN)
            (void)buf_printf(
                w->out, ", %s: %s", figure->name, test_rounded(figure->type, figure->value, text));
        else
            (void)buf_printf(w->out, ", %s: unknown %s", figure->name, unknown_names[figure->unknown]);
    }
    (void)buf_puts(w->out, " }\n");
}

/* The month before the alert was raised, that month, and the newest ones. A month that is not known to the
 * rule now may have been passed over when it was the newest. */
static void put_expectations(struct writer *w)
{
    enum { NEWEST = 4 };
    int32_t raised = w->alert.told.raised;
    (void)buf_puts(w->out, "    expect:\n");
    for (int32_t period = w->start; period <= w->last; period++) {
        bool wanted = period == raised - 1 || period == raised || period > w->last - NEWEST;
        bool known = judge_verdict(w->judge, w->rule_number, w->scope_number, period) != VERDICT_UNKNOWN;
        if (wanted && (known || period == w->last))
            put_expectation(w, period);
    }
}

/* ---- the whole ---- */

static void put_test(struct writer *w)
{
    const struct alert_scope *scope = &w->alert.scope;
    bool origin = scope->origin[0] != '\0';
    char raised[PERIOD_TEXT_SIZE], start[PERIOD_TEXT_SIZE];
    (void)buf_printf(w->out, "tests:\n  - name: alert %.12s, raised %s\n    rule: %s\n", w->alert.id,
        period_format(w->alert.told.raised, raised), scope->rule);
    (void)buf_printf(w->out, "    scope: { product: \"%s\", market: %s%s%s }\n", scope->product,
        scope->market, origin ? ", origin: " : "", scope->origin);
    (void)buf_printf(w->out, "    home: %s\n    start: %s\n    series:\n", w->setup->config->home,
        period_format(w->start, start));
    each_use(w, put_series);
    put_measures(w);
    put_quotas(w);
    put_expectations(w);
}

static int write(struct writer *w, struct store *store, const char *id, char *problem)
{
    struct judge_result result;
    int r = find_alert(w, store, id, problem);
    if (r < 0)
        return r;
    r = store_load_panel(store, w->panel);
    if (r < 0)
        return fail(problem, r, store_error(store), "the store");
    judge_all(w->judge, w->panel, &result);
    judge_result_deinit(&result);
    r = find_scope(w, problem);
    if (r < 0)
        return r;
    find_start(w);
    put_test(w);
    return 0;
}

int rule_test_from_alert(const struct setup *setup, struct store *store, const char *id, struct buf *out,
    char ret_problem[RULE_TEST_PROBLEM_SIZE])
{
    struct writer w = {
        .setup = setup,
        .panel = panel_new(),
        .judge = judge_new(setup->ruleset, &setup->reference, setup->config->home, &setup->sources),
        .out = out,
    };
    int r = write(&w, store, id, ret_problem);
    judge_free(w.judge);
    panel_free(w.panel);
    arena_deinit(&w.arena);
    return r;
}
