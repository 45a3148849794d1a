#include "core/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

/* A series of a part, with a key that sorts as its texts do. */
struct entry {
    uint64_t flow_product, reporter_partner;
    uint32_t part, index;
};

/* ---- ranks: numbers of texts that sort as the texts ---- */

struct ranks {
    const char **texts; /* of all parts, each once */
    size_t len, cap;
    struct map by_text;
    uint32_t *of[DATASET_PARTS_MAX]; /* of each part: number of a text there → its place in `texts` */
    uint32_t *rank;                  /* of each place */
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

static void ranks_init(struct ranks *ranks, const struct datasets *payload)
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
    for (size_t i = 0; i < ranks->len; i++)
        ranks->rank[sorted[i].place] = (uint32_t)i;
    alloc_free(sorted);
}

static void ranks_deinit(struct ranks *ranks)
{
    for (size_t part = 0; part < DATASET_PARTS_MAX; part++)
        alloc_free(ranks->of[part]);
    alloc_free(ranks->texts);
    alloc_free(ranks->rank);
    map_deinit(&ranks->by_text);
}

/* ---- entries ---- */

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->flow_product != b->flow_product)
        return a->flow_product < b->flow_product ? -1 : 1;
    if (a->reporter_partner != b->reporter_partner)
        return a->reporter_partner < b->reporter_partner ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

static bool same_series(const struct entry *a, const struct entry *b)
{
    return a->flow_product == b->flow_product && a->reporter_partner == b->reporter_partner;
}

/* All series of all parts, sorted. */
static struct entry *sort_entries(const struct datasets *payload, size_t *ret_len)
{
    struct ranks ranks;
    size_t len = 0;
    ranks_init(&ranks, payload);
    for (size_t part = 0; part < payload->len; part++)
        len += payload->items[part].len;
    struct entry *entries = alloc_zeroed(len, sizeof *entries);
    *ret_len = len;
    for (uint32_t part = 0; part < payload->len; part++) {
        const struct dataset *dataset = &payload->items[part];
        const uint32_t *of = ranks.of[part], *rank = ranks.rank;
        for (uint32_t i = 0; i < dataset->len; i++) {
            const struct dataset_series *series = &dataset->series[i];
            entries[--len] = (struct entry){
                .flow_product = (uint64_t)series->flow << 32 | rank[of[series->product]],
                .reporter_partner = (uint64_t)rank[of[series->reporter]] << 32 | rank[of[series->partner]],
                .part = part,
                .index = i,
            };
        }
    }
    if (*ret_len > 0)
        qsort(entries, *ret_len, sizeof *entries, compare_entries);
    ranks_deinit(&ranks);
    return entries;
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

static void find_in_panel(
    struct numbered *numbered, const struct panel *panel, const char *source, const struct dataset *dataset)
{
    const struct dataset_series *series = &dataset->series[numbered->index];
    struct series_key key = {source, dataset->texts[series->reporter], series->flow,
        dataset->texts[series->partner], dataset->texts[series->product]};
    numbered->id = panel_find(panel, &key);
    numbered->known = numbered->id != SERIES_NONE;
}

void numbering_init(struct numbering *numbering, const struct panel *panel, const char *source,
    const struct datasets *payload)
{
    size_t len;
    struct entry *entries = sort_entries(payload, &len);
    *numbering = (struct numbering){.end = (uint32_t)panel_series_count(panel)};
    numbering->series = alloc_zeroed(len, sizeof *numbering->series);
    for (size_t part = 0; part < payload->len; part++)
        numbering->ids[part] = alloc_zeroed(payload->items[part].len, sizeof **numbering->ids);
    for (size_t i = 0; i < len; i++) {
        const struct entry *entry = &entries[i];
        const struct dataset *dataset = &payload->items[entry->part];
        if (i == 0 || !same_series(&entries[i - 1], entry)) {
            struct numbered *new = &numbering->series[numbering->len++];
            *new = (struct numbered){.part = entry->part, .index = entry->index, .unit = ""};
            find_in_panel(new, panel, source, dataset);
            if (!new->known)
                new->id = numbering->end++;
        }
        struct numbered *numbered = &numbering->series[numbering->len - 1];
        take_unit(numbered, dataset, &dataset->series[entry->index]);
        numbering->ids[entry->part][entry->index] = numbered->id;
    }
    alloc_free(entries);
}

void numbering_deinit(struct numbering *numbering)
{
    for (size_t part = 0; part < DATASET_PARTS_MAX; part++)
        alloc_free(numbering->ids[part]);
    alloc_free(numbering->series);
}
