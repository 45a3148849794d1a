/* A hash map from byte strings to 32-bit numbers (usually an index into an array beside it).
 *
 * Keys are copied. Entries are never removed one by one; iteration order is insertion order. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct map_entry;

struct map {
    struct map_entry *entries; /* in insertion order */
    uint32_t *slots;           /* entry number + 1, or 0 */
    size_t len, cap, slot_count;
    struct arena keys;
};

#define MAP_NULL ((struct map){0})

/* Whether the key is there; its value in *ret_value. */
bool map_get(const struct map *map, const void *key, size_t len, uint32_t *ret_value);

/* Adds the key, or replaces its value. */
void map_put(struct map *map, const void *key, size_t len, uint32_t value);

/* Forgets entries from number `len` on (undo of the newest insertions). */
void map_truncate(struct map *map, size_t len);

void map_deinit(struct map *map);

#endif
