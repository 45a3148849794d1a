/* link: daemon/core/figure daemon/core/period daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/figure.h"
#include "core/period.h"

struct figure_case {
    enum value_type type;
    double value;
    const char *vi, *en;
};

static void check(const struct figure_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char buf[FIGURE_TEXT_SIZE];
        struct figure figure = {.name = "x", .type = cases[i].type, .value = cases[i].value};
        assert_string_equal(figure_format(&figure, LANGUAGE_VI, buf), cases[i].vi);
        assert_string_equal(figure_format(&figure, LANGUAGE_EN, buf), cases[i].en);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void ratios_lose_decimals_from_ten_percent(void **state)
{
    (void)state;
    static const struct figure_case cases[] = {
        {VALUE_RATIO, 2.31, "231%", "231%"},
        {VALUE_RATIO, 0.055, "5,5%", "5.5%"},
        {VALUE_RATIO, -0.055, "-5,5%", "-5.5%"},
        {VALUE_RATIO, -0.41, "-41%", "-41%"},
        {VALUE_RATIO, 0.0994, "9,9%", "9.9%"},
        {VALUE_RATIO, 0.0996, "10%", "10%"}, /* not 10.0% */
        {VALUE_RATIO, 0, "0,0%", "0.0%"},
        {VALUE_RATIO, -0.0001, "0,0%", "0.0%"}, /* no minus before nothing */
        {VALUE_RATIO, 123.45, "12.345%", "12,345%"},
        {VALUE_POINTS, 0.055, "5,5 điểm %", "5.5 pp"},
        {VALUE_POINTS, -0.12, "-12,0 điểm %", "-12.0 pp"},
    };
    CHECK(cases);
}

static void money_has_three_digits_and_a_scale(void **state)
{
    (void)state;
    static const struct figure_case cases[] = {
        {VALUE_MONEY, 3.88e9, "3,88 tỷ USD", "3.88 bn USD"},
        {VALUE_MONEY, 705e6, "705 triệu USD", "705 m USD"},
        {VALUE_MONEY, 12300, "12,3 nghìn USD", "12.3 k USD"},
        {VALUE_MONEY, -12300, "-12,3 nghìn USD", "-12.3 k USD"},
        {VALUE_MONEY, 999499, "999 nghìn USD", "999 k USD"},
        {VALUE_MONEY, 999500, "1,00 triệu USD", "1.00 m USD"}, /* not 1000 k */
        {VALUE_MONEY, 9.996e6, "10,0 triệu USD", "10.0 m USD"},
        {VALUE_MONEY, 5e6, "5,00 triệu USD", "5.00 m USD"},
        {VALUE_MONEY, 1.234e12, "1.234 tỷ USD", "1,234 bn USD"},
        {VALUE_MONEY, 705, "705 USD", "705 USD"},
        {VALUE_MONEY, 0, "0 USD", "0 USD"},
        {VALUE_UNIT_VALUE, 1.23, "1,23 USD/đơn vị", "1.23 USD/unit"},
        {VALUE_UNIT_VALUE, 440.4, "440 USD/đơn vị", "440 USD/unit"},
        {VALUE_UNIT_VALUE, 0.0123, "0,0123 USD/đơn vị", "0.0123 USD/unit"},
        {VALUE_UNIT_VALUE, 12345, "12.345 USD/đơn vị", "12,345 USD/unit"},
    };
    CHECK(cases);
}

static void quantities_are_grouped_in_thousands(void **state)
{
    (void)state;
    static const struct figure_case cases[] = {
        {VALUE_QUANTITY, 1234567, "1.234.567", "1,234,567"},
        {VALUE_QUANTITY, -1234567, "-1.234.567", "-1,234,567"}, {VALUE_QUANTITY, 999, "999", "999"},
        {VALUE_QUANTITY, 1000, "1.000", "1,000"}, {VALUE_QUANTITY, 12, "12", "12"},
        {VALUE_NUMBER, 4.316, "4,32", "4.32"}, {VALUE_NUMBER, 0.25, "0,25", "0.25"},
        {VALUE_NUMBER, 3, "3", "3"}, {VALUE_WEIGHT, 705, "705 kg", "705 kg"},
        {VALUE_WEIGHT, 12345, "12,3 tấn", "12.3 t"},
        {VALUE_WEIGHT, 1234567890, "1.234.568 tấn", "1,234,568 t"},
        {VALUE_NUMBER, 1e18, "1e+18", "1e+18"}, /* past what a double counts */
    };
    CHECK(cases);
}

static void months_periods_and_booleans_are_words(void **state)
{
    (void)state;
    const struct figure_case cases[] = {
        {VALUE_MONTHS, 3, "3 tháng", "3 months"},
        {VALUE_MONTHS, 1, "1 tháng", "1 month"},
        {VALUE_MONTHS, 2.5, "2,5 tháng", "2.5 months"},
        {VALUE_PERIOD, period_make(2025, 7), "07/2025", "2025-07"},
        {VALUE_BOOLEAN, 1, "có", "yes"},
        {VALUE_BOOLEAN, 0, "không", "no"},
    };
    CHECK(cases);
}

static void unknown_is_its_reason_and_never_a_number(void **state)
{
    (void)state;
    for (enum unknown unknown = KNOWN + 1; unknown < UNKNOWN_COUNT; unknown++)
        for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
            char buf[FIGURE_TEXT_SIZE];
            struct figure figure = {.name = "x", .type = VALUE_MONEY, .unknown = unknown, .value = 42};
            assert_string_equal(figure_format(&figure, language, buf), unknown_text(unknown, language));
            assert_null(strstr(buf, "42"));
        }
    assert_string_equal(unknown_text(KNOWN, LANGUAGE_EN), "");
}

static void types_have_the_names_of_the_rule_language(void **state)
{
    (void)state;
    assert_string_equal(value_type_name(VALUE_RATIO), "ratio");
    assert_string_equal(value_type_name(VALUE_UNIT_VALUE), "unit_value");
    for (enum value_type type = 0; type < VALUE_TYPE_COUNT; type++)
        assert_non_null(value_type_name(type));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratios_lose_decimals_from_ten_percent),
        cmocka_unit_test(money_has_three_digits_and_a_scale),
        cmocka_unit_test(quantities_are_grouped_in_thousands),
        cmocka_unit_test(months_periods_and_booleans_are_words),
        cmocka_unit_test(unknown_is_its_reason_and_never_a_number),
        cmocka_unit_test(types_have_the_names_of_the_rule_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
