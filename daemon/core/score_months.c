/* The score by month and by rule: how many alerts there are, and how many of the first of them were right. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "core/score_internal.h"

/* The larger stake first, then what is more severe; the caller's order decides the rest. Unknown stakes come
 * last. */
static int by_month_and_rank(const void *a, const void *b)
{
    const struct score_alert *x = *(const struct score_alert *const *)a;
    const struct score_alert *y = *(const struct score_alert *const *)b;
    int32_t x_month = date_period(x->known), y_month = date_period(y->known);
    if (x_month != y_month)
        return x_month < y_month ? -1 : 1;
    double x_stake = isnan(x->stake) ? -1 : x->stake, y_stake = isnan(y->stake) ? -1 : y->stake;
    if (x_stake != y_stake)
        return x_stake > y_stake ? -1 : 1;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return (x > y) - (x < y);
}

static void make_months(struct score_work *work)
{
    const struct score_input *input = work->input;
    struct score *score = work->score;
    int32_t first = input->first, last = input->last;
    for (size_t i = 0; i < input->alert_count; i++) {
        int32_t month = date_period(input->alerts[i].known);
        first = month < first ? month : first;
        last = month > last ? month : last;
    }
    score->month_count = last >= first ? (size_t)(last - first + 1) : 0;
    score->months = arena_array(&score->arena, score->month_count, sizeof *score->months);
    for (size_t i = 0; i < score->month_count; i++) {
        struct score_month *month = &score->months[i];
        month->period = first + (int32_t)i;
        month->followed_up = score->cases_end != DATE_NONE && score_shift(date_end_of_period(month->period),
                                                                  SCORE_FOLLOW_UP_MONTHS) <= score->cases_end;
    }
}

/* The alert that is number `rank` (from 0) of its month. */
static void count_alert(
    const struct score_work *work, const struct score_alert *alert, size_t rank, struct score_month *month)
{
    month->raised++;
    month->by_severity[alert->severity]++;
    for (size_t k = 0; k < SCORE_TOP_COUNT; k++) {
        if (rank < (size_t)score_tops[k]) {
            month->tops[k].taken++;
            month->tops[k].hits += work->hits[alert - work->input->alerts];
        }
    }
}

static void add_tops(struct score *score)
{
    for (size_t i = 0; i < score->month_count; i++) {
        const struct score_month *month = &score->months[i];
        if (!month->followed_up)
            continue;
        score->followed_up++;
        for (size_t k = 0; k < SCORE_TOP_COUNT; k++) {
            score->tops[k].taken += month->tops[k].taken;
            score->tops[k].hits += month->tops[k].hits;
        }
    }
}

void score_months_all(struct score_work *work)
{
    const struct score_input *input = work->input;
    struct score *score = work->score;
    make_months(work);
    const struct score_alert **ranked = alloc_zeroed(input->alert_count, sizeof *ranked);
    for (size_t i = 0; i < input->alert_count; i++)
        ranked[i] = &input->alerts[i];
    qsort(ranked, input->alert_count, sizeof *ranked, by_month_and_rank);
    for (size_t i = 0; i < input->alert_count; i++) {
        struct score_month *month = &score->months[date_period(ranked[i]->known) - score->months[0].period];
        count_alert(work, ranked[i], month->raised, month);
    }
    alloc_free(ranked);
    add_tops(score);
}

/* ---- by rule ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct score_rule *)a)->rule, ((const struct score_rule *)b)->rule);
}

static uint32_t index_of(struct map *map, const char *rule)
{
    uint32_t index = (uint32_t)map->len;
    if (!map_get(map, rule, strlen(rule), &index))
        map_put(map, rule, strlen(rule), index);
    return index;
}

static void count_rule(struct score_rule *rule, const struct score_alert *alert, bool hit)
{
    rule->rule = alert->rule;
    rule->raised++;
    rule->hits += hit;
    rule->open += alert->cleared_known == DATE_NONE;
}

/* Counts each scored case once for every rule that had an alert open in its window. */
static void count_cases(const struct score_work *work, struct map *map, struct score_rule *rules)
{
    size_t *counted =
        alloc_zeroed(map->len, sizeof *counted); /* the last case counted for the rule, from 1 */
    for (size_t i = 0; i < work->score->case_count; i++) {
        if (work->score->results[i].outcome != SCORE_HIT)
            continue;
        struct score_window window = score_window_of(work->score->results[i].about->petition);
        for (size_t j = 0; j < work->matches[i].len; j++) {
            const struct score_alert *alert = work->matches[i].items[j];
            uint32_t index = index_of(map, alert->rule);
            if (counted[index] == i + 1 || !score_is_open_in(alert, window))
                continue;
            counted[index] = i + 1;
            rules[index].cases++;
        }
    }
    alloc_free(counted);
}

void score_rules_all(struct score_work *work)
{
    const struct score_input *input = work->input;
    struct score *score = work->score;
    struct map map = MAP_NULL;
    for (size_t i = 0; i < input->alert_count; i++)
        index_of(&map, input->alerts[i].rule);
    score->rule_count = map.len;
    score->rules = arena_array(&score->arena, map.len, sizeof *score->rules);
    for (size_t i = 0; i < input->alert_count; i++)
        count_rule(&score->rules[index_of(&map, input->alerts[i].rule)], &input->alerts[i], work->hits[i]);
    count_cases(work, &map, score->rules);
    qsort(score->rules, score->rule_count, sizeof *score->rules, by_name);
    map_deinit(&map);
}
