#include "core/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/score_internal.h"

const int score_tops[SCORE_TOP_COUNT] = {5, 10, 20};

const char *const stratum_letters[STRATUM_COUNT] = {
    [STRATUM_MEASURE] = "a",
    [STRATUM_SURGE] = "b",
    [STRATUM_CUMULATION] = "c",
    [STRATUM_TRIGGER] = "d",
};

const char *const stratum_titles[STRATUM_COUNT] = {
    [STRATUM_MEASURE] = "surge, third-country measure",
    [STRATUM_SURGE] = "surge, no such measure",
    [STRATUM_CUMULATION] = "cumulation, no surge",
    [STRATUM_TRIGGER] = "quantity trigger",
};

const char *const confidence_letters[CASE_CONFIDENCE_COUNT + 1] = {
    [CASE_CONFIRMED] = "S",
    [CASE_PARTLY] = "P",
    [CASE_GENERAL] = "G",
};

const char *const score_outcome_names[SCORE_OUTCOME_COUNT] = {
    [SCORE_HIT] = "hit",
    [SCORE_LATE] = "late",
    [SCORE_MISSED] = "missed",
    [SCORE_NO_DATA] = "no data",
};

const char *const score_gap_texts[SCORE_GAP_COUNT] = {
    [SCORE_GAP_NONE] = "",
    [SCORE_GAP_MARKET] = "no figures of its market and product",
    [SCORE_GAP_BEGIN] = "figures begin less than 24 months before the petition",
    [SCORE_GAP_END] = "figures end before the petition",
};

_Static_assert(SCORE_HISTORY_MONTHS == 24, "score_gap_texts names it");

double score_ratio(size_t part, size_t whole)
{
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

double score_alerts_per_month(const struct score *score)
{
    return score_ratio(score->alert_count, score->month_count);
}

const char *score_percent(size_t part, size_t whole, char buf[SCORE_PERCENT_SIZE])
{
    double percent = score_ratio(part, whole) * 100;
    if (whole == 0)
        snprintf(buf, SCORE_PERCENT_SIZE, "–");
    else /* few alerts of many are right: below ten, a digit more */
        snprintf(buf, SCORE_PERCENT_SIZE, "%.*f %%", percent > 0 && percent < 9.95 ? 1 : 0, percent);
    return buf;
}

double score_months(int32_t days)
{
    return days / (365.25 / 12);
}

int32_t score_shift(int32_t day, int months)
{
    int32_t period = date_period(day);
    int32_t shifted = date_of_period(period + months) + (day - date_of_period(period));
    int32_t last = date_end_of_period(period + months);
    return shifted < last ? shifted : last;
}

struct score_window score_window_of(int32_t end)
{
    return (struct score_window){score_shift(end, -SCORE_WINDOW_MONTHS), end};
}

bool score_is_open_in(const struct score_alert *alert, struct score_window window)
{
    return alert->known < window.end &&
           (alert->cleared_known == DATE_NONE || alert->cleared_known > window.start);
}

bool score_is_proxy(const char *product, const struct score_case *known_case)
{
    size_t len = strlen(product);
    if (len == 0 || strspn(product, "0123456789") != len)
        return false;
    for (size_t i = 0; i < known_case->codes.len; i++)
        if (strncmp(product, known_case->codes.items[i], strlen(known_case->codes.items[i])) == 0)
            return false;
    return true;
}

/* Alerts known on one day stay in the caller's order, so that the same input gives the same score. */
static int by_known(const void *a, const void *b)
{
    const struct score_alert *x = *(const struct score_alert *const *)a;
    const struct score_alert *y = *(const struct score_alert *const *)b;
    if (x->known != y->known)
        return x->known < y->known ? -1 : 1;
    return (x > y) - (x < y);
}

static bool concerns(
    const struct score_input *input, const struct score_alert *alert, const struct score_case *known_case)
{
    return strcmp(alert->market, known_case->market) == 0 &&
           input->covers(input->userdata, alert->product, known_case);
}

static void match_case(
    struct score_work *work, const struct score_case *known_case, struct score_matches *ret)
{
    const struct score_input *input = work->input;
    const struct score_alert **found = NULL;
    size_t len = 0, cap = 0;
    int32_t start = score_window_of(known_case->petition).start;
    for (size_t i = 0; i < input->alert_count; i++) {
        const struct score_alert *alert = &input->alerts[i];
        if (!concerns(input, alert, known_case))
            continue;
        found = alloc_grow(found, len, &cap, sizeof *found);
        found[len++] = alert;
        if (alert->known >= start && alert->known < known_case->petition)
            work->hits[i] = true;
    }
    *ret = (struct score_matches){arena_array(&work->score->arena, len, sizeof *found), len};
    if (len > 0) {
        memcpy(ret->items, found, len * sizeof *found);
        qsort(ret->items, len, sizeof *ret->items, by_known);
    }
    alloc_free(found);
}

static int32_t last_petition(const struct score_input *input)
{
    int32_t last = DATE_NONE;
    for (size_t i = 0; i < input->case_count; i++)
        last = input->cases[i].petition > last ? input->cases[i].petition : last;
    return last;
}

void score_compute(const struct score_input *input, struct score *ret_score)
{
    *ret_score = (struct score){
        .alerts = input->alerts,
        .alert_count = input->alert_count,
        .case_count = input->case_count,
    };
    struct arena *arena = &ret_score->arena;
    struct score_work work = {.input = input, .score = ret_score};
    work.matches = arena_array(arena, input->case_count, sizeof *work.matches);
    work.hits = arena_array(arena, input->alert_count, sizeof *work.hits);
    ret_score->cases_end = input->cases_end != DATE_NONE ? input->cases_end : last_petition(input);
    for (size_t i = 0; i < input->alert_count; i++)
        ret_score->revised += !input->alerts[i].vintage;
    for (size_t i = 0; i < input->case_count; i++)
        match_case(&work, &input->cases[i], &work.matches[i]);
    score_cases_all(&work);
    score_months_all(&work);
    score_rules_all(&work);
}

void score_deinit(struct score *score)
{
    arena_deinit(&score->arena);
    *score = (struct score){0};
}
