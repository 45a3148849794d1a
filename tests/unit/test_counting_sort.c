/* link: daemon/base/counting_sort daemon/base/alloc */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/counting_sort.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static void items_stand_by_key_and_keep_their_order(void **state)
{
    (void)state;
    const uint32_t keys[] = {2, 0, 2, 4, 0, 2};
    uint32_t items[] = {5, 4, 3, 2, 1, 0};
    const uint32_t sorted[] = {4, 1, 5, 2, 0, 3};
    counting_sort(items, keys, LEN(items), 5);
    assert_memory_equal(items, sorted, sizeof sorted);
}

static void nothing_is_sorted_as_well(void **state)
{
    (void)state;
    uint32_t key = 0, item = 0;
    counting_sort(&item, &key, 0, 0);
    counting_sort(&item, &key, 1, 1);
    assert_int_equal(item, 0);
}

/* The last key first: items then stand by the first key, and those of one key by the second. */
static void several_keys_are_sorted_by_one_after_the_other(void **state)
{
    (void)state;
    enum { N = 1000, KEYS = 13 };
    static uint32_t first[N], second[N], items[N];
    srand(1);
    for (uint32_t i = 0; i < N; i++) {
        first[i] = (uint32_t)rand() % KEYS;
        second[i] = (uint32_t)rand() % KEYS;
        items[i] = i;
    }
    counting_sort(items, second, N, KEYS);
    counting_sort(items, first, N, KEYS);
    for (size_t i = 1; i < N; i++) {
        uint32_t a = items[i - 1], b = items[i];
        assert_true(first[a] < first[b] ||
                    (first[a] == first[b] && (second[a] < second[b] || (second[a] == second[b] && a < b))));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_stand_by_key_and_keep_their_order),
        cmocka_unit_test(nothing_is_sorted_as_well),
        cmocka_unit_test(several_keys_are_sorted_by_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
