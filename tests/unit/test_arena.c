/* link: daemon/base/alloc daemon/base/arena */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    unsigned char *parts[2000];
    size_t sizes[2000];
    for (size_t i = 0; i < 2000; i++) {
        sizes[i] = i % 97;
        parts[i] = arena_alloc(&arena, sizes[i]);
        assert_int_equal((uintptr_t)parts[i] % sizeof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(parts[i][k], 0);
        memset(parts[i], (int)(i % 251 + 1), sizes[i]);
    }
    for (size_t i = 0; i < 2000; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(parts[i][k], i % 251 + 1);
    arena_deinit(&arena);
}

static void object_larger_than_a_block_has_its_own(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    char *small = arena_strdup(&arena, "small");
    char *large = arena_alloc(&arena, 1 << 20);
    memset(large, 'x', 1 << 20);
    char *after = arena_strdup(&arena, "after");
    assert_string_equal(small, "small");
    assert_string_equal(after, "after");
    assert_true(arena.bytes >= 1 << 20);
    arena_deinit(&arena);
}

static void texts_end_in_nul(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(&arena, "", 0), "");
    assert_string_equal(arena_printf(&arena, "%s-%d", "a", 7), "a-7");
    assert_string_equal(arena_printf(&arena, "%s", ""), "");
    assert_int_equal(strlen(arena_printf(&arena, "%40000d", 1)), 40000);
    arena_deinit(&arena);
}

static void emptied_arena_is_usable_again(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    arena_deinit(&arena); /* takes an untouched one */
    int *numbers = arena_array(&arena, 1000, sizeof *numbers);
    numbers[999] = 1;
    arena_deinit(&arena);
    assert_null(arena.blocks);
    assert_int_equal(arena.bytes, 0);
    numbers = arena_array(&arena, 10, sizeof *numbers);
    assert_int_equal(numbers[9], 0);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(object_larger_than_a_block_has_its_own),
        cmocka_unit_test(texts_end_in_nul),
        cmocka_unit_test(emptied_arena_is_usable_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
