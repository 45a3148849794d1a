/* link: daemon/base/alloc daemon/base/arena daemon/base/map */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"

enum { MANY = 20000 };

static size_t key_of(uint32_t i, char key[16])
{
    return (size_t)snprintf(key, 16, "%u", (unsigned)i * 7919U);
}

static void put_many(struct map *map, uint32_t from, uint32_t to)
{
    char key[16];
    for (uint32_t i = from; i < to; i++)
        map_put(map, key, key_of(i, key), i);
}

static void assert_holds(const struct map *map, uint32_t from, uint32_t to, bool there)
{
    char key[16];
    for (uint32_t i = from; i < to; i++) {
        uint32_t value = UINT32_MAX;
        assert_int_equal(map_get(map, key, key_of(i, key), &value), there);
        assert_int_equal(value, there ? i : UINT32_MAX); /* untouched where the key is not there */
    }
}

static void finds_what_was_put_and_nothing_else(void **state)
{
    (void)state;
    struct map map = MAP_NULL;
    uint32_t value;
    assert_false(map_get(&map, "a", 1, &value));
    put_many(&map, 0, MANY);
    assert_int_equal(map.len, MANY);
    assert_holds(&map, 0, MANY, true);
    assert_holds(&map, MANY, 2 * MANY, false);
    map_deinit(&map);
    map_deinit(&map);
}

static void putting_again_replaces(void **state)
{
    (void)state;
    struct map map = MAP_NULL;
    uint32_t value;
    map_put(&map, "key", 3, 1);
    map_put(&map, "key", 3, 2);
    assert_int_equal(map.len, 1);
    assert_true(map_get(&map, "key", 3, &value));
    assert_int_equal(value, 2);
    map_deinit(&map);
}

static void keys_are_bytes_and_are_copied(void **state)
{
    (void)state;
    struct map map = MAP_NULL;
    uint32_t value;
    char key[] = {'a', '\0', 'b'};
    map_put(&map, key, 3, 1);
    map_put(&map, key, 2, 2);
    map_put(&map, "", 0, 3);
    key[2] = 'c';
    assert_true(map_get(&map, "a\0b", 3, &value));
    assert_int_equal(value, 1);
    assert_true(map_get(&map, "a", 2, &value));
    assert_int_equal(value, 2);
    assert_true(map_get(&map, "", 0, &value));
    assert_int_equal(value, 3);
    assert_false(map_get(&map, "a", 1, &value));
    map_deinit(&map);
}

static void truncation_forgets_the_newest_only(void **state)
{
    (void)state;
    struct map map = MAP_NULL;
    put_many(&map, 0, 1000);
    map_truncate(&map, 400);
    assert_int_equal(map.len, 400);
    assert_holds(&map, 0, 400, true);
    assert_holds(&map, 400, 1000, false);
    put_many(&map, 400, 3000);
    assert_holds(&map, 0, 3000, true);
    map_truncate(&map, 5000);
    assert_int_equal(map.len, 3000);
    map_truncate(&map, 0);
    assert_holds(&map, 0, 3000, false);
    map_deinit(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put_and_nothing_else),
        cmocka_unit_test(putting_again_replaces),
        cmocka_unit_test(keys_are_bytes_and_are_copied),
        cmocka_unit_test(truncation_forgets_the_newest_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
