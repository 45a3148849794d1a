/* Sorts numbers by keys from a small range: in time that is proportional to both, where comparing would take
 * longer. By several keys: by the last one first. */
#ifndef BASE_COUNTING_SORT_H
#define BASE_COUNTING_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts the numbers from 0 to n - 1, each of which is in `items` once, by keys[number], which is below
 * key_count; numbers of equal keys keep their order. */
void counting_sort(uint32_t *items, const uint32_t *keys, size_t n, size_t key_count);

#endif
