/* link: daemon/base/alloc daemon/base/buf */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"

static void grows_and_stays_nul_terminated(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1 << 20);
    assert_string_equal(buf_text(&buf), "");
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(buf_append(&buf, "abc", 3), 0);
        assert_int_equal(buf.data[buf.len], '\0');
    }
    assert_int_equal(buf.len, 15000);
    assert_int_equal(buf_append(&buf, NULL, 0), 0);
    buf_deinit(&buf);
}

static void maximum_is_kept_to_the_byte(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    assert_int_equal(buf_puts(&buf, "1234567890"), 0);
    assert_int_equal(buf_puts(&buf, "x"), -EMSGSIZE);
    assert_int_equal(buf_printf(&buf, "%d", 1), -EMSGSIZE);
    assert_int_equal(buf_puts(&buf, ""), 0);
    assert_string_equal(buf_text(&buf), "1234567890");
    buf_clear(&buf);
    assert_int_equal(buf_printf(&buf, "%s", "12345678901"), -EMSGSIZE);
    assert_string_equal(buf_text(&buf), ""); /* nothing is added when not all of it fits */
    assert_int_equal(buf_append(&buf, "x", SIZE_MAX), -EMSGSIZE);
    buf_deinit(&buf);
}

static void room_for_all_is_taken_once(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1 << 20);
    assert_int_equal(buf_puts(&buf, "abc"), 0);
    buf_reserve_all(&buf);
    const char *before = buf_text(&buf);
    assert_string_equal(before, "abc");
    for (size_t i = 3; i < 1 << 20; i++)
        assert_int_equal(buf_append(&buf, "d", 1), 0);
    buf_reserve_all(&buf);
    assert_ptr_equal(buf_text(&buf), before);
    assert_int_equal(buf_append(&buf, "d", 1), -EMSGSIZE);
    buf_deinit(&buf);
}

static void buffer_without_a_maximum_holds_nothing(void **state)
{
    (void)state;
    struct buf buf = BUF_NULL;
    assert_int_equal(buf_puts(&buf, "x"), -EMSGSIZE);
    assert_string_equal(buf_text(&buf), "");
    buf_deinit(&buf);
}

static void take_hands_the_bytes_over(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    char *empty = buf_take(&buf);
    assert_string_equal(empty, "");
    assert_int_equal(buf_printf(&buf, "%d+%d", 1, 2), 0);
    char *text = buf_take(&buf);
    assert_string_equal(text, "1+2");
    assert_string_equal(buf_text(&buf), "");
    assert_int_equal(buf_puts(&buf, "again"), 0);
    buf_deinit(&buf);
    alloc_free(text);
    alloc_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_stays_nul_terminated),
        cmocka_unit_test(maximum_is_kept_to_the_byte),
        cmocka_unit_test(room_for_all_is_taken_once),
        cmocka_unit_test(buffer_without_a_maximum_holds_nothing),
        cmocka_unit_test(take_hands_the_bytes_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
