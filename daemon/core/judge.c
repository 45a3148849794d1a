#include "core/judge.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/parallel.h"
#include "core/gather.h"
#include "core/judge_bind.h"
#include "core/judge_grow.h"
#include "core/judge_newest.h"
#include "core/period.h"

/* What a thread needs to judge. */
struct judge_worker {
    atomic_bool busy;
    const struct panel *panel;
    struct program_registers registers;
    struct gathered gathered;
};

struct judge {
    const struct ruleset *ruleset;
    const struct reference *reference;
    const char *home;
    struct sources sources;
    struct publications publications;
    struct bound_rule *rules;
    size_t len, series; /* series that the panel had when they were bound */
    struct program_registers registers;
    struct judge_worker workers[PARALLEL_MAX];
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

static void free_rules(struct bound_rule *rules, size_t len)
{
    for (uint32_t i = 0; i < len; i++)
        bound_rule_deinit(&rules[i], rules[i].owner == i);
    alloc_free(rules);
}

void judge_free(struct judge *judge)
{
    if (judge == NULL)
        return;
    free_rules(judge->rules, judge->len);
    publications_deinit(&judge->publications);
    program_registers_deinit(&judge->registers);
    for (size_t i = 0; i < PARALLEL_MAX; i++) {
        program_registers_deinit(&judge->workers[i].registers);
        gathered_deinit(&judge->workers[i].gathered);
    }
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

static struct program_input input_of(
    const struct judge *judge, const struct bound_rule *bound, const struct panel *panel, struct chunk chunk)
{
    return (struct program_input){
        .panel = panel,
        .reference = judge->reference,
        .home = judge->home,
        .uses = bound->uses,
        .bindings = bound->bindings + chunk.scope * bound->rule->program.role_count,
        .thresholds = bound->thresholds + chunk.scope,
        .scopes = bound->scopes + chunk.scope,
        .horizons = bound->horizons + chunk.scope,
        .lanes = chunk.lanes,
    };
}

static struct chunk chunk_at(const struct bound_rule *bound, size_t scope)
{
    return (struct chunk){scope, bound->len - scope < PROGRAM_LANES ? bound->len - scope : PROGRAM_LANES};
}

/* Runs the rule's program for one scope in one period. */
static void run_scope(struct judge *judge, const struct bound_rule *bound, const struct panel *panel,
    uint32_t scope, int32_t period)
{
    struct program_input input = input_of(judge, bound, panel, (struct chunk){scope, 1});
    input.period = period;
    program_run(&bound->rule->program, &input, &judge->registers);
}

/* Judges a chunk by one of the rules that share it, from figures that are gathered. */
static void judge_chunk(struct judge *judge, struct bound_rule *bound, struct chunk chunk, int32_t from,
    int32_t last, struct judge_worker *worker)
{
    struct program_input input = input_of(judge, bound, worker->panel, chunk);
    input.gathered = &worker->gathered;
    for (int32_t period = from; period <= last; period++) {
        bool force = in_force(bound->rule, period);
        input.period = period;
        if (force)
            program_run(&bound->rule->program, &input, &worker->registers);
        input.follows = input.follows || force;
        for (size_t lane = 0; lane < chunk.lanes; lane++) {
            size_t at = (chunk.scope + lane) * bound->room + (size_t)(period - bound->first);
            bound->verdicts[at] = (uint8_t)(force ? lane_verdict(bound->rule, &worker->registers, lane)
                                                  : verdict_out_of_force(bound->rule, period));
        }
    }
}

/* Judges a chunk in some months by all rules that share it with the owner. */
static void judge_months(struct judge *judge, uint32_t owner, struct chunk chunk, int32_t from, int32_t last,
    struct judge_worker *worker)
{
    const struct bound_rule *bound = &judge->rules[owner];
    int32_t end = bound->first + (int32_t)bound->periods - 1, reach = 0;
    struct gather_plan plan = {0};
    from = from > bound->first ? from : bound->first;
    last = last < end ? last : end;
    if (bound->periods == 0 || from > last)
        return;
    for (size_t i = owner; i < judge->len; i++)
        if (judge->rules[i].owner == owner) {
            const struct program *program = &judge->rules[i].rule->program;
            gather_plan_add(&plan, program);
            reach = program->reach > reach ? program->reach : reach;
        }
    struct program_input input = input_of(judge, bound, worker->panel, chunk);
    gather(&worker->gathered, &plan, &input, bound->rule->program.role_count, from - reach, last);
    for (size_t i = owner; i < judge->len; i++)
        if (judge->rules[i].owner == owner)
            judge_chunk(judge, &judge->rules[i], chunk, from, last, worker);
}

/* A chunk that is to be judged. */
struct task {
    uint32_t owner; /* of the rules that share it */
    struct chunk chunk;
    int32_t from, last; /* what changes reach; … */
    int32_t behind;     /* … and all months from here */
};

struct tasks {
    struct judge *judge;
    const struct panel *panel;
    struct task *items;
    size_t len, cap;
};

static void push_task(struct tasks *tasks, struct task task)
{
    tasks->items = alloc_grow(tasks->items, tasks->len, &tasks->cap, sizeof *tasks->items);
    tasks->items[tasks->len++] = task;
}

/* One that no other thread has: there are as many as threads. */
static struct judge_worker *take_worker(struct judge *judge)
{
    for (size_t i = 0;; i = (i + 1) % PARALLEL_MAX)
        if (!atomic_exchange(&judge->workers[i].busy, true))
            return &judge->workers[i];
}

static void run_task(void *userdata, size_t i)
{
    const struct tasks *tasks = userdata;
    const struct task *task = &tasks->items[i];
    struct judge_worker *worker = take_worker(tasks->judge);
    worker->panel = tasks->panel;
    int32_t last = task->last < task->behind ? task->last : INT32_MAX;
    judge_months(tasks->judge, task->owner, task->chunk, task->from, last, worker);
    if (last < task->behind)
        judge_months(tasks->judge, task->owner, task->chunk, task->behind, INT32_MAX, worker);
    atomic_store(&worker->busy, false);
}

static void run_tasks(struct tasks *tasks)
{
    parallel_each(tasks->len, run_task, tasks);
    alloc_free(tasks->items);
}

/* Months that come after the newest find room for so long before all verdicts are moved. */
enum { ROOM_MONTHS = 12 };

/* Moves the verdicts to where there is room for `periods` from `first` on, and some more. */
static void move_verdicts(struct bound_rule *bound, int32_t first, size_t periods)
{
    size_t room = periods + ROOM_MONTHS;
    uint8_t *verdicts = alloc_zeroed(bound->len * room, sizeof *verdicts);
    int32_t from = first > bound->first ? first : bound->first;
    int32_t end = bound->first + (int32_t)bound->periods, new_end = first + (int32_t)periods;
    end = end < new_end ? end : new_end;
    for (size_t scope = 0; scope < bound->len && from < end; scope++)
        memcpy(verdicts + scope * room + (size_t)(from - first),
            bound->verdicts + scope * bound->room + (size_t)(from - bound->first), (size_t)(end - from));
    alloc_free(bound->verdicts);
    bound->verdicts = verdicts;
    bound->room = room;
}

/* Makes room for the panel's periods; verdicts of periods already there are kept. Returns the first of the
 * periods behind those that are now to be judged in every scope, or INT32_MAX. Of new periods before them a
 * scope reads none, unless its own figures have changed. */
static int32_t resize_verdicts(struct bound_rule *bound, int32_t first, int32_t last)
{
    size_t periods = first == PERIOD_NONE ? 0 : (size_t)(last - first + 1);
    if (periods == bound->periods && first == bound->first)
        return INT32_MAX;
    int32_t behind = bound->first + (int32_t)bound->periods;
    if (first != bound->first || periods < bound->periods || periods > bound->room)
        move_verdicts(bound, first, periods);
    bound->first = first;
    bound->periods = periods;
    return behind;
}

/* ---- binding ---- */

static void bind_rule(
    struct judge *judge, uint32_t number, const struct bound_rule *before, const struct bind_context *context)
{
    const struct rule *rule = &judge->ruleset->rules[number];
    for (uint32_t i = 0; i < number; i++)
        if (judge->rules[i].owner == i && bound_rule_fits(&judge->rules[i], rule)) {
            bound_rule_share(&judge->rules[number], rule, &judge->rules[i], i, context);
            return;
        }
    bound_rule_init(&judge->rules[number], rule, before, context);
    judge->rules[number].owner = number;
}

/* `before`: the rules as they were bound last, or NULL. They are the caller's from here on. */
static void bind_rules(struct judge *judge, const struct panel *panel, const struct bound_rule *before)
{
    struct arena arena = ARENA_NULL;
    struct panel_index index;
    struct bind_code newest = {0};
    struct map grown = MAP_NULL;
    uint32_t bindings = 0;
    panel_index_init(&index, panel);
    uint32_t *sources = arena_array(&arena, judge->sources.len, sizeof *sources);
    for (size_t i = 0; i < judge->sources.len; i++)
        sources[i] = panel_index_source(&index, judge->sources.items[i].name);
    publications_deinit(&judge->publications);
    publications_init(&judge->publications, panel, &judge->sources);
    struct bind_context context = {
        .panel = panel,
        .index = &index,
        .publications = &judge->publications,
        .reference = judge->reference,
        .home = judge->home,
        .sources = &judge->sources,
        .markets = bind_markets(&index, judge->home, &arena),
        .source_numbers = sources,
        .bound_in = alloc_zeroed(index.len, sizeof(uint32_t)),
        .bindings = &bindings,
        .newest = &newest,
        .grown = &grown,
    };
    if (before != NULL)
        bind_find_grown(&grown, panel, judge->series);
    judge->series = panel_series_count(panel);
    judge->len = judge->ruleset->len;
    judge->rules = alloc_zeroed(judge->len, sizeof *judge->rules);
    for (uint32_t rule = 0; rule < judge->len; rule++)
        bind_rule(judge, rule, before != NULL ? &before[rule] : NULL, &context);
    alloc_free(context.bound_in);
    map_deinit(&grown);
    panel_index_deinit(&index);
    arena_deinit(&arena);
}

static void bind_anew(struct judge *judge, const struct panel *panel)
{
    free_rules(judge->rules, judge->len);
    bind_rules(judge, panel, NULL);
}

static void push_touched(struct judge_result *result, struct judge_touched touched)
{
    result->items = alloc_grow(result->items, result->len, &result->cap, sizeof *result->items);
    result->items[result->len++] = touched;
}

static void judge_everything(struct judge *judge, const struct panel *panel, struct judge_result *ret_result)
{
    *ret_result = (struct judge_result){0};
    struct tasks tasks = {.judge = judge, .panel = panel};
    int32_t first = panel_first(panel), last = panel_last(panel);
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        struct bound_rule *bound = &judge->rules[rule];
        (void)resize_verdicts(bound, first, last); /* everything is judged */
        for (size_t scope = 0; scope < bound->len && bound->owner == rule; scope += PROGRAM_LANES)
            push_task(
                &tasks, (struct task){rule, chunk_at(bound, scope), bound->first, INT32_MAX, INT32_MAX});
        for (uint32_t scope = 0; scope < bound->len; scope++)
            push_touched(ret_result, (struct judge_touched){rule, scope, false});
    }
    run_tasks(&tasks);
}

void judge_all(struct judge *judge, const struct panel *panel, struct judge_result *ret_result)
{
    bind_anew(judge, panel);
    judge_everything(judge, panel, ret_result);
}

void judge_bind(struct judge *judge, const struct panel *panel)
{
    int32_t first = panel_first(panel), last = panel_last(panel);
    bind_anew(judge, panel);
    for (uint32_t rule = 0; rule < judge->len; rule++)
        (void)resize_verdicts(&judge->rules[rule], first, last);
}

void judge_one(struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope)
{
    struct tasks tasks = {.judge = judge, .panel = panel};
    uint32_t owner = judge->rules[rule].owner;
    push_task(&tasks, (struct task){owner, {scope, 1}, judge->rules[owner].first, INT32_MAX, INT32_MAX});
    run_tasks(&tasks);
}

/* ---- changes ---- */

enum { CHANGED = 1, REVISED = 2 };

/* What a payload did to the series. */
struct marks {
    uint8_t *series;     /* CHANGED, REVISED */
    int32_t first, last; /* periods in which anything has changed */
};

static void mark_period(struct marks *marks, int32_t period)
{
    marks->first = period < marks->first ? period : marks->first;
    marks->last = period > marks->last ? period : marks->last;
}

/* The series that have a row in a block that was not there before. */
static void mark_block(const struct panel *panel, struct panel_new_block block, struct marks *marks)
{
    struct panel_rows rows;
    panel_rows(panel, block.group, block.period, &rows);
    for (unsigned word = 0; word < PANEL_WORDS; word++)
        for (uint64_t left = rows.rows[word]; left != 0; left &= left - 1)
            marks->series[block.group * PANEL_BLOCK + word * 64 + (unsigned)__builtin_ctzll(left)] |= CHANGED;
    mark_period(marks, block.period);
}

static struct marks mark_series(const struct panel *panel, const struct panel_changes *changes)
{
    struct marks marks = {
        alloc_zeroed(panel_series_count(panel), sizeof *marks.series), INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < changes->len; i++) {
        const struct panel_change *change = &changes->items[i];
        marks.series[change->series] |= (uint8_t)(change->had_old ? CHANGED | REVISED : CHANGED);
        mark_period(&marks, change->period);
    }
    for (size_t i = 0; i < changes->block_len; i++)
        mark_block(panel, changes->blocks[i], &marks);
    return marks;
}

/* A month that a source has now published says of every series of it that has no row there that nothing was
 * traded. */
static void mark_published(struct judge *judge, const struct panel *panel, struct marks *marks)
{
    int32_t published = publications_update(&judge->publications, panel);
    if (published == INT32_MAX)
        return;
    for (uint32_t id = 0; id < panel_series_count(panel); id++)
        if (publication_grew(&judge->publications, id))
            marks->series[id] |= CHANGED;
    marks->first = published < marks->first ? published : marks->first;
    marks->last = INT32_MAX;
}

static uint8_t binding_marks(
    const struct bound_rule *bound, const struct binding *binding, const uint8_t *marks)
{
    uint8_t all = 0;
    for (uint32_t i = 0; i < binding->count; i++)
        all |= marks[bound->uses[binding->first + i].id];
    return all;
}

/* Of the scopes of an owner and of the rules that share them. Returns them by scope, for all these rules. */
static uint8_t *mark_scopes(const struct bound_rule *bound, const struct marks *marks)
{
    size_t roles = bound->rule->program.role_count;
    uint8_t *scopes = alloc_zeroed(bound->len, sizeof *scopes);
    uint8_t of_roles[ROLE_COUNT]; /* in the scope before: neighbours share bindings */
    for (size_t scope = 0; scope < bound->len; scope++) {
        const struct binding *bindings = &bound->bindings[scope * roles];
        for (size_t role = 0; role < roles; role++) {
            if (scope == 0 || !binding_equal(&bindings[role], &bindings[role] - roles))
                of_roles[role] = binding_marks(bound, &bindings[role], marks->series);
            scopes[scope] |= of_roles[role];
        }
    }
    return scopes;
}

/* The months of each chunk that are to be judged again. A change is seen until its month has left the windows
 * of every rule. */
static void push_tasks(
    struct tasks *tasks, uint32_t owner, const uint8_t *scopes, const struct marks *marks, int32_t behind)
{
    const struct judge *judge = tasks->judge;
    const struct bound_rule *bound = &judge->rules[owner];
    int32_t reach = 0;
    for (size_t i = owner; i < judge->len; i++)
        if (judge->rules[i].owner == owner && judge->rules[i].rule->program.reach > reach)
            reach = judge->rules[i].rule->program.reach;
    int32_t last = marks->last < INT32_MAX - reach ? marks->last + reach : INT32_MAX;
    for (size_t scope = 0; scope < bound->len; scope += PROGRAM_LANES) {
        struct task task = {owner, chunk_at(bound, scope), behind, INT32_MAX, behind};
        bool any = false;
        for (size_t lane = 0; lane < task.chunk.lanes; lane++)
            any = any || scopes[scope + lane] != 0;
        if (any && marks->first < behind) {
            task.from = marks->first;
            task.last = last < behind - 1 ? last : INT32_MAX;
        }
        if (any || behind != INT32_MAX)
            push_task(tasks, task);
    }
}

static struct newest newest_of(const struct judge *judge)
{
    return (struct newest){judge->reference, judge->rules, judge->len};
}

/* ---- growth: series that were not there when the rules were bound ---- */

/* Lowers the first periods of scopes that read a changed figure; returns the marks by scope. */
static uint8_t *mark_growth(const struct bound_rule *bound, const struct marks *marks, struct growth *growth)
{
    uint8_t *scopes = mark_scopes(bound, marks);
    for (size_t scope = 0; scope < bound->len; scope++)
        if (scopes[scope] != 0 && marks->first < growth->from[scope])
            growth->from[scope] = marks->first;
    return scopes;
}

/* Months behind those that were there are new to every scope. */
static void lower_to_new_months(
    const struct bound_rule *bound, const struct bound_rule *before, struct growth *growth)
{
    int32_t behind = before->first + (int32_t)before->periods;
    for (size_t scope = 0; scope < bound->len && bound->first + (int32_t)bound->periods > behind; scope++)
        if (growth->from[scope] > behind)
            growth->from[scope] = behind;
}

/* The months of a chunk that may differ, and apart from it (`alone`) all months of its scopes that are new:
 * one of them among many would have all months of all of them judged. */
static void push_growth(
    struct tasks *tasks, uint32_t owner, struct chunk chunk, const struct growth *growth, bool alone)
{
    int32_t first = tasks->judge->rules[owner].first, from = INT32_MAX;
    for (size_t scope = chunk.scope; scope < chunk.scope + chunk.lanes; scope++) {
        bool all = growth->from[scope] <= first;
        if (all && alone)
            push_task(tasks, (struct task){owner, {scope, 1}, first, INT32_MAX, INT32_MAX});
        else if (!all && growth->from[scope] < from)
            from = growth->from[scope];
    }
    if (!alone && from != INT32_MAX)
        push_task(tasks, (struct task){owner, chunk, from, INT32_MAX, INT32_MAX});
}

static void run_growth(
    struct judge *judge, const struct panel *panel, const struct growth *growths, bool alone)
{
    struct tasks tasks = {.judge = judge, .panel = panel};
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        const struct bound_rule *bound = &judge->rules[rule];
        for (size_t scope = 0; scope < bound->len && bound->owner == rule; scope += PROGRAM_LANES)
            push_growth(&tasks, rule, chunk_at(bound, scope), &growths[rule], alone);
    }
    run_tasks(&tasks);
}

/* Takes the verdicts over from the rules as they were bound before. False: it cannot be told which. */
static bool take_over(struct judge *judge, const struct panel *panel, const struct marks *marks,
    const struct bound_rule *before, struct growth *growths, struct judge_result *result)
{
    int32_t first = panel_first(panel), last = panel_last(panel);
    uint8_t **scopes = alloc_zeroed(judge->len, sizeof *scopes); /* by owner */
    struct newest newest = newest_of(judge);
    bool known = true;
    for (uint32_t rule = 0; rule < judge->len && known; rule++) {
        struct bound_rule *bound = &judge->rules[rule];
        (void)resize_verdicts(bound, first, last);
        if (bound->owner == rule) {
            known = growth_init(&growths[rule], bound, &before[rule], panel) &&
                    bound->first == before[rule].first;
            scopes[rule] = mark_growth(bound, marks, &growths[rule]);
            newest_lower(&newest, rule, &before[rule], &growths[rule]);
        }
        const struct growth *growth = &growths[bound->owner];
        growth_carry(growth, bound, &before[rule]);
        for (uint32_t scope = 0; scope < bound->len; scope++)
            if (growth->from[scope] != INT32_MAX)
                push_touched(result,
                    (struct judge_touched){rule, scope, (scopes[bound->owner][scope] & REVISED) != 0});
    }
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        if (known && judge->rules[rule].owner == rule)
            lower_to_new_months(&judge->rules[rule], &before[rule], &growths[rule]);
        alloc_free(scopes[rule]);
    }
    alloc_free(scopes);
    return known;
}

static void judge_growth(struct judge *judge, const struct panel *panel, const struct panel_changes *changes,
    struct judge_result *ret_result)
{
    struct bound_rule *before = judge->rules;
    size_t len = judge->len;
    bind_rules(judge, panel, before);
    struct marks marks = mark_series(panel, changes);
    struct growth *growths = alloc_zeroed(judge->len, sizeof *growths);
    *ret_result = (struct judge_result){0};
    bool known = take_over(judge, panel, &marks, before, growths, ret_result);
    if (known) {
        run_growth(judge, panel, growths, false);
        run_growth(judge, panel, growths, true);
    }
    for (uint32_t rule = 0; rule < judge->len; rule++)
        growth_deinit(&growths[rule]);
    alloc_free(growths);
    alloc_free(marks.series);
    free_rules(before, len);
    if (!known) {
        judge_result_deinit(ret_result);
        judge_everything(judge, panel, ret_result);
    }
}

/* ---- both ---- */

void judge_changes(struct judge *judge, const struct panel *panel, const struct panel_changes *changes,
    struct judge_result *ret_result)
{
    if (panel_series_count(panel) > judge->series) {
        if (judge->series == 0)
            judge_all(judge, panel, ret_result);
        else
            judge_growth(judge, panel, changes, ret_result);
        return;
    }
    struct tasks tasks = {.judge = judge, .panel = panel};
    struct marks marks = mark_series(panel, changes);
    uint8_t **scopes = alloc_zeroed(judge->len, sizeof *scopes); /* by owner */
    *ret_result = (struct judge_result){0};
    int32_t first = panel_first(panel), last = panel_last(panel);
    struct newest newest = newest_of(judge);
    mark_published(judge, panel, &marks);
    for (uint32_t rule = 0; rule < judge->len; rule++) {
        struct bound_rule *bound = &judge->rules[rule];
        int32_t behind = resize_verdicts(bound, first, last);
        if (bound->owner == rule) {
            struct marks own = marks;
            int32_t oldest = newest_move(&newest, rule, panel, &judge->publications);
            own.first = oldest < own.first ? oldest : own.first;
            scopes[rule] = mark_scopes(bound, &marks);
            push_tasks(&tasks, rule, scopes[rule], &own, behind);
        }
        for (uint32_t scope = 0; scope < bound->len; scope++) {
            uint8_t mark = scopes[bound->owner][scope];
            if (mark != 0)
                push_touched(ret_result, (struct judge_touched){rule, scope, (mark & REVISED) != 0});
        }
    }
    run_tasks(&tasks);
    for (uint32_t rule = 0; rule < judge->len; rule++)
        alloc_free(scopes[rule]);
    alloc_free(scopes);
    alloc_free(marks.series);
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
        *ret_rule = rule;
        if (str_equal(bound->rule->id, scope->rule))
            return bound_rule_find(bound, scope, ret_scope);
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
    return (enum verdict)bound->verdicts[scope * bound->room + (size_t)(period - bound->first)];
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
    const uint8_t *verdicts = bound->verdicts + scope * bound->room + (first - bound->first);
    return alert_fold(&bound->rule->policy, verdicts, (size_t)(period - first + 1), first);
}

struct alert_track judge_track(const struct judge *judge, uint32_t rule, uint32_t scope)
{
    return judge_track_at(judge, rule, scope, INT32_MAX);
}

void judge_evaluate(
    struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope, int32_t period)
{
    run_scope(judge, &judge->rules[rule], panel, scope, period);
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
    run_scope(judge, bound, panel, scope, period);
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
