#include "core/judge.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "core/judge_bind.h"
#include "core/period.h"

struct judge {
    const struct ruleset *ruleset;
    const struct baskets *baskets;
    const char *home;
    struct texts sources;
    struct bound_rule *rules;
    size_t len;
    struct program_registers registers;
};

struct judge *judge_new(const struct ruleset *ruleset, const struct baskets *baskets, const char *home,
    const struct texts *sources)
{
    struct judge *judge = alloc_zeroed(1, sizeof *judge);
    judge->ruleset = ruleset;
    judge->baskets = baskets;
    judge->home = home;
    judge->sources = *sources;
    return judge;
}

static void unbind(struct judge *judge)
{
    for (size_t i = 0; i < judge->len; i++)
        bound_rule_deinit(&judge->rules[i]);
    alloc_free(judge->rules);
    judge->rules = NULL;
    judge->len = 0;
}

void judge_free(struct judge *judge)
{
    if (judge == NULL)
        return;
    unbind(judge);
    program_registers_deinit(&judge->registers);
    alloc_free(judge);
}

/* ---- verdicts ---- */

static enum verdict lane_verdict(
    const struct rule *rule, const struct program_registers *registers, size_t lane)
{
    size_t when = (size_t)rule->when * PROGRAM_LANES + lane;
    enum unknown unknown = (enum unknown)registers->unknown[when];
    if (unknown == UNKNOWN_EARLY)
        return VERDICT_NOT_JUDGED;
    if (unknown == KNOWN && registers->value[when] != 0)
        return VERDICT_TRUE;
    if (rule->clear < 0)
        return unknown == KNOWN ? VERDICT_CLEAR : VERDICT_UNKNOWN;
    size_t clear = (size_t)rule->clear * PROGRAM_LANES + lane;
    if (registers->unknown[clear] == KNOWN && registers->value[clear] != 0)
        return VERDICT_CLEAR;
    return unknown == KNOWN ? VERDICT_HOLD : VERDICT_UNKNOWN;
}

static bool in_force(const struct rule *rule, int32_t period)
{
    return (rule->valid_from == PERIOD_NONE || period >= rule->valid_from) &&
           (rule->valid_to == PERIOD_NONE || period <= rule->valid_to);
}

/* Runs the rule's program for `lanes` scopes from `scope` on, in one period. */
static void run_period(struct judge *judge, const struct bound_rule *bound, const struct panel *panel,
    size_t scope, size_t lanes, int32_t period)
{
    const struct program *program = &bound->rule->program;
    struct program_input input = {
        .panel = panel,
        .period = period,
        .ids = bound->ids,
        .bindings = bound->bindings + scope * program->role_count,
        .thresholds = bound->thresholds + scope,
        .lanes = lanes,
    };
    program_run(program, &input, &judge->registers);
}

/* A run of neighbouring scopes, as many as a program has lanes. */
struct chunk {
    size_t scope, lanes;
};

static void judge_chunk(struct judge *judge, struct bound_rule *bound, const struct panel *panel,
    struct chunk chunk, int32_t from)
{
    int32_t last = bound->first + (int32_t)bound->periods - 1;
    for (int32_t period = from > bound->first ? from : bound->first; period <= last; period++) {
        bool force = in_force(bound->rule, period);
        if (force)
            run_period(judge, bound, panel, chunk.scope, chunk.lanes, period);
        for (size_t lane = 0; lane < chunk.lanes; lane++) {
            size_t at = (chunk.scope + lane) * bound->periods + (size_t)(period - bound->first);
            bound->verdicts[at] =
                (uint8_t)(force ? lane_verdict(bound->rule, &judge->registers, lane) : VERDICT_NOT_JUDGED);
        }
    }
}

/* Makes room for the panel's periods; verdicts of periods already there are kept. Returns the first of the
 * periods behind those that are now to be judged in every scope, or INT32_MAX. Of new periods before them a
 * scope reads none, unless its own figures have changed. */
static int32_t resize_verdicts(struct bound_rule *bound, const struct panel *panel)
{
    int32_t first = panel_first(panel), last = panel_last(panel);
    size_t periods = first == PERIOD_NONE ? 0 : (size_t)(last - first + 1);
    if (periods == bound->periods && first == bound->first)
        return INT32_MAX;
    int32_t behind = bound->first + (int32_t)bound->periods;
    uint8_t *verdicts = alloc_zeroed(bound->len * periods, sizeof *verdicts);
    for (size_t scope = 0; scope < bound->len && bound->periods > 0; scope++)
        for (size_t i = 0; i < bound->periods; i++) {
            int32_t period = bound->first + (int32_t)i;
            if (period >= first && period <= last)
                verdicts[scope * periods + (size_t)(period - first)] =
                    bound->verdicts[scope * bound->periods + i];
        }
    alloc_free(bound->verdicts);
    bound->verdicts = verdicts;
    bound->first = first;
    bound->periods = periods;
    return behind;
}

static void push_touched(struct judge_result *result, struct judge_touched touched)
{
    result->items = alloc_grow(result->items, result->len, &result->cap, sizeof *result->items);
    result->items[result->len++] = touched;
}

void judge_all(struct judge *judge, const struct panel *panel, struct judge_result *ret_result)
{
    struct bind_context context = {panel, judge->baskets, judge->home, &judge->sources};
    *ret_result = (struct judge_result){0};
    unbind(judge);
    judge->len = judge->ruleset->len;
    judge->rules = alloc_zeroed(judge->len, sizeof *judge->rules);
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        struct bound_rule *bound = &judge->rules[rule];
        bound_rule_init(bound, &judge->ruleset->rules[rule], &context);
        (void)resize_verdicts(bound, panel); /* everything is judged */
        for (size_t scope = 0; scope < bound->len; scope += PROGRAM_LANES) {
            size_t lanes = bound->len - scope < PROGRAM_LANES ? bound->len - scope : PROGRAM_LANES;
            judge_chunk(judge, bound, panel, (struct chunk){scope, lanes}, bound->first);
        }
        for (uint32_t scope = 0; scope < bound->len; scope++)
            push_touched(ret_result, (struct judge_touched){rule, scope, false});
    }
}

/* ---- changes ---- */

enum { CHANGED = 1, REVISED = 2 };

/* Per series, whether it changed and whether a figure known before did. */
static uint8_t *mark_series(const struct panel *panel, const struct panel_changes *changes, int32_t *ret_from)
{
    uint8_t *marks = alloc_zeroed(panel_series_count(panel), sizeof *marks);
    int32_t from = INT32_MAX;
    for (size_t i = 0; i < changes->len; i++) {
        const struct panel_change *change = &changes->items[i];
        marks[change->series] |= (uint8_t)(change->had_old ? CHANGED | REVISED : CHANGED);
        from = change->period < from ? change->period : from;
    }
    *ret_from = from;
    return marks;
}

static uint8_t scope_marks(const struct bound_rule *bound, size_t scope, const uint8_t *marks)
{
    size_t roles = bound->rule->program.role_count;
    uint8_t all = 0;
    for (size_t role = 0; role < roles; role++) {
        struct binding binding = bound->bindings[scope * roles + role];
        for (uint32_t i = 0; i < binding.count; i++)
            all |= marks[bound->ids[binding.first + i]];
    }
    return all;
}

void judge_changes(struct judge *judge, const struct panel *panel, const struct panel_changes *changes,
    struct judge_result *ret_result)
{
    int32_t from;
    uint8_t *marks = mark_series(panel, changes, &from);
    *ret_result = (struct judge_result){0};
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        struct bound_rule *bound = &judge->rules[rule];
        int32_t behind = resize_verdicts(bound, panel);
        bound_rule_update_horizons(bound, panel);
        for (uint32_t scope = 0; scope < bound->len; scope += PROGRAM_LANES) {
            size_t lanes = bound->len - scope < PROGRAM_LANES ? bound->len - scope : PROGRAM_LANES;
            size_t before = ret_result->len;
            for (uint32_t lane = 0; lane < lanes; lane++) {
                uint8_t mark = scope_marks(bound, scope + lane, marks);
                if (mark != 0)
                    push_touched(
                        ret_result, (struct judge_touched){rule, scope + lane, (mark & REVISED) != 0});
            }
            bool any = ret_result->len > before;
            judge_chunk(
                judge, bound, panel, (struct chunk){scope, lanes}, any && from < behind ? from : behind);
        }
    }
    alloc_free(marks);
}

void judge_result_deinit(struct judge_result *result)
{
    alloc_free(result->items);
    *result = (struct judge_result){0};
}

/* ---- questions ---- */

const struct rule *judge_rule(const struct judge *judge, uint32_t rule)
{
    return judge->rules[rule].rule;
}

const struct scope *judge_scope(const struct judge *judge, uint32_t rule, uint32_t scope)
{
    return &judge->rules[rule].scopes[scope];
}

bool judge_find(
    const struct judge *judge, const struct alert_scope *scope, uint32_t *ret_rule, uint32_t *ret_scope)
{
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        const struct bound_rule *bound = &judge->rules[rule];
        if (!str_equal(bound->rule->id, scope->rule))
            continue;
        for (uint32_t i = 0; i < bound->len; i++) {
            const struct scope *own = &bound->scopes[i];
            if (str_equal(own->product, scope->product) && str_equal(own->market, scope->market) &&
                str_equal(own->origin, scope->origin)) {
                *ret_rule = rule;
                *ret_scope = i;
                return true;
            }
        }
    }
    return false;
}

int32_t judge_horizon(const struct judge *judge, uint32_t rule, uint32_t scope)
{
    return judge->rules[rule].horizons[scope];
}

struct alert_track judge_track(const struct judge *judge, uint32_t rule, uint32_t scope)
{
    const struct bound_rule *bound = &judge->rules[rule];
    int32_t first = bound->firsts[scope], horizon = bound->horizons[scope];
    if (horizon == PERIOD_NONE)
        return (struct alert_track){0};
    /* Not from the panel's first period: what other scopes know of older months is nothing to this one. */
    const uint8_t *verdicts = bound->verdicts + scope * bound->periods + (first - bound->first);
    return alert_fold(&bound->rule->policy, verdicts, (size_t)(horizon - first + 1), first);
}

size_t judge_figures(struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope,
    int32_t period, struct figure *figures)
{
    const struct bound_rule *bound = &judge->rules[rule];
    run_period(judge, bound, panel, scope, 1, period);
    for (size_t i = 0; i < bound->rule->let_count; i++) {
        const struct rule_let *let = &bound->rule->lets[i];
        size_t at = (size_t)let->reg * PROGRAM_LANES;
        figures[i] = (struct figure){
            let->name, let->type, (enum unknown)judge->registers.unknown[at], judge->registers.value[at]};
    }
    return bound->rule->let_count;
}

const char *judge_sources(const struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope,
    char *buf, size_t size)
{
    const struct bound_rule *bound = &judge->rules[rule];
    size_t roles = bound->rule->program.role_count, used = 0;
    buf[0] = '\0';
    for (size_t s = 0; s < judge->sources.len; s++) {
        const char *source = judge->sources.items[s];
        bool reads = false;
        for (size_t role = 0; role < roles && !reads; role++) {
            struct binding binding = bound->bindings[scope * roles + role];
            for (uint32_t i = 0; i < binding.count; i++)
                reads = reads ||
                        str_equal(panel_series(panel, bound->ids[binding.first + i])->key.source, source);
        }
        if (reads && used < size)
            used += (size_t)snprintf(buf + used, size - used, "%s%s", used > 0 ? ", " : "", source);
    }
    return buf;
}
