#include "core/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "core/judge_bind.h"
#include "core/period.h"

struct judge {
    const struct ruleset *ruleset;
    const struct reference *reference;
    const char *home;
    struct sources sources;
    struct publications publications;
    struct bound_rule *rules;
    size_t len;
    struct program_registers registers;
};

struct judge *judge_new(const struct ruleset *ruleset, const struct reference *reference, const char *home,
    const struct sources *sources)
{
    struct judge *judge = alloc_zeroed(1, sizeof *judge);
    judge->ruleset = ruleset;
    judge->reference = reference;
    judge->home = home;
    judge->sources = *sources;
    return judge;
}

static void unbind(struct judge *judge)
{
    for (size_t i = 0; i < judge->len; i++)
        bound_rule_deinit(&judge->rules[i]);
    publications_deinit(&judge->publications);
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

/* Before the law nothing is judged; behind its end what stands open has ended. */
static enum verdict verdict_out_of_force(const struct rule *rule, int32_t period)
{
    return rule->valid_to != PERIOD_NONE && period > rule->valid_to ? VERDICT_CLEAR : VERDICT_NOT_JUDGED;
}

/* A run of neighbouring scopes, as many as a program has lanes. */
struct chunk {
    size_t scope, lanes;
};

/* Runs the rule's program for a chunk in one period. `follows`: the run before was of the same chunk in the
 * period before. */
static void run_period(struct judge *judge, const struct bound_rule *bound, const struct panel *panel,
    struct chunk chunk, int32_t period, bool follows)
{
    const struct program *program = &bound->rule->program;
    struct program_input input = {
        .panel = panel,
        .reference = judge->reference,
        .home = judge->home,
        .period = period,
        .uses = bound->uses,
        .bindings = bound->bindings + chunk.scope * program->role_count,
        .thresholds = bound->thresholds + chunk.scope,
        .scopes = bound->scopes + chunk.scope,
        .lanes = chunk.lanes,
        .follows = follows,
    };
    program_run(program, &input, &judge->registers);
}

static void judge_chunk(struct judge *judge, struct bound_rule *bound, const struct panel *panel,
    struct chunk chunk, int32_t from)
{
    int32_t last = bound->first + (int32_t)bound->periods - 1;
    bool follows = false; /* the months of a law are in one piece */
    for (int32_t period = from > bound->first ? from : bound->first; period <= last; period++) {
        bool force = in_force(bound->rule, period);
        if (force)
            run_period(judge, bound, panel, chunk, period, follows);
        follows = force;
        for (size_t lane = 0; lane < chunk.lanes; lane++) {
            size_t at = (chunk.scope + lane) * bound->periods + (size_t)(period - bound->first);
            bound->verdicts[at] = (uint8_t)(force ? lane_verdict(bound->rule, &judge->registers, lane)
                                                  : verdict_out_of_force(bound->rule, period));
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

/* ---- binding ---- */

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Every market that the panel knows: where home exports to, or who reports imports from it. In order. */
static struct texts find_markets(const struct judge *judge, const struct panel *panel, struct arena *arena)
{
    struct map seen = MAP_NULL;
    size_t len = 0;
    const char **markets = arena_array(arena, panel_series_count(panel), sizeof *markets);
    for (uint32_t id = 0; id < panel_series_count(panel); id++) {
        const struct series_key *key = &panel_series(panel, id)->key;
        bool exported = key->flow == FLOW_EXPORT && str_equal(key->reporter, judge->home);
        bool imported = key->flow == FLOW_IMPORT && str_equal(key->partner, judge->home);
        const char *market = exported ? key->partner : key->reporter;
        uint32_t before;
        if ((!exported && !imported) || str_equal(market, "W") ||
            map_get(&seen, market, strlen(market), &before))
            continue;
        map_put(&seen, market, strlen(market), 0);
        markets[len++] = market;
    }
    map_deinit(&seen);
    if (len > 0)
        qsort(markets, len, sizeof *markets, compare_texts);
    return (struct texts){markets, len};
}

static void bind_rules(struct judge *judge, const struct panel *panel)
{
    struct arena arena = ARENA_NULL;
    struct panel_index index;
    unbind(judge);
    panel_index_init(&index, panel);
    publications_init(&judge->publications, panel, &judge->sources);
    struct bind_context context = {
        .panel = panel,
        .index = &index,
        .publications = &judge->publications,
        .reference = judge->reference,
        .home = judge->home,
        .sources = &judge->sources,
        .markets = find_markets(judge, panel, &arena),
    };
    judge->len = judge->ruleset->len;
    judge->rules = alloc_zeroed(judge->len, sizeof *judge->rules);
    for (size_t rule = 0; rule < judge->len; rule++)
        bound_rule_init(&judge->rules[rule], &judge->ruleset->rules[rule], &context);
    panel_index_deinit(&index);
    arena_deinit(&arena);
}

static void push_touched(struct judge_result *result, struct judge_touched touched)
{
    result->items = alloc_grow(result->items, result->len, &result->cap, sizeof *result->items);
    result->items[result->len++] = touched;
}

void judge_all(struct judge *judge, const struct panel *panel, struct judge_result *ret_result)
{
    *ret_result = (struct judge_result){0};
    bind_rules(judge, panel);
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        struct bound_rule *bound = &judge->rules[rule];
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

/* The series that have a row in a block that was not there before. */
static void mark_block(const struct panel *panel, struct panel_new_block block, uint8_t *marks)
{
    struct panel_month month;
    (void)panel_read(panel, block.group, block.period, &month);
    for (uint32_t at = 0; at < PANEL_BLOCK; at++)
        if (month.known[at] != 0)
            marks[block.group * PANEL_BLOCK + at] |= CHANGED;
}

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
    for (size_t i = 0; i < changes->block_len; i++) {
        mark_block(panel, changes->blocks[i], marks);
        from = changes->blocks[i].period < from ? changes->blocks[i].period : from;
    }
    *ret_from = from;
    return marks;
}

/* A month that a source has now published says of every series of it that has no row there that nothing was
 * traded. Returns the first period to be judged. */
static int32_t mark_published(struct judge *judge, const struct panel *panel, uint8_t *marks, int32_t from)
{
    int32_t published = publications_update(&judge->publications, panel);
    for (uint32_t id = 0; published != INT32_MAX && id < panel_series_count(panel); id++)
        if (publication_grew(&judge->publications, id))
            marks[id] |= CHANGED;
    return published < from ? published : from;
}

static uint8_t scope_marks(const struct bound_rule *bound, size_t scope, const uint8_t *marks)
{
    size_t roles = bound->rule->program.role_count;
    uint8_t all = 0;
    for (size_t role = 0; role < roles; role++) {
        struct binding binding = bound->bindings[scope * roles + role];
        for (uint32_t i = 0; i < binding.count; i++)
            all |= marks[bound->uses[binding.first + i].id];
    }
    return all;
}

void judge_changes(struct judge *judge, const struct panel *panel, const struct panel_changes *changes,
    struct judge_result *ret_result)
{
    int32_t from;
    uint8_t *marks = mark_series(panel, changes, &from);
    *ret_result = (struct judge_result){0};
    from = mark_published(judge, panel, marks, from);
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        struct bound_rule *bound = &judge->rules[rule];
        int32_t behind = resize_verdicts(bound, panel);
        bound_rule_update_horizons(bound, panel, &judge->publications);
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

int32_t judge_first(const struct judge *judge, uint32_t rule, uint32_t scope)
{
    bool judged = judge->rules[rule].horizons[scope] != PERIOD_NONE;
    return judged ? judge->rules[rule].firsts[scope] : PERIOD_NONE;
}

size_t judge_rule_count(const struct judge *judge)
{
    return judge->len;
}

size_t judge_scope_count(const struct judge *judge, uint32_t rule)
{
    return judge->rules[rule].len;
}

enum verdict judge_verdict(const struct judge *judge, uint32_t rule, uint32_t scope, int32_t period)
{
    const struct bound_rule *bound = &judge->rules[rule];
    if (bound->horizons[scope] == PERIOD_NONE || period < bound->firsts[scope] ||
        period > bound->horizons[scope])
        return VERDICT_NOT_JUDGED;
    return (enum verdict)bound->verdicts[scope * bound->periods + (size_t)(period - bound->first)];
}

struct alert_track judge_track_at(const struct judge *judge, uint32_t rule, uint32_t scope, int32_t period)
{
    const struct bound_rule *bound = &judge->rules[rule];
    int32_t first = bound->firsts[scope], horizon = bound->horizons[scope];
    if (horizon == PERIOD_NONE || period < first)
        return (struct alert_track){0};
    if (period > horizon)
        period = horizon;
    /* Not from the panel's first period: what other scopes know of older months is nothing to this one. */
    const uint8_t *verdicts = bound->verdicts + scope * bound->periods + (first - bound->first);
    return alert_fold(&bound->rule->policy, verdicts, (size_t)(period - first + 1), first);
}

struct alert_track judge_track(const struct judge *judge, uint32_t rule, uint32_t scope)
{
    return judge_track_at(judge, rule, scope, INT32_MAX);
}

void judge_evaluate(
    struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope, int32_t period)
{
    run_period(judge, &judge->rules[rule], panel, (struct chunk){scope, 1}, period, false);
}

struct judged_value judge_value(const struct judge *judge, int reg)
{
    size_t at = (size_t)reg * PROGRAM_LANES;
    return (struct judged_value){(enum unknown)judge->registers.unknown[at], judge->registers.value[at]};
}

const struct series_use *judge_uses(
    const struct judge *judge, uint32_t rule, uint32_t scope, size_t role, size_t *ret_count)
{
    const struct bound_rule *bound = &judge->rules[rule];
    struct binding binding = bound->bindings[scope * bound->rule->program.role_count + role];
    *ret_count = binding.count;
    return bound->uses + binding.first;
}

const double *judge_thresholds(const struct judge *judge, uint32_t rule, uint32_t scope)
{
    return judge->rules[rule].thresholds[scope];
}

size_t judge_figures(struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope,
    int32_t period, struct figure *figures)
{
    const struct bound_rule *bound = &judge->rules[rule];
    run_period(judge, bound, panel, (struct chunk){scope, 1}, period, false);
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
        const char *source = judge->sources.items[s].name;
        bool reads = false;
        for (size_t role = 0; role < roles && !reads; role++) {
            struct binding binding = bound->bindings[scope * roles + role];
            for (uint32_t i = 0; i < binding.count; i++)
                reads = reads ||
                        str_equal(panel_series(panel, bound->uses[binding.first + i].id)->key.source, source);
        }
        if (reads && used < size)
            used += (size_t)snprintf(buf + used, size - used, "%s%s", used > 0 ? ", " : "", source);
    }
    return buf;
}
