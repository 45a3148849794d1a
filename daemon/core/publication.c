#include "core/publication.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/str.h"
#include "core/period.h"

static bool leaves_out_zero(const struct sources *sources, const char *name)
{
    for (size_t i = 0; i < sources->len; i++)
        if (str_equal(sources->items[i].name, name))
            return sources->items[i].absent_is_zero;
    return false;
}

/* The number of the publication that a series belongs to. */
static uint32_t number_of(
    struct publications *publications, const struct series_key *key, struct map *numbers)
{
    char text[2 * PANEL_TEXT_MAX + 4];
    size_t len = (size_t)snprintf(text, sizeof text, "%s\n%s\n%d", key->source, key->reporter, key->flow);
    uint32_t number;
    if (map_get(numbers, text, len, &number))
        return number;
    number = (uint32_t)publications->len;
    map_put(numbers, text, len, number);
    publications->items =
        alloc_grow(publications->items, publications->len, &publications->cap, sizeof *publications->items);
    publications->items[publications->len++] = (struct publication){0};
    return number;
}

/* Neighbours mostly belong to the same one: the panel has each text once. */
static bool is_same(const struct series_key *a, const struct series_key *b)
{
    return a->source == b->source && a->reporter == b->reporter && a->flow == b->flow;
}

void publications_init(
    struct publications *publications, const struct panel *panel, const struct sources *sources)
{
    size_t len = panel_series_count(panel);
    struct map numbers = MAP_NULL;
    *publications = (struct publications){.of_series = alloc_zeroed(len, sizeof *publications->of_series)};
    for (uint32_t id = 0; id < len; id++) {
        const struct series_key *key = &panel_series(panel, id)->key;
        if (id > 0 && is_same(key, &panel_series(panel, id - 1)->key))
            publications->of_series[id] = publications->of_series[id - 1];
        else
            publications->of_series[id] = leaves_out_zero(sources, key->source)
                                              ? number_of(publications, key, &numbers)
                                              : (uint32_t)SERIES_NONE;
    }
    map_deinit(&numbers);
    (void)publications_update(publications, panel); /* all is new */
}

void publications_deinit(struct publications *publications)
{
    alloc_free(publications->items);
    alloc_free(publications->of_series);
    *publications = (struct publications){0};
}

static void widen(struct publication *publication, const struct series *series)
{
    if (publication->first == PERIOD_NONE || series->first < publication->first)
        publication->first = series->first;
    if (series->last > publication->last)
        publication->last = series->last;
}

/* The first period that is published now and was not before, or INT32_MAX. */
static int32_t first_new(const struct publication *before, const struct publication *now)
{
    if (now->first == PERIOD_NONE)
        return INT32_MAX;
    if (before->first == PERIOD_NONE || now->first < before->first)
        return now->first;
    return now->last > before->last ? before->last + 1 : INT32_MAX;
}

int32_t publications_update(struct publications *publications, const struct panel *panel)
{
    int32_t earliest = INT32_MAX;
    if (publications->len == 0)
        return earliest;
    struct publication *now = alloc_zeroed(publications->len, sizeof *now);
    for (uint32_t id = 0; id < panel_series_count(panel); id++)
        if (publications->of_series[id] != SERIES_NONE && panel_series(panel, id)->first != PERIOD_NONE)
            widen(&now[publications->of_series[id]], panel_series(panel, id));
    for (size_t i = 0; i < publications->len; i++) {
        int32_t first = first_new(&publications->items[i], &now[i]);
        now[i].grew = first != INT32_MAX;
        earliest = first < earliest ? first : earliest;
        publications->items[i] = now[i];
    }
    alloc_free(now);
    return earliest;
}

bool publication_grew(const struct publications *publications, uint32_t series)
{
    uint32_t number = publications->of_series[series];
    return number != SERIES_NONE && publications->items[number].grew;
}

struct publication publication_of(const struct publications *publications, uint32_t series)
{
    uint32_t number = publications->of_series[series];
    return number == SERIES_NONE ? (struct publication){0} : publications->items[number];
}
