#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p, size_t bytes)
{
    if (p != NULL)
        return p;
    fprintf(stderr, "<2>out of memory: %zu bytes\n", bytes);
    abort();
}

static size_t product(size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        checked(NULL, SIZE_MAX);
    return n * size != 0 ? n * size : 1;
}

void *alloc_zeroed(size_t n, size_t size)
{
    size_t bytes = product(n, size);
    return checked(calloc(1, bytes), bytes);
}

void *alloc_resize(void *p, size_t n, size_t size)
{
    size_t bytes = product(n, size);
    return checked(realloc(p, bytes), bytes);
}

void *alloc_grow(void *p, size_t len, size_t *cap, size_t size)
{
    if (len < *cap)
        return p;
    *cap = *cap != 0 ? *cap * 2 : 8;
    return alloc_resize(p, *cap, size);
}

char *alloc_strdup(const char *s)
{
    return alloc_strndup(s, strlen(s));
}

char *alloc_strndup(const char *s, size_t n)
{
    char *copy = alloc_zeroed(n + 1, 1);
    memcpy(copy, s, n);
    return copy;
}

void alloc_free(void *p)
{
    free(p);
}
