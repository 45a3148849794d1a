#include "core/source_compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/period.h"

struct matching {
    const struct panel *panel;
    struct source_pair *pairs; /* series that both know */
    size_t len, cap;
};

static void match(struct matching *matching, const char *a, const char *b)
{
    for (size_t id = 0; id < panel_series_count(matching->panel); id++) {
        struct series_key key = panel_series(matching->panel, (uint32_t)id)->key;
        if (strcmp(key.source, a) != 0)
            continue;
        key.source = b;
        uint32_t other = panel_find(matching->panel, &key);
        if (other == SERIES_NONE)
            continue;
        matching->pairs = alloc_grow(matching->pairs, matching->len, &matching->cap, sizeof *matching->pairs);
        matching->pairs[matching->len++] = (struct source_pair){.a = (uint32_t)id, .b = other};
    }
}

static bool values(const struct panel *panel, int32_t period, struct source_pair *pair)
{
    return panel_get(panel, pair->a, COLUMN_VALUE, period, &pair->value_a) &&
           panel_get(panel, pair->b, COLUMN_VALUE, period, &pair->value_b);
}

/* Mostly the first month that is tried is it. */
static int32_t newest_common(const struct matching *matching)
{
    for (int32_t period = panel_last(matching->panel); period >= panel_first(matching->panel) && period > 0;
         period--)
        for (size_t i = 0; i < matching->len; i++)
            if (values(matching->panel, period, &matching->pairs[i]))
                return period;
    return PERIOD_NONE;
}

static int by_size(const void *left, const void *right)
{
    const struct source_pair *a = left, *b = right;
    int64_t of_a = llabs(a->value_b - a->value_a), of_b = llabs(b->value_b - b->value_a);
    if (of_a != of_b)
        return of_a > of_b ? -1 : 1;
    return (a->a > b->a) - (a->a < b->a);
}

static double difference(const struct source_pair *pair)
{
    double a = (double)pair->value_a, b = (double)pair->value_b, larger = fmax(fabs(a), fabs(b));
    return larger > 0 ? (b - a) / larger : 0;
}

void source_compare(const struct panel *panel, const char *a, const char *b, double share,
    struct source_comparison *ret_comparison)
{
    struct matching matching = {.panel = panel};
    match(&matching, a, b);
    struct source_comparison comparison = {.common = matching.len, .period = newest_common(&matching)};
    for (size_t i = 0; i < matching.len && comparison.period != PERIOD_NONE; i++) {
        struct source_pair *pair = &matching.pairs[i];
        if (!values(panel, comparison.period, pair))
            continue;
        comparison.compared++;
        pair->difference = difference(pair);
        if (fabs(pair->difference) > share)
            matching.pairs[comparison.differing++] = *pair;
    }
    if (comparison.differing > 0)
        qsort(matching.pairs, comparison.differing, sizeof *matching.pairs, by_size);
    comparison.pairs = matching.pairs;
    *ret_comparison = comparison;
}

void source_comparison_deinit(struct source_comparison *comparison)
{
    alloc_free(comparison->pairs);
    *comparison = (struct source_comparison){0};
}
