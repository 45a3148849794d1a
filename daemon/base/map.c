#include "base/map.h"

#include <string.h>

#include "base/alloc.h"

struct map_entry {
    const char *key;
    uint32_t len, value;
    uint64_t hash;
};

/* Eight bytes a step, as FNV-1a takes one, with its basis and an odd 64-bit factor (2^64 / golden ratio).
 * Each step brings the high bits down, so that the low bits depend on every byte. */
static uint64_t hash_bytes(const void *key, size_t len)
{
    const char *p = key;
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ len;
    for (; len > 0; p += sizeof(uint64_t)) {
        size_t n = len < sizeof(uint64_t) ? len : sizeof(uint64_t);
        uint64_t bytes = 0;
        memcpy(&bytes, p, n);
        hash = (hash ^ bytes) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
        len -= n;
    }
    return hash;
}

/* The slot of the key, or the empty slot where it would go. */
static uint32_t *find_slot(const struct map *map, const void *key, size_t len, uint64_t hash)
{
    for (size_t i = hash & (map->slot_count - 1);; i = (i + 1) & (map->slot_count - 1)) {
        uint32_t *slot = &map->slots[i];
        if (*slot == 0)
            return slot;
        const struct map_entry *entry = &map->entries[*slot - 1];
        if (entry->hash == hash && entry->len == len && memcmp(entry->key, key, len) == 0)
            return slot;
    }
}

bool map_get(const struct map *map, const void *key, size_t len, uint32_t *ret_value)
{
    if (map->slot_count == 0)
        return false;
    uint32_t slot = *find_slot(map, key, len, hash_bytes(key, len));
    if (slot == 0)
        return false;
    *ret_value = map->entries[slot - 1].value;
    return true;
}

static void rebuild_slots(struct map *map, size_t slot_count)
{
    alloc_free(map->slots);
    map->slots = alloc_zeroed(slot_count, sizeof *map->slots);
    map->slot_count = slot_count;
    for (size_t i = 0; i < map->len; i++) {
        const struct map_entry *entry = &map->entries[i];
        *find_slot(map, entry->key, entry->len, entry->hash) = (uint32_t)(i + 1);
    }
}

void map_put(struct map *map, const void *key, size_t len, uint32_t value)
{
    if ((map->len + 1) * 2 > map->slot_count)
        rebuild_slots(map, map->slot_count != 0 ? map->slot_count * 2 : 16);
    uint64_t hash = hash_bytes(key, len);
    uint32_t *slot = find_slot(map, key, len, hash);
    if (*slot != 0) {
        map->entries[*slot - 1].value = value;
        return;
    }
    map->entries = alloc_grow(map->entries, map->len, &map->cap, sizeof *map->entries);
    map->entries[map->len++] =
        (struct map_entry){arena_strndup(&map->keys, key, len), (uint32_t)len, value, hash};
    *slot = (uint32_t)map->len;
}

void map_truncate(struct map *map, size_t len)
{
    if (len >= map->len)
        return;
    map->len = len;
    rebuild_slots(map, map->slot_count);
}

void map_deinit(struct map *map)
{
    alloc_free(map->entries);
    alloc_free(map->slots);
    arena_deinit(&map->keys);
    *map = MAP_NULL;
}
