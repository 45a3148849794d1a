/* link: daemon/core/date daemon/core/period daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "core/date.h"
#include "core/period.h"

static void days_are_counted_from_1970(void **state)
{
    (void)state;
    assert_int_equal(date_make(1970, 1, 1), 0);
    assert_int_equal(date_make(1969, 12, 31), -1);
    assert_int_equal(date_make(2000, 3, 1), 11017);
    assert_int_equal(date_make(2018, 1, 8), 17539);
}

/* Each day of the years that are read, against the C library's calendar. */
static void every_day_comes_back(void **state)
{
    (void)state;
    for (int32_t day = date_make(PERIOD_YEAR_MIN, 1, 1); day <= date_make(PERIOD_YEAR_MAX, 12, 31); day++) {
        struct tm utc;
        time_t seconds = (time_t)day * 86400;
        char text[DATE_TEXT_SIZE], expected[DATE_TEXT_SIZE];
        int32_t again;
        gmtime_r(&seconds, &utc);
        strftime(expected, sizeof expected, "%Y-%m-%d", &utc);
        assert_string_equal(date_format(day, text), expected);
        assert_int_equal(date_parse(slice_of(text), &again), 0);
        assert_int_equal(again, day);
        assert_int_equal(date_make(utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday), day);
        assert_int_equal(date_period(day), period_make(utc.tm_year + 1900, utc.tm_mon + 1));
    }
}

static void a_month_and_a_year_are_their_first_day(void **state)
{
    (void)state;
    int32_t date;
    assert_int_equal(date_parse(slice_of("2018-03"), &date), 0);
    assert_int_equal(date, date_make(2018, 3, 1));
    assert_int_equal(date_parse(slice_of("2018"), &date), 0);
    assert_int_equal(date, date_make(2018, 1, 1));
}

static void what_is_no_day_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "18", "20180108", "2018-1-8", "2018-13-01", "2018-00-01",
        "2018-01-00", "2018-01-32", "2018-04-31", "2019-02-29", "2100-02-29", "1899-12-31", "2200-01-01",
        "2018/01/08", "2018-01-0x", "2018-01-08 ", "-018-01-08", "2018-01-", "2018-"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int32_t date = 7;
        if (date_parse(slice_of(texts[i]), &date) != -EINVAL || date != 7)
            fail_msg("'%s' was read", texts[i]);
    }
    int32_t date;
    assert_int_equal(date_parse(slice_of("2000-02-29"), &date), 0); /* a leap year, unlike 2100 */
    assert_int_equal(date_parse(slice_of("2024-02-29"), &date), 0);
}

static void months_have_a_first_and_a_last_day(void **state)
{
    (void)state;
    int32_t february = period_make(2024, 2);
    assert_int_equal(date_of_period(february), date_make(2024, 2, 1));
    assert_int_equal(date_end_of_period(february), date_make(2024, 2, 29));
    assert_int_equal(date_end_of_period(february + 12), date_make(2025, 2, 28));
    assert_int_equal(date_end_of_period(period_make(2024, 12)), date_make(2024, 12, 31));
}

static void none_stays_none(void **state)
{
    (void)state;
    char text[DATE_TEXT_SIZE] = "x";
    assert_int_equal(date_period(DATE_NONE), PERIOD_NONE);
    assert_int_equal(date_of_period(PERIOD_NONE), DATE_NONE);
    assert_int_equal(date_end_of_period(PERIOD_NONE), DATE_NONE);
    assert_string_equal(date_format(DATE_NONE, text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_from_1970),
        cmocka_unit_test(every_day_comes_back),
        cmocka_unit_test(a_month_and_a_year_are_their_first_day),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(months_have_a_first_and_a_last_day),
        cmocka_unit_test(none_stays_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
