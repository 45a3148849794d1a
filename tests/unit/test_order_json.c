/* link: daemon/io/order_json daemon/io/json_value daemon/core/figure daemon/core/date daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock_text daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/order_json.h"

static void orders_come_back_as_they_went(void **state)
{
    static const struct outbox_order orders[] = {
        {OUTBOX_RETRY, 7, "", NULL, "mended \"now\""},
        {OUTBOX_RETRY, 0, "press", NULL, ""},
        {OUTBOX_DROP, 8, "", NULL, "told by telephone"},
        {OUTBOX_ENABLE, 0, "press", NULL, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct arena arena = ARENA_NULL;
        struct buf text;
        struct outbox_order read = {.who = "lan"};
        const char *fault = NULL;
        buf_init(&text, 1000);
        assert_int_equal(order_json_write(&orders[i], &text), 0);
        assert_int_equal(
            order_json_read((struct slice){buf_text(&text), text.len}, &arena, &read, &fault), 0);
        assert_int_equal(read.action, orders[i].action);
        assert_int_equal(read.delivery, orders[i].delivery);
        assert_string_equal(read.receiver, orders[i].receiver);
        assert_string_equal(read.reason, orders[i].reason);
        assert_string_equal(read.who, "lan");
        buf_deinit(&text);
        arena_deinit(&arena);
    }
}

static void what_is_no_order_is_refused(void **state)
{
    static const char *const texts[] = {"", "7", "[]", "{}", "{\"action\": \"retry\"}",
        "{\"action\": \"retry\", \"delivery\": 7, \"receiver\": \"press\"}", "{\"action\": \"drop\"}",
        "{\"action\": \"drop\", \"delivery\": -1}", "{\"action\": \"enable\", \"delivery\": 7}",
        "{\"action\": \"burn\", \"delivery\": 7}", "{\"action\": 1, \"delivery\": 7}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena = ARENA_NULL;
        struct outbox_order order = {.who = "lan"};
        const char *fault = NULL;
        if (order_json_read(slice_of(texts[i]), &arena, &order, &fault) != -EINVAL)
            fail_msg("%s", texts[i]);
        assert_non_null(fault);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_come_back_as_they_went),
        cmocka_unit_test(what_is_no_order_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
