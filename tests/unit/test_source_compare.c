/* link: daemon/core/source_compare daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/map daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/period.h"
#include "core/source_compare.h"

static void put(struct panel *panel, const char *source, const char *product, int month, int64_t usd)
{
    struct series_key key = {source, "US", FLOW_IMPORT, "VN", product};
    panel_set(
        panel, panel_add_series(panel, &key, ""), COLUMN_VALUE, period_make(2025, month), usd * FIGURE_SCALE);
}

static void the_newest_common_month_is_compared(void **state)
{
    struct panel *panel = panel_new();
    struct source_comparison comparison;
    (void)state;
    put(panel, "a", "720810", 5, 100);
    put(panel, "a", "720810", 6, 900);
    put(panel, "b", "720810", 5, 90); /* 10 % of the larger one */
    put(panel, "a", "720820", 5, 1000);
    put(panel, "b", "720820", 5, 1500);
    put(panel, "a", "720830", 5, 50);
    put(panel, "b", "720830", 5, 50);
    put(panel, "b", "720840", 6, 70);
    put(panel, "a", "720850", 4, 70);
    put(panel, "b", "720850", 4, 1);
    source_compare(panel, "a", "b", 0.05, &comparison);
    assert_int_equal(comparison.period, period_make(2025, 5));
    assert_int_equal(comparison.common, 4);
    assert_int_equal(comparison.compared, 3);
    assert_int_equal(comparison.differing, 2);
    assert_int_equal(comparison.pairs[0].value_b, 1500 * FIGURE_SCALE); /* the largest in USD first */
    assert_float_equal(comparison.pairs[0].difference, 500.0 / 1500, 1e-9);
    assert_float_equal(comparison.pairs[1].difference, -0.1, 1e-9);
    source_comparison_deinit(&comparison);
    source_compare(panel, "a", "b", 0.10, &comparison); /* more than */
    assert_int_equal(comparison.differing, 1);
    source_comparison_deinit(&comparison);
    panel_free(panel);
}

static void sources_without_a_common_month_differ_in_nothing(void **state)
{
    struct panel *panel = panel_new();
    struct source_comparison comparison;
    (void)state;
    source_compare(panel, "a", "b", 0.05, &comparison);
    assert_int_equal(comparison.period, PERIOD_NONE);
    source_comparison_deinit(&comparison);
    put(panel, "a", "720810", 5, 0);
    put(panel, "b", "720810", 6, 90);
    source_compare(panel, "a", "b", 0.05, &comparison);
    assert_int_equal(comparison.common, 1);
    assert_int_equal(comparison.period, PERIOD_NONE);
    source_comparison_deinit(&comparison);
    put(panel, "b", "720810", 5, 0); /* nothing and nothing are the same */
    source_compare(panel, "a", "b", 0.05, &comparison);
    assert_int_equal(comparison.compared, 1);
    assert_int_equal(comparison.differing, 0);
    source_comparison_deinit(&comparison);
    panel_free(panel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_common_month_is_compared),
        cmocka_unit_test(sources_without_a_common_month_differ_in_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
