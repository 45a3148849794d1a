#include "core/series_set.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

void series_set_deinit(struct series_set *series)
{
    alloc_free(series->items);
    alloc_free(series->texts);
    alloc_free(series->slots);
    map_deinit(&series->text_numbers);
    arena_deinit(&series->arena);
}

/* ---- texts ---- */

/* The one copy of a text, or NULL. `likely`: that of the series before, which is often the same. */
static const char *find_text(const struct series_set *series, const char *text, const char *likely)
{
    uint32_t number;
    if (likely != NULL && str_equal(text, likely))
        return likely;
    return map_get(&series->text_numbers, text, strlen(text), &number) ? series->texts[number] : NULL;
}

static const char *need_text(struct series_set *series, const char *text, const char *likely)
{
    const char *found = find_text(series, text, likely);
    if (found != NULL)
        return found;
    series->texts = alloc_grow(series->texts, series->text_len, &series->text_cap, sizeof *series->texts);
    map_put(&series->text_numbers, text, strlen(text), (uint32_t)series->text_len);
    return series->texts[series->text_len++] = arena_strdup(&series->arena, text);
}

/* Keys of texts that are kept here are equal where their addresses are. */
static bool is_same(const struct series_key *a, const struct series_key *b)
{
    return a->product == b->product && a->partner == b->partner && a->reporter == b->reporter &&
           a->flow == b->flow && a->source == b->source;
}

static const struct series_key *newest_key(const struct series_set *series)
{
    static const struct series_key none = {0};
    return series->len > 0 ? &series->items[series->len - 1].key : &none;
}

/* ---- the index ---- */

static uint64_t mix(uint64_t hash, uint64_t number)
{
    hash = (hash ^ number) * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio */
    return hash ^ hash >> 32;
}

static uint64_t hash_key(const struct series_key *key)
{
    uint64_t hash = mix((uint64_t)key->flow, (uintptr_t)key->source);
    hash = mix(hash, (uintptr_t)key->reporter);
    hash = mix(hash, (uintptr_t)key->partner);
    return mix(hash, (uintptr_t)key->product);
}

/* The slot of the key, or the empty slot where it would go. */
static uint32_t *find_slot(const struct series_set *series, const struct series_key *key)
{
    size_t mask = series->slot_count - 1;
    for (size_t i = hash_key(key) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &series->slots[i];
        if (*slot == 0 || is_same(&series->items[*slot - 1].key, key))
            return slot;
    }
}

static void rebuild_slots(struct series_set *series, size_t slot_count)
{
    alloc_free(series->slots);
    series->slots = alloc_zeroed(slot_count, sizeof *series->slots);
    series->slot_count = slot_count;
    for (size_t i = 0; i < series->len; i++)
        *find_slot(series, &series->items[i].key) = (uint32_t)(i + 1);
}

/* At most half of the slots are taken. */
static void need_slots(struct series_set *series, size_t len)
{
    size_t slot_count = series->slot_count != 0 ? series->slot_count : 16;
    while (len * 2 > slot_count)
        slot_count *= 2;
    if (slot_count != series->slot_count)
        rebuild_slots(series, slot_count);
}

/* ---- series ---- */

const char *series_set_text(const struct series_set *series, const char *text)
{
    return find_text(series, text, NULL);
}

/* Neighbours are compared before the index is asked, which is far in memory. */
enum { NEAR = 4 };

uint32_t series_set_find_own(const struct series_set *series, const struct series_key *own, uint32_t near)
{
    for (size_t id = near; id < series->len && id <= (size_t)near + NEAR; id++)
        if (is_same(&series->items[id].key, own))
            return (uint32_t)id;
    uint32_t slot = series->len > 0 ? *find_slot(series, own) : 0;
    return slot != 0 ? slot - 1 : SERIES_NONE;
}

uint32_t series_set_find(const struct series_set *series, const struct series_key *key)
{
    const struct series_key *likely = newest_key(series);
    struct series_key own = {
        .source = find_text(series, key->source, likely->source),
        .reporter = find_text(series, key->reporter, likely->reporter),
        .flow = key->flow,
        .partner = find_text(series, key->partner, likely->partner),
        .product = find_text(series, key->product, likely->product),
    };
    if (own.source == NULL || own.reporter == NULL || own.partner == NULL || own.product == NULL)
        return SERIES_NONE;
    return series_set_find_own(series, &own, SERIES_NONE);
}

void series_set_reserve(struct series_set *series, size_t more)
{
    size_t len = series->len + more;
    need_slots(series, len);
    if (len > series->cap) {
        series->cap = len + len / 8;
        series->items = alloc_resize(series->items, series->cap, sizeof *series->items);
    }
}

uint32_t series_set_add(struct series_set *series, const struct series_key *key)
{
    const struct series_key *likely = newest_key(series);
    struct series_key own = {
        .source = need_text(series, key->source, likely->source),
        .reporter = need_text(series, key->reporter, likely->reporter),
        .flow = key->flow,
        .partner = need_text(series, key->partner, likely->partner),
        .product = need_text(series, key->product, likely->product),
    };
    need_slots(series, series->len + 1);
    uint32_t *slot = find_slot(series, &own);
    if (*slot != 0)
        return *slot - 1;
    series->items = alloc_grow(series->items, series->len, &series->cap, sizeof *series->items);
    series->items[series->len++] = (struct series){.key = own, .unit = ""};
    *slot = (uint32_t)series->len;
    return *slot - 1;
}

void series_set_name_unit(struct series_set *series, uint32_t id, const char *unit)
{
    const char *likely = id > 0 ? series->items[id - 1].unit : NULL;
    series->items[id].unit = unit[0] != '\0' ? need_text(series, unit, likely) : "";
}

void series_set_truncate(struct series_set *series, size_t len)
{
    if (len >= series->len)
        return;
    series->len = len;
    rebuild_slots(series, series->slot_count);
}
