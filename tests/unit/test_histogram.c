/* link: daemon/base/histogram */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/histogram.h"

static void bounds_rise_from_1_ms_to_10_s(void **state)
{
    (void)state;
    assert_int_equal(histogram_bound_us(0), 1000);
    for (size_t i = 1; i < HISTOGRAM_BOUNDS; i++)
        assert_true(histogram_bound_us(i) > histogram_bound_us(i - 1));
    assert_int_equal(histogram_bound_us(HISTOGRAM_BOUNDS - 1), 10 * 1000 * 1000);
}

static void a_bound_belongs_to_its_bucket(void **state)
{
    (void)state;
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        struct histogram histogram = {0};
        histogram_add(&histogram, histogram_bound_us(i));
        histogram_add(&histogram, histogram_bound_us(i) + 1);
        assert_int_equal(histogram.counts[i], 1);
        assert_int_equal(histogram.counts[i + 1], 1);
    }
}

static void counts_add_up(void **state)
{
    (void)state;
    static const int64_t took_us[] = {0, -5, 999, 1001, 100000, 100001, 60000000};
    struct histogram histogram = {0};
    for (size_t i = 0; i < sizeof took_us / sizeof *took_us; i++)
        histogram_add(&histogram, took_us[i]);
    assert_int_equal(histogram_up_to(&histogram, 0), 3);
    assert_int_equal(histogram_up_to(&histogram, 1), 4);
    assert_int_equal(histogram_up_to(&histogram, 6), 5); /* 100 ms */
    assert_int_equal(histogram_up_to(&histogram, 7), 6);
    assert_int_equal(histogram_up_to(&histogram, HISTOGRAM_BOUNDS - 1), 6);
    assert_int_equal(histogram_up_to(&histogram, HISTOGRAM_BOUNDS), 7);
    assert_int_equal(histogram.sum_us, 0 + 999 + 1001 + 100000 + 100001 + 60000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_rise_from_1_ms_to_10_s),
        cmocka_unit_test(a_bound_belongs_to_its_bucket),
        cmocka_unit_test(counts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
