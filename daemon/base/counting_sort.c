#include "base/counting_sort.h"

#include <string.h>

#include "base/alloc.h"

void counting_sort(uint32_t *items, const uint32_t *keys, size_t n, size_t key_count)
{
    uint32_t *starts = alloc_zeroed(key_count + 1, sizeof *starts);
    uint32_t *sorted = alloc_zeroed(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        starts[keys[items[i]] + 1]++;
    for (size_t i = 1; i <= key_count; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < n; i++)
        sorted[starts[keys[items[i]]]++] = items[i];
    if (n > 0)
        memcpy(items, sorted, n * sizeof *items);
    alloc_free(sorted);
    alloc_free(starts);
}
