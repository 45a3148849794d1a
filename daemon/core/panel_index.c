#include "core/panel_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/counting_sort.h"
#include "base/map.h"

/* ---- numbers for texts ---- */

/* Numbers texts as they come. */
struct numbering {
    struct map map;
    const char **texts;
    size_t len, cap;
    const char *last; /* neighbours often name the same */
    uint32_t last_number;
};

static uint32_t number_of(struct numbering *numbering, const char *text)
{
    uint32_t number;
    if (numbering->last != NULL && (numbering->last == text || str_equal(numbering->last, text)))
        return numbering->last_number;
    size_t len = strlen(text);
    if (!map_get(&numbering->map, text, len, &number)) {
        number = (uint32_t)numbering->len;
        map_put(&numbering->map, text, len, number);
        numbering->texts =
            alloc_grow(numbering->texts, numbering->len, &numbering->cap, sizeof *numbering->texts);
        numbering->texts[numbering->len++] = text;
    }
    numbering->last = text;
    numbering->last_number = number;
    return number;
}

struct numbered {
    const char *text;
    uint32_t number;
};

static int compare_numbered(const void *left, const void *right)
{
    return strcmp(((const struct numbered *)left)->text, ((const struct numbered *)right)->text);
}

/* Numbers the texts anew, in their order, also in `numbers`, and ends the numbering. */
static struct panel_texts sort_texts(struct numbering *numbering, uint32_t *numbers, size_t n)
{
    size_t len = numbering->len;
    struct numbered *sorted = alloc_zeroed(len, sizeof *sorted);
    struct panel_texts texts = {
        alloc_zeroed(len, sizeof *texts.items), alloc_zeroed(len, sizeof *texts.met), len};
    for (uint32_t i = 0; i < len; i++)
        sorted[i] = (struct numbered){numbering->texts[i], i};
    if (len > 0)
        qsort(sorted, len, sizeof *sorted, compare_numbered);
    for (uint32_t i = 0; i < len; i++) {
        texts.items[i] = sorted[i].text;
        texts.met[sorted[i].number] = i;
    }
    for (size_t i = 0; i < n; i++)
        numbers[i] = texts.met[numbers[i]];
    alloc_free(sorted);
    alloc_free(numbering->texts);
    map_deinit(&numbering->map);
    return texts;
}

static void texts_deinit(struct panel_texts *texts)
{
    alloc_free(texts->items);
    alloc_free(texts->met);
}

/* ---- order ---- */

/* Takes the keys in the order of the ids. */
static uint32_t *in_order(const uint32_t *ids, const uint32_t *keys, size_t n)
{
    uint32_t *ordered = alloc_resize(NULL, n, sizeof *ordered);
    for (size_t i = 0; i < n; i++)
        ordered[i] = keys[ids[i]];
    return ordered;
}

/* Per series, by number of the text. */
struct columns {
    uint32_t *products, *sources, *reporters, *partners;
    struct panel_texts reporter_texts, partner_texts;
};

static void number_series(struct panel_index *index, const struct panel *panel, struct columns *columns)
{
    struct numbering products = {0}, sources = {0}, reporters = {0}, partners = {0};
    for (uint32_t id = 0; id < index->len; id++) {
        const struct series_key *key = &panel_series(panel, id)->key;
        columns->products[id] = number_of(&products, key->product);
        columns->sources[id] = number_of(&sources, key->source);
        columns->reporters[id] = number_of(&reporters, key->reporter);
        columns->partners[id] = number_of(&partners, key->partner);
    }
    index->product_texts = sort_texts(&products, columns->products, index->len);
    index->source_texts = sort_texts(&sources, columns->sources, index->len);
    columns->reporter_texts = sort_texts(&reporters, columns->reporters, index->len);
    columns->partner_texts = sort_texts(&partners, columns->partners, index->len);
}

static void find_pairs(struct panel_index *index, const struct panel *panel, const struct columns *columns)
{
    size_t cap = 0;
    const struct panel_pair none = {0};
    const struct panel_pair *last = &none;
    for (size_t i = 0; i < index->len; i++) {
        uint32_t id = index->ids[i];
        const char *reporter = columns->reporter_texts.items[columns->reporters[id]];
        const char *partner = columns->partner_texts.items[columns->partners[id]];
        enum flow flow = panel_series(panel, id)->key.flow;
        if (last->reporter != reporter || last->partner != partner || last->flow != flow) {
            index->pairs = alloc_grow(index->pairs, index->pair_count, &cap, sizeof *index->pairs);
            index->pairs[index->pair_count++] = (struct panel_pair){flow, reporter, partner, i, i, i};
        }
        index->pairs[index->pair_count - 1].end = i + 1;
        last = &index->pairs[index->pair_count - 1];
    }
}

void panel_index_init(struct panel_index *index, const struct panel *panel)
{
    size_t len = panel_series_count(panel);
    struct columns columns = {
        .products = alloc_resize(NULL, len, sizeof(uint32_t)),
        .sources = alloc_resize(NULL, len, sizeof(uint32_t)),
        .reporters = alloc_resize(NULL, len, sizeof(uint32_t)),
        .partners = alloc_resize(NULL, len, sizeof(uint32_t)),
    };
    uint32_t *flows = alloc_resize(NULL, len, sizeof *flows);
    *index = (struct panel_index){.ids = alloc_resize(NULL, len, sizeof *index->ids), .len = len};
    number_series(index, panel, &columns);
    for (uint32_t id = 0; id < len; id++) {
        index->ids[id] = id;
        flows[id] = (uint32_t)panel_series(panel, id)->key.flow;
    }
    counting_sort(index->ids, columns.sources, len, index->source_texts.len);
    counting_sort(index->ids, columns.products, len, index->product_texts.len);
    counting_sort(index->ids, columns.partners, len, columns.partner_texts.len);
    counting_sort(index->ids, columns.reporters, len, columns.reporter_texts.len);
    counting_sort(index->ids, flows, len, FLOW_IMPORT + 1);
    index->products = in_order(index->ids, columns.products, len);
    index->sources = in_order(index->ids, columns.sources, len);
    find_pairs(index, panel, &columns);
    texts_deinit(&columns.reporter_texts);
    texts_deinit(&columns.partner_texts);
    alloc_free(columns.products);
    alloc_free(columns.sources);
    alloc_free(columns.reporters);
    alloc_free(columns.partners);
    alloc_free(flows);
}

void panel_index_deinit(struct panel_index *index)
{
    alloc_free(index->ids);
    alloc_free(index->products);
    alloc_free(index->sources);
    alloc_free(index->pairs);
    texts_deinit(&index->product_texts);
    texts_deinit(&index->source_texts);
    *index = (struct panel_index){0};
}

/* ---- questions ---- */

uint32_t panel_index_source(const struct panel_index *index, const char *source)
{
    for (uint32_t i = 0; i < index->source_texts.len; i++)
        if (str_equal(index->source_texts.items[i], source))
            return i;
    return SERIES_NONE;
}

/* The first product that is not below the beginning, or (`past`) that is above all with that beginning. */
static size_t product_bound(const struct panel_texts *texts, const char *beginning, bool past)
{
    size_t low = 0, high = texts->len, len = strlen(beginning);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(texts->items[middle], beginning, len);
        if (order < 0 || (past && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct panel_range panel_index_products(const struct panel_index *index, const char *beginning)
{
    return (struct panel_range){product_bound(&index->product_texts, beginning, false),
        product_bound(&index->product_texts, beginning, true)};
}

static int compare_pair(
    const struct panel_pair *pair, enum flow flow, const char *reporter, const char *partner)
{
    int order = (pair->flow > flow) - (pair->flow < flow);
    order = order != 0 ? order : strcmp(pair->reporter, reporter);
    return order != 0 ? order : strcmp(pair->partner, partner);
}

struct panel_pair *panel_index_pair(
    const struct panel_index *index, enum flow flow, const char *reporter, const char *partner)
{
    size_t low = 0, high = index->pair_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_pair(&index->pairs[middle], flow, reporter, partner) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == index->pair_count)
        return NULL;
    struct panel_pair *pair = &index->pairs[low];
    bool wanted = pair->flow == flow && str_equal(pair->reporter, reporter) &&
                  (partner[0] == '\0' || str_equal(pair->partner, partner));
    return wanted ? pair : NULL;
}

struct panel_pair *panel_index_next(const struct panel_index *index, const struct panel_pair *pair)
{
    struct panel_pair *next = index->pairs + (pair - index->pairs) + 1;
    bool same = next < index->pairs + index->pair_count && next->flow == pair->flow &&
                str_equal(next->reporter, pair->reporter);
    return same ? next : NULL;
}

/* The first place in [from, end) whose product is not below `product`: steps of doubling length. */
static size_t gallop(const uint32_t *products, size_t from, size_t end, size_t product)
{
    size_t step = 1, high = from;
    while (high < end && products[high] < product) {
        from = high + 1;
        high += step;
        step *= 2;
    }
    high = high < end ? high : end;
    while (from < high) {
        size_t middle = from + (high - from) / 2;
        if (products[middle] < product)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

struct panel_range panel_index_find(
    const struct panel_index *index, struct panel_pair *pair, struct panel_range products)
{
    size_t from = pair->guess;
    if (from > pair->first && index->products[from - 1] >= products.first)
        from = pair->first; /* behind what is wanted */
    struct panel_range range;
    range.first = gallop(index->products, from, pair->end, products.first);
    range.end = gallop(index->products, range.first, pair->end, products.end);
    pair->guess = range.first;
    return range;
}
