#include "core/dataset.h"

#include <endian.h>
#include <string.h>

#include "base/alloc.h"
#include "core/period.h"

enum {
    FIRST_MONTH = PERIOD_YEAR_MIN * 12,
    MONTHS = (PERIOD_YEAR_MAX - PERIOD_YEAR_MIN + 1) * 12,
};

/* Memory of rows: slabs, cut into chunks that belong to one month each. Both begin small, for payloads of a
 * few rows, and double; nothing is copied when a month grows. */
enum { SLAB_MIN = 16 * 1024, SLAB_MAX = 16 * 1024 * 1024, CHUNK_MIN = 512, CHUNK_MAX = 64 * 1024 };

struct dataset_slab {
    struct dataset_slab *next;
    size_t size;
    max_align_t bytes[];
};

struct dataset_chunk {
    struct dataset_chunk *next;
    size_t size, used;
    uint8_t bytes[];
};

struct dataset_month {
    struct dataset_chunk *first, *last;
    unsigned line; /* of the newest row */
};

/* Payloads are sorted by something, mostly by product within partner, so series are found by pages of
 * neighbouring product numbers: the page of the row before is often that of the next one too, and what is
 * looked up one after the other stands side by side. */
enum { PAGE_PRODUCTS = 4 };

/* Slots are a power of two. What is reserved is not used before it is needed, but for the slots. */
enum { SLOTS_MIN = 64, RESERVED_MAX = 256 * 1024 };

struct page_key {
    uint32_t reporter, partner, products; /* products: number / PAGE_PRODUCTS * 2 + flow */
};

struct dataset_page {
    uint32_t series[PAGE_PRODUCTS]; /* number + 1; 0 where there is none */
    struct page_key key;
};

struct dataset_slot {
    uint32_t page; /* + 1; 0 in a free slot */
    struct page_key key;
};

void dataset_init(struct dataset *dataset)
{
    *dataset = (struct dataset){.months = alloc_zeroed(MONTHS, sizeof *dataset->months)};
    (void)dataset_text(dataset, "");
}

void dataset_deinit(struct dataset *dataset)
{
    for (struct dataset_slab *slab = dataset->slabs, *next; slab != NULL; slab = next) {
        next = slab->next;
        alloc_free(slab);
    }
    for (size_t i = 0; dataset->months != NULL && i < MONTHS; i++)
        alloc_free(dataset->months[i]);
    alloc_free(dataset->months);
    for (size_t i = 0; i < dataset->text_len; i++)
        alloc_free((char *)dataset->texts[i]);
    alloc_free(dataset->texts);
    alloc_free(dataset->series);
    alloc_free(dataset->pages);
    alloc_free(dataset->slots);
    map_deinit(&dataset->by_text);
    *dataset = (struct dataset){0};
}

void datasets_deinit(struct datasets *datasets)
{
    for (size_t i = 0; i < datasets->len; i++)
        dataset_deinit(&datasets->items[i]);
    alloc_free(datasets->items);
    *datasets = (struct datasets){0};
}

void datasets_take(struct datasets *datasets, struct datasets *from)
{
    size_t len = datasets->len + from->len;
    if (from->len > 0) {
        datasets->items = alloc_resize(datasets->items, len, sizeof *datasets->items);
        memcpy(datasets->items + datasets->len, from->items, from->len * sizeof *from->items);
    }
    datasets->len = len;
    alloc_free(from->items);
    *from = (struct datasets){0};
}

uint32_t dataset_text(struct dataset *dataset, const char *text)
{
    uint32_t number;
    if (map_get(&dataset->by_text, text, strlen(text), &number))
        return number;
    number = (uint32_t)dataset->text_len;
    dataset->texts =
        alloc_grow(dataset->texts, dataset->text_len, &dataset->text_cap, sizeof *dataset->texts);
    dataset->texts[dataset->text_len++] = alloc_strdup(text);
    map_put(&dataset->by_text, text, strlen(text), number);
    return number;
}

/* ---- series ---- */

static bool same_page(const struct page_key *a, const struct page_key *b)
{
    return a->products == b->products && a->partner == b->partner && a->reporter == b->reporter;
}

static size_t home_slot(const struct dataset *dataset, const struct page_key *key)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: spreads near numbers */
    uint64_t hash = ((uint64_t)key->products * golden ^ key->partner) * golden + key->reporter;
    return (hash * golden) >> 32 & (dataset->slot_count - 1);
}

/* The slot of the key, or the free one where it would go. */
static struct dataset_slot *find_slot(const struct dataset *dataset, const struct page_key *key)
{
    for (size_t i = home_slot(dataset, key);; i = (i + 1) & (dataset->slot_count - 1)) {
        struct dataset_slot *slot = &dataset->slots[i];
        if (slot->page == 0 || same_page(&slot->key, key))
            return slot;
    }
}

/* At most half of the slots are taken. */
static void resize_slots(struct dataset *dataset, size_t count)
{
    alloc_free(dataset->slots);
    dataset->slot_count = count;
    dataset->slots = alloc_zeroed(dataset->slot_count, sizeof *dataset->slots);
    for (size_t i = 0; i < dataset->page_len; i++)
        *find_slot(dataset, &dataset->pages[i].key) =
            (struct dataset_slot){(uint32_t)i + 1, dataset->pages[i].key};
}

void dataset_reserve(struct dataset *dataset, size_t rows)
{
    size_t slots = SLOTS_MIN;
    rows = rows < RESERVED_MAX ? rows : RESERVED_MAX;
    while (slots < rows * 2)
        slots *= 2;
    dataset->cap = dataset->page_cap = rows;
    dataset->series = alloc_resize(dataset->series, rows, sizeof *dataset->series);
    dataset->pages = alloc_resize(dataset->pages, rows, sizeof *dataset->pages);
    resize_slots(dataset, slots);
}

static struct page_key key_of(const struct dataset_row *row)
{
    return (struct page_key){
        row->reporter, row->partner, row->product / PAGE_PRODUCTS * 2 + (uint32_t)row->flow};
}

static uint32_t find_page(struct dataset *dataset, const struct page_key *key)
{
    if (dataset->page_len > 0 && same_page(&dataset->pages[dataset->newest_page].key, key))
        return dataset->newest_page;
    if (dataset->page_len * 2 >= dataset->slot_count)
        resize_slots(dataset, dataset->slot_count > 0 ? dataset->slot_count * 2 : SLOTS_MIN);
    struct dataset_slot *slot = find_slot(dataset, key);
    if (slot->page == 0) {
        dataset->pages =
            alloc_grow(dataset->pages, dataset->page_len, &dataset->page_cap, sizeof *dataset->pages);
        dataset->pages[dataset->page_len++] = (struct dataset_page){.key = *key};
        *slot = (struct dataset_slot){(uint32_t)dataset->page_len, *key};
    }
    return dataset->newest_page = slot->page - 1;
}

static uint32_t find_series(struct dataset *dataset, struct dataset_page *page, const struct dataset_row *row)
{
    uint32_t *number = &page->series[row->product % PAGE_PRODUCTS];
    if (*number > 0)
        return *number - 1;
    *number = (uint32_t)dataset->len + 1;
    dataset->series = alloc_grow(dataset->series, dataset->len, &dataset->cap, sizeof *dataset->series);
    dataset->series[dataset->len] = (struct dataset_series){
        .reporter = row->reporter, .partner = row->partner, .product = row->product, .flow = row->flow};
    return (uint32_t)dataset->len++;
}

/* Rows without a quantity may name a unit too; the quantity's counts. */
static void take_unit(struct dataset_series *series, const struct dataset_row *row)
{
    bool quantity = (row->known & 1 << COLUMN_QUANTITY) != 0;
    bool first = quantity ? !series->has_quantity : series->unit == DATASET_NO_TEXT;
    bool differs = quantity && series->has_quantity && series->unit != row->unit;
    if (!first && (!differs || series->other != DATASET_NO_TEXT))
        return;
    if (first)
        series->unit = row->unit;
    else
        series->other = row->unit;
    series->has_quantity |= quantity;
    series->unit_line = row->line;
    series->unit_period = row->period;
}

/* ---- rows ----
 *
 * A row is a word, its series, and its figures: of the word, bits 0–2 say which figures are known, 3–7 hold
 * the flags, three times four bits the lengths of the figures in bytes, and the upper twelve bits the line as
 * a distance from the row before, or LINE_FOLLOWS where the line stands behind the series. Figures are little
 * more than half of what eight bytes each would take. */

enum {
    WIDTH_SHIFT = 8,
    LINE_SHIFT = 20,
    LINE_FOLLOWS = 0xfff,
    ROW_MAX = 3 * sizeof(uint32_t) + COLUMN_COUNT * sizeof(int64_t),
};

_Static_assert(COLUMN_COUNT == 3 && OBSERVATION_SUPPRESSED < 1 << 5, "room in the word");

static void *new_chunk(struct dataset *dataset, size_t size)
{
    struct dataset_slab *slab = dataset->slabs;
    if (slab == NULL || slab->size - dataset->slab_used < size) {
        size_t bytes = slab == NULL ? SLAB_MIN : slab->size * 2 < SLAB_MAX ? slab->size * 2 : SLAB_MAX;
        bytes = bytes < size ? size : bytes;
        slab = alloc_zeroed(1, sizeof *slab + bytes);
        *slab = (struct dataset_slab){dataset->slabs, bytes};
        dataset->slabs = slab;
        dataset->slab_used = 0;
    }
    struct dataset_chunk *chunk = (void *)((char *)slab->bytes + dataset->slab_used);
    dataset->slab_used += size;
    *chunk = (struct dataset_chunk){.size = size - sizeof *chunk};
    return chunk;
}

static struct dataset_month *need_month(struct dataset *dataset, int32_t period)
{
    struct dataset_month **month = &dataset->months[period - FIRST_MONTH];
    if (*month == NULL)
        *month = alloc_zeroed(1, sizeof **month);
    return *month;
}

/* Where the month's next row goes: ROW_MAX bytes are free there. */
static struct dataset_chunk *room(struct dataset *dataset, struct dataset_month *month)
{
    struct dataset_chunk *last = month->last;
    if (last != NULL && last->size - last->used >= ROW_MAX)
        return last;
    size_t size = last == NULL ? CHUNK_MIN : 2 * (last->size + sizeof *last);
    struct dataset_chunk *chunk = new_chunk(dataset, size < CHUNK_MAX ? size : CHUNK_MAX);
    if (last != NULL)
        last->next = chunk;
    else
        month->first = chunk;
    return month->last = chunk;
}

static unsigned width_of(uint64_t figure)
{
    return figure == 0 ? 0 : (unsigned)(71 - __builtin_clzll(figure)) / 8;
}

static uint8_t *put_u32(uint8_t *p, uint32_t n)
{
    memcpy(p, &n, sizeof n);
    return p + sizeof n;
}

static void append(struct dataset *dataset, uint32_t series, const struct dataset_row *row)
{
    struct dataset_month *month = need_month(dataset, row->period);
    struct dataset_chunk *chunk = room(dataset, month);
    bool near = row->line >= month->line && row->line - month->line < LINE_FOLLOWS;
    uint32_t word = row->known | (uint32_t)row->flags << COLUMN_COUNT |
                    (near ? row->line - month->line : LINE_FOLLOWS) << LINE_SHIFT;
    uint8_t *start = chunk->bytes + chunk->used, *p = put_u32(start + sizeof word, series);
    if (!near)
        p = put_u32(p, row->line);
    for (unsigned column = 0; column < COLUMN_COUNT; column++) {
        if ((row->known & 1U << column) == 0)
            continue;
        unsigned width = width_of((uint64_t)row->figures[column]);
        word |= width << (WIDTH_SHIFT + 4 * column);
        uint64_t figure = htole64((uint64_t)row->figures[column]);
        memcpy(p, &figure, sizeof figure);
        p += width;
    }
    put_u32(start, word);
    chunk->used = (size_t)(p - chunk->bytes);
    month->line = row->line;
    dataset->rows++;
    if (row->unit != DATASET_NO_TEXT)
        take_unit(&dataset->series[series], row);
}

/* Where a series is kept is a matter of two far reads, one after the other. Rows wait for them together. */
void dataset_end(struct dataset *dataset)
{
    uint32_t pages[DATASET_QUEUE];
    for (size_t i = 0; i < dataset->queued; i++) {
        struct page_key key = key_of(&dataset->queue[i]);
        pages[i] = find_page(dataset, &key);
        __builtin_prefetch(&dataset->pages[pages[i]]);
    }
    for (size_t i = 0; i < dataset->queued; i++) {
        const struct dataset_row *row = &dataset->queue[i];
        append(dataset, find_series(dataset, &dataset->pages[pages[i]], row), row);
    }
    dataset->queued = 0;
}

void dataset_put(struct dataset *dataset, const struct dataset_row *row)
{
    struct page_key key = key_of(row);
    if (dataset->slot_count > 0)
        __builtin_prefetch(&dataset->slots[home_slot(dataset, &key)]);
    dataset->queue[dataset->queued++] = *row;
    if (dataset->queued == DATASET_QUEUE)
        dataset_end(dataset);
}

void dataset_add(struct dataset *dataset, const struct observation *row)
{
    struct dataset_row numbered = {
        .reporter = dataset_text(dataset, row->reporter),
        .partner = dataset_text(dataset, row->partner),
        .product = dataset_text(dataset, row->product),
        .unit = dataset_text(dataset, row->unit),
        .flow = row->flow,
        .period = row->period,
        .line = row->line,
        .flags = (uint8_t)row->flags,
    };
    for (unsigned column = 0; column < COLUMN_COUNT; column++) {
        numbered.known |= (uint8_t)((unsigned)row->present[column] << column);
        numbered.figures[column] = row->figure[column];
    }
    dataset_put(dataset, &numbered);
    dataset_end(dataset);
}

void datasets_span(const struct datasets *datasets, int32_t *ret_first, int32_t *ret_last)
{
    *ret_first = *ret_last = PERIOD_NONE;
    for (int32_t i = 0; i < MONTHS; i++) {
        bool any = false;
        for (size_t part = 0; part < datasets->len; part++)
            any |= datasets->items[part].months[i] != NULL;
        if (any && *ret_first == PERIOD_NONE)
            *ret_first = FIRST_MONTH + i;
        if (any)
            *ret_last = FIRST_MONTH + i;
    }
}

struct dataset_cursor dataset_month(const struct dataset *dataset, int32_t period)
{
    const struct dataset_month *month = dataset->months[period - FIRST_MONTH];
    return (struct dataset_cursor){.chunk = month != NULL ? month->first : NULL};
}

static const uint8_t *get_u32(const uint8_t *p, uint32_t *ret_n)
{
    memcpy(ret_n, p, sizeof *ret_n);
    return p + sizeof *ret_n;
}

/* What stands behind a figure is in the chunk too: dataset_put left ROW_MAX bytes. */
static const uint8_t *get_figure(const uint8_t *p, unsigned width, int64_t *ret_figure)
{
    uint64_t figure = 0;
    if (width > 0) {
        memcpy(&figure, p, sizeof figure);
        figure = le64toh(figure) & UINT64_MAX >> (64 - 8 * width);
    }
    *ret_figure = (int64_t)figure;
    return p + width;
}

bool dataset_next(struct dataset_cursor *cursor, struct dataset_entry *ret_entry)
{
    while (cursor->chunk != NULL && cursor->at == cursor->chunk->used)
        *cursor = (struct dataset_cursor){cursor->chunk->next, 0, cursor->line};
    if (cursor->chunk == NULL)
        return false;
    uint32_t word;
    const uint8_t *p = get_u32(cursor->chunk->bytes + cursor->at, &word);
    p = get_u32(p, &ret_entry->series);
    cursor->line += word >> LINE_SHIFT;
    if (word >> LINE_SHIFT == LINE_FOLLOWS)
        p = get_u32(p, &cursor->line);
    ret_entry->line = cursor->line;
    ret_entry->known = word & ((1U << COLUMN_COUNT) - 1);
    ret_entry->flags = word >> COLUMN_COUNT & 0x1f;
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        p = get_figure(p, word >> (WIDTH_SHIFT + 4 * column) & 0xf, &ret_entry->figures[column]);
    cursor->at = (size_t)(p - cursor->chunk->bytes);
    return true;
}

/* Whether any row of the month has a figure other than zero, or one that is confidential. */
static bool has_trade(const struct dataset *dataset, int32_t period)
{
    struct dataset_cursor cursor = dataset_month(dataset, period);
    struct dataset_entry row;
    while (dataset_next(&cursor, &row)) {
        bool trade = (row.flags & OBSERVATION_SUPPRESSED) != 0;
        for (unsigned column = 0; column < COLUMN_COUNT; column++)
            trade |= (row.known & 1U << column) != 0 && row.figures[column] != 0;
        if (trade)
            return true;
    }
    return false;
}

static void drop_month(struct dataset *dataset, int32_t period)
{
    struct dataset_cursor cursor = dataset_month(dataset, period);
    struct dataset_entry row;
    while (dataset_next(&cursor, &row))
        dataset->rows--;
    alloc_free(dataset->months[period - FIRST_MONTH]);
    dataset->months[period - FIRST_MONTH] = NULL;
}

void datasets_drop_empty_months(struct datasets *datasets)
{
    int32_t first, last;
    datasets_span(datasets, &first, &last);
    for (; first != PERIOD_NONE && last >= first; last--) {
        for (size_t i = 0; i < datasets->len; i++)
            if (has_trade(&datasets->items[i], last))
                return;
        for (size_t i = 0; i < datasets->len; i++)
            drop_month(&datasets->items[i], last);
    }
}
