#include "core/backtest.h"

#include <math.h>

#include "base/alloc.h"
#include "core/ledger.h"
#include "core/period.h"

/* A backtest at work: the daemon's engine without store and outbox. */
struct machine {
    const struct backtest_input *input;
    struct panel *panel;
    struct judge *judge;
    struct ledger ledger;
    struct timeline_release release; /* the present one */
    struct map newest;               /* the newest episode of each alert id */
    struct backtest *out;
};

/* ---- what is told ---- */

static double role_stake(const struct machine *machine, const struct series_use *uses, size_t n, int32_t to)
{
    enum { MONTHS = 12 };
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t part;
        if (program_use_sum(machine->panel, &uses[i], COLUMN_VALUE, to - MONTHS + 1, to, &part) != KNOWN)
            return (double)NAN;
        sum += (double)part;
    }
    return n > 0 ? sum / FIGURE_SCALE : (double)NAN;
}

/* What the rule ranks by; else a year of the imports, or exports, that the rule reads. NaN: not known. */
static double stake_of(const struct machine *machine, const struct alert_record *record)
{
    static const enum series_role roles[] = {ROLE_IMPORTS, ROLE_EXPORTS};
    uint32_t number, scope;
    if (!judge_find(machine->judge, &record->scope, &number, &scope))
        return (double)NAN;
    const struct rule *rule = judge_rule(machine->judge, number);
    if (rule->rank >= 0) {
        judge_evaluate(machine->judge, machine->panel, number, scope, record->raised);
        struct judged_value rank = judge_value(machine->judge, rule->rank);
        return rank.unknown == KNOWN ? rank.value : (double)NAN;
    }
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        for (size_t role = 0; role < rule->program.role_count; role++)
            if (rule->program.roles[role] == roles[i]) {
                size_t n;
                const struct series_use *uses = judge_uses(machine->judge, number, scope, role, &n);
                return role_stake(machine, uses, n, record->raised);
            }
    return (double)NAN;
}

static void push_alert(struct machine *machine, const struct alert_record *record)
{
    struct backtest *out = machine->out;
    map_put(&machine->newest, record->id, ALERT_ID_SIZE, (uint32_t)out->len);
    out->alerts = alloc_grow(out->alerts, out->len, &out->cap, sizeof *out->alerts);
    out->alerts[out->len++] = (struct score_alert){
        .rule = arena_strdup(&out->arena, record->scope.rule),
        .product = arena_strdup(&out->arena, record->scope.product),
        .market = arena_strdup(&out->arena, record->scope.market),
        .origin = arena_strdup(&out->arena, record->scope.origin),
        .raised = record->raised,
        .known = machine->release.day,
        .cleared_known = DATE_NONE,
        .stake = stake_of(machine, record),
        .severity = record->severity,
        .vintage = machine->release.vintage,
    };
}

static bool is_counted(const struct machine *machine, int32_t day)
{
    return machine->input->from == PERIOD_NONE || date_period(day) >= machine->input->from;
}

/* A summary is a message and no alert. */
static int tell(void *userdata, const struct alert_record *record, unsigned manner)
{
    struct machine *machine = userdata;
    uint32_t index;
    if (str_equal(record->scope.product, ledger_summary_product)) {
        if (is_counted(machine, machine->release.day))
            machine->out->summarised += record->figure_count;
    } else if (record->event == EVENT_RAISED) {
        push_alert(machine, record);
    } else if ((manner & LEDGER_CLOSES) != 0 &&
               map_get(&machine->newest, record->id, ALERT_ID_SIZE, &index)) {
        machine->out->alerts[index].cleared_known = machine->release.day;
    }
    return 0;
}

static int follow(void *userdata, const struct ledger_entry *entry, const struct figure *figures, size_t n)
{
    (void)userdata, (void)entry, (void)figures, (void)n;
    return 0;
}

/* Events are not numbered over episodes here: nobody reads the numbers. */
static int last_seq(void *userdata, const char *id, int *ret_seq)
{
    (void)userdata, (void)id;
    *ret_seq = 0;
    return 0;
}

static void announce(struct machine *machine, const struct judge_result *judged)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    struct ledger_sink sink = {last_seq, tell, follow, machine};
    struct ledger_turn turn = {
        .judge = machine->judge,
        .panel = machine->panel,
        .baskets = &machine->input->reference->baskets,
        .ruleset = machine->input->ruleset->digest.hex,
        .now_ms = (int64_t)machine->release.day * DAY_MS,
        .reason = "threshold",
        .vintage = "",
        .sink = &sink,
    };
    (void)ledger_judged(&machine->ledger, &turn, judged); /* the sink refuses nothing */
}

/* ---- a release ---- */

static void apply_release(struct machine *machine, struct panel_changes *changes)
{
    changes->len = 0;
    for (size_t i = 0; i < machine->release.len; i++) {
        const struct timeline_change *from = &machine->release.changes[i];
        struct panel_change change = {
            .series = from->series,
            .period = from->period,
            .column = from->column,
            .figure = from->figure,
            .old_flags = (uint8_t)panel_flags(machine->panel, from->series, from->period),
        };
        change.had_old = panel_get(machine->panel, from->series, from->column, from->period, &change.old);
        if (from->has_figure)
            panel_set(machine->panel, from->series, from->column, from->period, from->figure);
        panel_set_flags(machine->panel, from->series, from->period, from->flags);
        changes->items = alloc_grow(changes->items, changes->len, &changes->cap, sizeof *changes->items);
        changes->items[changes->len++] = change;
    }
}

static void replay(struct machine *machine)
{
    const struct backtest_input *input = machine->input;
    struct panel_changes changes = {0};
    struct judge_result judged;
    judge_all(machine->judge, machine->panel, &judged);
    judge_result_deinit(&judged);
    for (size_t offset = 0; timeline_next(input->timeline, &offset, &machine->release);) {
        int32_t month = date_period(machine->release.day);
        if (input->to != PERIOD_NONE && month > input->to)
            break;
        apply_release(machine, &changes);
        judge_changes(machine->judge, machine->panel, &changes, &judged);
        announce(machine, &judged);
        judge_result_deinit(&judged);
        if (!is_counted(machine, machine->release.day))
            continue;
        if (machine->out->first == PERIOD_NONE)
            machine->out->first = month;
        machine->out->last = month;
    }
    panel_changes_deinit(&changes);
}

/* Drops what was raised before the months that count. */
static void drop_early(struct machine *machine)
{
    struct backtest *out = machine->out;
    size_t kept = 0;
    for (size_t i = 0; i < out->len; i++)
        if (is_counted(machine, out->alerts[i].known))
            out->alerts[kept++] = out->alerts[i];
    out->len = kept;
}

/* The series of a panel, under the same numbers, without figures. */
static struct panel *empty_panel(const struct panel *history)
{
    struct panel *panel = panel_new();
    for (uint32_t id = 0; id < panel_series_count(history); id++) {
        const struct series *series = panel_series(history, id);
        (void)panel_add_series(panel, &series->key, series->unit);
    }
    return panel;
}

void backtest_run(const struct backtest_input *input, struct backtest *ret_backtest)
{
    *ret_backtest = (struct backtest){0};
    struct reference reference = *input->reference;
    reference.as_of = 0; /* on the days of history, later cases were not known */
    struct machine machine = {
        .input = input,
        .panel = empty_panel(input->history),
        .judge = judge_new(input->ruleset, &reference, input->home, &input->sources),
        .out = ret_backtest,
    };
    replay(&machine);
    drop_early(&machine);
    map_deinit(&machine.newest);
    ledger_deinit(&machine.ledger);
    judge_free(machine.judge);
    panel_free(machine.panel);
}

void backtest_deinit(struct backtest *backtest)
{
    alloc_free(backtest->alerts);
    arena_deinit(&backtest->arena);
    *backtest = (struct backtest){0};
}
