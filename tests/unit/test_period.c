/* link: daemon/core/period daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static void months_are_counted(void **state)
{
    (void)state;
    int32_t period = period_make(2025, 1);
    assert_int_equal(period_year(period), 2025);
    assert_int_equal(period_month(period), 1);
    assert_int_equal(period_year(period - 1), 2024);
    assert_int_equal(period_month(period - 1), 12);
    assert_int_equal(period - 12, period_make(2024, 1));
}

static void texts_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int year, month; /* 0: refused */
    } cases[] = {
        {"2025-07", 2025, 7},
        {"202507", 2025, 7},
        {"1900-01", 1900, 1},
        {"2199-12", 2199, 12},
        {"1899-12", 0, 0},
        {"2200-01", 0, 0},
        {"2025-00", 0, 0},
        {"2025-13", 0, 0},
        {"2025/07", 0, 0},
        {"2025-7", 0, 0},
        {"2025-071", 0, 0},
        {"20-2507", 0, 0},
        {"+02507", 0, 0},
        {"2025- 7", 0, 0},
        {"", 0, 0},
        {"2025", 0, 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        int32_t period = PERIOD_NONE;
        int r = period_parse(slice_of(cases[i].text), &period);
        int32_t expected = cases[i].year != 0 ? period_make(cases[i].year, cases[i].month) : PERIOD_NONE;
        if (period != expected || r != (expected != PERIOD_NONE ? 0 : -EINVAL))
            fail_msg("'%s': %d", cases[i].text, r);
    }
}

static void printed_form_reads_back(void **state)
{
    (void)state;
    char buf[PERIOD_TEXT_SIZE];
    for (int32_t period = period_make(1900, 1); period <= period_make(2199, 12); period++) {
        int32_t again;
        assert_int_equal(period_parse(slice_of(period_format(period, buf)), &again), 0);
        assert_int_equal(again, period);
    }
    assert_string_equal(period_format(PERIOD_NONE, buf), "");
    assert_string_equal(period_format(-5, buf), "");
    assert_string_equal(period_format(INT32_MAX, buf), "");
}

static void moment_falls_into_its_utc_month(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        int year, month;
    } cases[] = {
        {0, 1970, 1}, {-1, 1969, 12}, {1754438399999, 2025, 8}, {1754006400000, 2025, 8},
        {1754006399999, 2025, 7}, {951782400000, 2000, 2}, /* 29 February */
    };
    for (size_t i = 0; i < LEN(cases); i++)
        assert_int_equal(period_of_ms(cases[i].ms), period_make(cases[i].year, cases[i].month));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_are_counted),
        cmocka_unit_test(texts_are_read_strictly),
        cmocka_unit_test(printed_form_reads_back),
        cmocka_unit_test(moment_falls_into_its_utc_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
