/* Heap memory. The only file that calls malloc.
 *
 * Running out of memory aborts: every decided fact is in the store and the supervisor restarts us. Sizes
 * that come from outside are capped before they reach these functions. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* n objects of `size` bytes, zeroed. Never NULL; n * size may not overflow. */
void *alloc_zeroed(size_t n, size_t size);

/* Resizes to n objects of `size` bytes; new bytes are not initialised, of NULL all. */
void *alloc_resize(void *p, size_t n, size_t size);

/* Makes room for one more object in a growing array: doubles `*cap` when `len` has reached it. */
void *alloc_grow(void *p, size_t len, size_t *cap, size_t size);

char *alloc_strdup(const char *s);
char *alloc_strndup(const char *s, size_t n);

void alloc_free(void *p);

#endif
