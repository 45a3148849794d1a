/* link: daemon/core/tet daemon/core/period */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/period.h"
#include "core/tet.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static void seven_days_are_parted_by_the_month(void **state)
{
    (void)state;
    static const struct {
        int year, month, days;
    } cases[] = {
        {2000, 1, 0}, {2000, 2, 7},               /* 5 February */
        {2006, 1, 3}, {2006, 2, 4},               /* 29 January */
        {2007, 1, 0}, {2007, 2, 7},               /* 17 February */
        {2014, 1, 1}, {2014, 2, 6},               /* 31 January */
        {2017, 1, 4}, {2017, 2, 3},               /* 28 January */
        {2020, 1, 7}, {2020, 2, 0},               /* 25 January: the last day is the 31st */
        {2022, 1, 0}, {2022, 2, 7},               /* 1 February */
        {2023, 1, 7}, {2023, 2, 0},               /* 22 January */
        {2025, 1, 3}, {2025, 2, 4},               /* 29 January */
        {2026, 1, 0}, {2026, 2, 7},               /* 17 February */
        {2028, 1, 6}, {2028, 2, 1},               /* 26 January */
        {2033, 1, 1}, {2033, 2, 6},               /* 31 January */
        {2040, 1, 0}, {2040, 2, 7},               /* 12 February */
        {2025, 3, 0}, {2025, 7, 0}, {2025, 12, 0} /* the other months have none */
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        double share = NAN;
        int r = tet_share(period_make(cases[i].year, cases[i].month), &share);
        if (r != 0 || !(fabs(share - cases[i].days / 7.0) < 1e-15))
            fail_msg("%d-%02d: %d, %g", cases[i].year, cases[i].month, r, share);
    }
}

static void shares_of_a_year_sum_to_one(void **state)
{
    (void)state;
    for (int year = TET_YEAR_MIN; year <= TET_YEAR_MAX; year++) {
        double sum = 0;
        for (int month = 1; month <= 12; month++) {
            double share = NAN;
            assert_int_equal(tet_share(period_make(year, month), &share), 0);
            assert_true(share >= 0 && share <= 1 && (share == 0 || month <= 2));
            sum += share;
        }
        assert_true(fabs(sum - 1) < 1e-15);
    }
}

static void outside_the_table_it_is_unknown(void **state)
{
    (void)state;
    const int32_t cases[] = {period_make(1999, 12), period_make(2041, 1), PERIOD_NONE, -1, INT32_MAX};
    for (size_t i = 0; i < LEN(cases); i++) {
        double share = 42;
        assert_int_equal(tet_share(cases[i], &share), 1);
        assert_true(share == 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seven_days_are_parted_by_the_month),
        cmocka_unit_test(shares_of_a_year_sum_to_one),
        cmocka_unit_test(outside_the_table_it_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
