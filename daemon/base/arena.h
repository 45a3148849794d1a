/* An arena: many small allocations that end together (a payload, a rule set, a turn).
 *
 * Nothing in it is freed alone. Memory is zeroed and aligned for any object. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t bytes;               /* handed out so far */
};

#define ARENA_NULL ((struct arena){0})

/* `size` zeroed bytes; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* n zeroed objects of `size` bytes. */
void *arena_array(struct arena *arena, size_t n, size_t size);

char *arena_strdup(struct arena *arena, const char *s);
char *arena_strndup(struct arena *arena, const char *s, size_t n);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena is empty and usable again. Takes ARENA_NULL. */
void arena_deinit(struct arena *arena);

#endif
