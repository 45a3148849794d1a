#include "base/counting_sort.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

/* starts[key]: how many have lesser keys. False: all have the same key. */
static bool find_starts(const uint32_t *keys, size_t n, uint32_t *starts, size_t key_count)
{
    for (size_t i = 0; i < n; i++)
        starts[keys[i] + 1]++;
    if (n == 0 || starts[keys[0] + 1] == n)
        return false;
    for (size_t i = 1; i <= key_count; i++)
        starts[i] += starts[i - 1];
    return true;
}

void counting_sort(uint32_t *items, const uint32_t *keys, size_t n, size_t key_count)
{
    uint32_t *starts = alloc_zeroed(key_count + 1, sizeof *starts);
    if (find_starts(keys, n, starts, key_count)) {
        uint32_t *sorted = alloc_resize(NULL, n, sizeof *sorted);
        for (size_t i = 0; i < n; i++)
            sorted[starts[keys[items[i]]]++] = items[i];
        memcpy(items, sorted, n * sizeof *items);
        alloc_free(sorted);
    }
    alloc_free(starts);
}
