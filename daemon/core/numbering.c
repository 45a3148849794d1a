#include "core/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/counting_sort.h"
#include "base/str.h"

/* ---- ranks: numbers of texts that sort as the texts ---- */

struct ranks {
    const char **texts; /* of all parts, each once */
    size_t len, cap;
    struct map by_text;
    uint32_t *of[DATASET_PARTS_MAX]; /* of each part: number of a text there → its place in `texts` */
    uint32_t *rank;                  /* of each place */
    const char **own;                /* of each rank: the panel's copy, or NULL */
};

struct placed {
    const char *text;
    uint32_t place;
};

static int compare_placed(const void *left, const void *right)
{
    return strcmp(((const struct placed *)left)->text, ((const struct placed *)right)->text);
}

static uint32_t place_of(struct ranks *ranks, const char *text)
{
    uint32_t place = (uint32_t)ranks->len;
    if (map_get(&ranks->by_text, text, strlen(text), &place))
        return place;
    map_put(&ranks->by_text, text, strlen(text), place);
    ranks->texts = alloc_grow(ranks->texts, ranks->len, &ranks->cap, sizeof *ranks->texts);
    ranks->texts[ranks->len++] = text;
    return place;
}

static void ranks_init(struct ranks *ranks, const struct panel *panel, const struct datasets *payload)
{
    *ranks = (struct ranks){0};
    for (size_t part = 0; part < payload->len; part++) {
        const struct dataset *dataset = &payload->items[part];
        ranks->of[part] = alloc_zeroed(dataset->text_len, sizeof **ranks->of);
        for (size_t i = 0; i < dataset->text_len; i++)
            ranks->of[part][i] = place_of(ranks, dataset->texts[i]);
    }
    struct placed *sorted = alloc_zeroed(ranks->len, sizeof *sorted);
    for (size_t i = 0; i < ranks->len; i++)
        sorted[i] = (struct placed){ranks->texts[i], (uint32_t)i};
    qsort(sorted, ranks->len, sizeof *sorted, compare_placed);
    ranks->rank = alloc_zeroed(ranks->len, sizeof *ranks->rank);
    ranks->own = alloc_zeroed(ranks->len, sizeof *ranks->own);
    for (size_t i = 0; i < ranks->len; i++) {
        ranks->rank[sorted[i].place] = (uint32_t)i;
        ranks->own[i] = panel_text(panel, sorted[i].text);
    }
    alloc_free(sorted);
}

static void ranks_deinit(struct ranks *ranks)
{
    for (size_t part = 0; part < DATASET_PARTS_MAX; part++)
        alloc_free(ranks->of[part]);
    alloc_free(ranks->texts);
    alloc_free(ranks->rank);
    alloc_free(ranks->own);
    map_deinit(&ranks->by_text);
}

static uint32_t rank_of(const struct ranks *ranks, size_t part, uint32_t text)
{
    return ranks->rank[ranks->of[part][text]];
}

/* ---- entries: the series of all parts ---- */

/* By number of the entry: parts in order, their series in order. */
struct entries {
    size_t len;
    uint32_t *flow, *product, *reporter, *partner; /* ranks */
    uint32_t *part, *index;
    uint32_t *order; /* numbers of entries by flow, product, reporter, partner, part */
};

static void entries_init(struct entries *entries, const struct ranks *ranks, const struct datasets *payload)
{
    size_t len = 0, n = 0;
    for (size_t part = 0; part < payload->len; part++)
        len += payload->items[part].len;
    uint32_t **columns[] = {&entries->flow, &entries->product, &entries->reporter, &entries->partner,
        &entries->part, &entries->index, &entries->order};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        *columns[i] = alloc_resize(NULL, len, sizeof **columns[i]);
    for (uint32_t part = 0; part < payload->len; part++)
        for (uint32_t i = 0; i < payload->items[part].len; i++, n++) {
            const struct dataset_series *series = &payload->items[part].series[i];
            entries->flow[n] = (uint32_t)series->flow;
            entries->product[n] = rank_of(ranks, part, series->product);
            entries->reporter[n] = rank_of(ranks, part, series->reporter);
            entries->partner[n] = rank_of(ranks, part, series->partner);
            entries->part[n] = part;
            entries->index[n] = i;
            entries->order[n] = (uint32_t)n;
        }
    entries->len = len;
    counting_sort(entries->order, entries->partner, len, ranks->len);
    counting_sort(entries->order, entries->reporter, len, ranks->len);
    counting_sort(entries->order, entries->product, len, ranks->len);
    counting_sort(entries->order, entries->flow, len, FLOW_IMPORT + 1);
}

static void entries_deinit(struct entries *entries)
{
    alloc_free(entries->flow);
    alloc_free(entries->product);
    alloc_free(entries->reporter);
    alloc_free(entries->partner);
    alloc_free(entries->part);
    alloc_free(entries->index);
    alloc_free(entries->order);
}

static bool same_series(const struct entries *entries, uint32_t a, uint32_t b)
{
    return entries->partner[a] == entries->partner[b] && entries->product[a] == entries->product[b] &&
           entries->reporter[a] == entries->reporter[b] && entries->flow[a] == entries->flow[b];
}

/* ---- series ---- */

/* The unit of one part beside that of those before. Rows without a quantity may name one too; the quantity's
 * counts. */
static void take_unit(
    struct numbered *numbered, const struct dataset *dataset, const struct dataset_series *series)
{
    const char *unit = dataset->texts[series->unit];
    if (!series->has_quantity) {
        if (numbered->unit[0] == '\0')
            numbered->unit = unit;
        return;
    }
    if (series->other != DATASET_NO_TEXT)
        numbered->other = dataset->texts[series->other];
    else if (numbered->has_quantity && !str_equal(numbered->unit, unit))
        numbered->other = unit;
    if (!numbered->has_quantity)
        numbered->unit = unit;
    numbered->has_quantity = true;
    numbered->line = series->unit_line;
    numbered->period = series->unit_period;
}

/* By the panel's copies of the texts; NULL where it has none. */
static struct series_key own_key(
    const char *source, const struct ranks *ranks, const struct entries *entries, uint32_t entry)
{
    return (struct series_key){source, ranks->own[entries->reporter[entry]], (enum flow)entries->flow[entry],
        ranks->own[entries->partner[entry]], ranks->own[entries->product[entry]]};
}

/* Where the panel has not all of the texts, it has no such series. `near`: what was found last. */
static uint32_t find_in_panel(const struct panel *panel, const struct series_key *own, uint32_t near)
{
    if (own->source == NULL || own->reporter == NULL || own->partner == NULL || own->product == NULL)
        return SERIES_NONE;
    return panel_find_own(panel, own, near);
}

void numbering_init(struct numbering *numbering, const struct panel *panel, const char *source,
    const struct datasets *payload)
{
    struct ranks ranks;
    struct entries entries;
    const char *own_source = panel_text(panel, source);
    uint32_t near = 0;
    ranks_init(&ranks, panel, payload);
    entries_init(&entries, &ranks, payload);
    *numbering = (struct numbering){.end = (uint32_t)panel_series_count(panel)};
    numbering->series = alloc_resize(NULL, entries.len, sizeof *numbering->series);
    for (size_t part = 0; part < payload->len; part++)
        numbering->ids[part] = alloc_resize(NULL, payload->items[part].len, sizeof **numbering->ids);
    for (size_t i = 0; i < entries.len; i++) {
        uint32_t entry = entries.order[i], part = entries.part[entry], index = entries.index[entry];
        const struct dataset *dataset = &payload->items[part];
        if (i == 0 || !same_series(&entries, entries.order[i - 1], entry)) {
            struct series_key key = own_key(own_source, &ranks, &entries, entry);
            uint32_t id = find_in_panel(panel, &key, near);
            bool known = id != SERIES_NONE;
            near = known ? id : near;
            numbering->series[numbering->len++] = (struct numbered){.id = known ? id : numbering->end++,
                .known = known,
                .part = part,
                .index = index,
                .unit = ""};
        }
        struct numbered *numbered = &numbering->series[numbering->len - 1];
        take_unit(numbered, dataset, &dataset->series[index]);
        numbering->ids[part][index] = numbered->id;
    }
    entries_deinit(&entries);
    ranks_deinit(&ranks);
}

void numbering_deinit(struct numbering *numbering)
{
    for (size_t part = 0; part < DATASET_PARTS_MAX; part++)
        alloc_free(numbering->ids[part]);
    alloc_free(numbering->series);
}
