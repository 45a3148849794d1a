#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

enum { HUGE_PAGE = 2 * 1024 * 1024 };

/* Fresh memory costs a fault for each page, which is dearer than what is then written there: asks for large
 * pages, where the system has them. */
static void want_huge_pages(void *p, size_t bytes)
{
    uintptr_t first = ((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    uintptr_t end = ((uintptr_t)p + bytes) / HUGE_PAGE * HUGE_PAGE;
    if (first < end)
        (void)madvise((char *)p + (first - (uintptr_t)p), end - first, MADV_HUGEPAGE);
}

void *alloc_zeroed(size_t n, size_t size)
{
    size_t bytes = product(n, size);
    void *p = checked(calloc(1, bytes), bytes);
    want_huge_pages(p, bytes);
    return p;
}

void *alloc_resize(void *p, size_t n, size_t size)
{
    size_t bytes = product(n, size);
    p = checked(realloc(p, bytes), bytes);
    want_huge_pages(p, bytes);
    return p;
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
