/* The score by case: hits and lead times, and how often a window without a case is hit just so. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/score_internal.h"

static enum score_gap gap_before(const struct score_case *known_case, int32_t end)
{
    if (known_case->data_from == DATE_NONE)
        return SCORE_GAP_MARKET;
    if (known_case->data_from > score_shift(end, -SCORE_HISTORY_MONTHS))
        return SCORE_GAP_BEGIN;
    /* Figures come once a month, so the newest may be that old. */
    return known_case->data_to < score_shift(end, -1) ? SCORE_GAP_END : SCORE_GAP_NONE;
}

static const struct score_alert *first_open(const struct score_matches *matches, struct score_window window)
{
    for (size_t i = 0; i < matches->len; i++)
        if (score_is_open_in(matches->items[i], window))
            return matches->items[i];
    return NULL;
}

static const struct score_alert *first_late(const struct score_matches *matches, int32_t petition)
{
    for (size_t i = 0; i < matches->len; i++)
        if (matches->items[i]->known >= petition)
            return matches->items[i]->known < score_shift(petition, SCORE_WINDOW_MONTHS) ? matches->items[i]
                                                                                         : NULL;
    return NULL;
}

static bool all_proxies(
    const struct score_matches *matches, struct score_window window, const struct score_case *known_case)
{
    for (size_t i = 0; i < matches->len; i++)
        if (score_is_open_in(matches->items[i], window) &&
            !score_is_proxy(matches->items[i]->product, known_case))
            return false;
    return true;
}

/* A standing alert has warned for the whole window and says nothing of when the case came up, so its lead is
 * no longer than that. */
static void take_hit(struct score_result *result, const struct score_alert *first, struct score_window window)
{
    result->outcome = SCORE_HIT;
    result->first = first;
    result->standing = first->known < window.start;
    result->lead = window.end - (result->standing ? window.start : first->known);
}

static void judge_case(const struct score_matches *matches, struct score_result *result)
{
    int32_t petition = result->about->petition;
    result->gap = gap_before(result->about, petition);
    if (result->gap != SCORE_GAP_NONE) {
        result->outcome = SCORE_NO_DATA;
        return;
    }
    struct score_window window = score_window_of(petition);
    const struct score_alert *first = first_open(matches, window), *late = first_late(matches, petition);
    if (first != NULL) {
        take_hit(result, first, window);
        result->proxy = all_proxies(matches, window, result->about);
    } else if (late != NULL) {
        result->outcome = SCORE_LATE;
        result->first = late;
        result->lead = petition - late->known;
        result->proxy = score_is_proxy(late->product, result->about);
    } else {
        result->outcome = SCORE_MISSED;
    }
}

/* ---- windows without a case ---- */

/* Whether some code of one lies at or below a code of the other. */
static bool share_codes(const struct texts *a, const struct texts *b)
{
    for (size_t i = 0; i < a->len; i++) {
        for (size_t j = 0; j < b->len; j++) {
            size_t x = strlen(a->items[i]), y = strlen(b->items[j]);
            if (strncmp(a->items[i], b->items[j], x < y ? x : y) == 0)
                return true;
        }
    }
    return false;
}

/* Whether the window overlaps that of another case on the same market and product. */
static bool has_other_case(
    const struct score_input *input, const struct score_case *known_case, struct score_window window)
{
    for (size_t i = 0; i < input->case_count; i++) {
        const struct score_case *other = &input->cases[i];
        if (other == known_case || strcmp(other->market, known_case->market) != 0 ||
            !share_codes(&other->codes, &known_case->codes))
            continue;
        struct score_window theirs = score_window_of(other->petition);
        if (theirs.start < window.end && window.start < theirs.end)
            return true;
    }
    return false;
}

/* Windows that end 24, 36, 48 … months before the petition, as far back as one could be scored. */
static void count_placebos(const struct score_work *work, size_t i)
{
    enum { FIRST_MONTHS = 24, STEP_MONTHS = 12 };
    struct score_result *result = &work->score->results[i];
    for (int back = FIRST_MONTHS;; back += STEP_MONTHS) {
        struct score_window window = score_window_of(score_shift(result->about->petition, -back));
        if (gap_before(result->about, window.end) != SCORE_GAP_NONE)
            return;
        if (has_other_case(work->input, result->about, window))
            continue;
        result->placebos++;
        result->placebo_hits += first_open(&work->matches[i], window) != NULL;
    }
}

/* ---- rates ---- */

static void count_result(struct score_rate *rate, const struct score_result *result)
{
    rate->cases++;
    rate->scored += result->outcome != SCORE_NO_DATA;
    rate->hits += result->outcome == SCORE_HIT;
    rate->proxies += result->outcome == SCORE_HIT && result->proxy;
    rate->late += result->outcome == SCORE_LATE;
    rate->missed += result->outcome == SCORE_MISSED;
    rate->no_data += result->outcome == SCORE_NO_DATA;
    rate->placebos += (size_t)result->placebos;
    rate->placebo_hits += (size_t)result->placebo_hits;
}

static int by_days(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Lead times of a stratum's hits; `stratum` STRATUM_COUNT is all of them. */
static void summarise_leads(const struct score *score, enum stratum stratum, struct score_rate *rate)
{
    int32_t *leads = alloc_zeroed(score->case_count, sizeof *leads);
    size_t n = 0;
    for (size_t i = 0; i < score->case_count; i++) {
        const struct score_result *result = &score->results[i];
        if (result->outcome == SCORE_HIT && result->about->confidence != CASE_GENERAL &&
            (stratum == STRATUM_COUNT || result->about->stratum == stratum))
            leads[n++] = result->lead;
    }
    rate->leads = n;
    if (n > 0) {
        qsort(leads, n, sizeof *leads, by_days);
        rate->lead_min = leads[0];
        rate->lead_max = leads[n - 1];
        rate->lead_median = (leads[(n - 1) / 2] + leads[n / 2]) / 2;
    }
    alloc_free(leads);
}

void score_cases_all(struct score_work *work)
{
    struct score *score = work->score;
    score->results = arena_array(&score->arena, score->case_count, sizeof *score->results);
    for (size_t i = 0; i < score->case_count; i++) {
        struct score_result *result = &score->results[i];
        result->about = &work->input->cases[i];
        judge_case(&work->matches[i], result);
        if (result->outcome != SCORE_NO_DATA)
            count_placebos(work, i);
        count_result(&score->rates[result->about->stratum], result);
        count_result(&score->all, result);
    }
    for (enum stratum stratum = 0; stratum < STRATUM_COUNT; stratum++)
        summarise_leads(score, stratum, &score->rates[stratum]);
    summarise_leads(score, STRATUM_COUNT, &score->all);
}
