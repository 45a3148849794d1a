/* link: daemon/base/alloc daemon/base/arena daemon/base/map daemon/base/str daemon/core/period daemon/core/rates */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/period.h"
#include "core/rates.h"

enum { SEP = 2026 * 12 + 8, OCT };

#define EUR_USD INT64_C(1174600000000) /* 1.1746 */
#define EUR_KRW INT64_C(1632770000000000)

/* Figures are in thousandths, as observations are. */
static void values_are_rounded_once_and_half_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t scale, usd, own, figure;
    } cases[] = {
        {"204548", 1000, EUR_USD, RATE_SCALE, INT64_C(240262081)}, /* 240262.0808 */
        {"0", 1000, EUR_USD, RATE_SCALE, 0},
        {"1", 1000, EUR_USD, RATE_SCALE, 1175},
        {"-1", 1000, EUR_USD, RATE_SCALE, -1175},
        {"+1.0000", 1000, EUR_USD, RATE_SCALE, 1175},
        /* half, exactly, and just below it */
        {"0.5", 1000, RATE_SCALE + 1000000000, RATE_SCALE, 501}, /* 0.5005 */
        {"-0.5", 1000, RATE_SCALE + 1000000000, RATE_SCALE, -501},
        {"0.49999", 1000, RATE_SCALE + 1000000000, RATE_SCALE, 500},
        /* rounding to thousandths first would give 1 */
        {"0.0014", 1000, EUR_USD, RATE_SCALE, 2},
        {"0.00004", 1000, INT64_C(9000000000000000000), RATE_SCALE, 360000},
        /* through the base */
        {"1632770", 1000, EUR_USD, EUR_KRW, 1174600},
        {"1632.77", 1000000, EUR_USD, EUR_KRW, 1174600},
        /* a scale of the feed, decimals beyond it */
        {"1.234567890123456789", 1000, RATE_SCALE, RATE_SCALE, 1235},
        {"0.0000000000000000000000001", 1000, RATE_SCALE, RATE_SCALE, 0},
        {"9223372036854775.807", 1000, RATE_SCALE, RATE_SCALE, INT64_MAX},
        {"12345678901.123456789", INT64_C(1000000), RATE_SCALE, RATE_SCALE, INT64_C(12345678901123457)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rate_pair pair = {cases[i].usd, cases[i].own};
        int64_t figure = -7;
        if (rates_convert(slice_of(cases[i].text), cases[i].scale, &pair, &figure) != 0 ||
            figure != cases[i].figure)
            fail_msg("%s: %lld", cases[i].text, (long long)figure);
    }
}

static void what_is_no_number_or_too_large_is_refused(void **state)
{
    (void)state;
    struct rate_pair pair = {EUR_USD, RATE_SCALE}, least = {INT64_MAX, 1};
    int64_t figure = -7;
    static const char *const texts[] = {"", ".", "1.", "1e3", "1,5", "x", "1 ", "1.5.2"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(rates_convert(slice_of(texts[i]), 1000, &pair, &figure), -EINVAL);
    assert_int_equal(rates_convert(slice_of("9223372036854775807"), 1000, &pair, &figure), -ERANGE);
    assert_int_equal(rates_convert(slice_of("9223372036854775.807"), 1000, &pair, &figure), -ERANGE);
    assert_int_equal(rates_convert(slice_of("9223372036854775807"), RATE_SCALE, &least, &figure), -ERANGE);
    assert_int_equal(figure, -7);
}

/* What is converted differs from the exact product by at most half of a thousandth. */
static void products_are_exact(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t whole = (int64_t)(seed >> 24), usd = (int64_t)(seed >> 20 | 1),
                own = (int64_t)(seed >> 23 | 1), figure;
        unsigned decimals = (unsigned)(seed >> 8) % 1000000;
        snprintf(text, sizeof text, "%lld.%06u", (long long)(whole % 1000000000), decimals);
        struct rate_pair pair = {usd, own};
        assert_int_equal(rates_convert(slice_of(text), 1000, &pair, &figure), 0);
        __int128 exact = ((__int128)(whole % 1000000000) * 1000000 + decimals) * usd;
        __int128 unit = (__int128)own * 1000, distance = (__int128)figure * unit - exact;
        assert_true(distance * 2 <= unit && distance * 2 > -unit);
    }
}

static struct rate rate(const char *currency, int32_t period, int64_t n)
{
    struct rate made = {.period = period, .rate = n};
    memcpy(made.currency, currency, 4);
    return made;
}

static void rates_are_found_by_currency_and_month(void **state)
{
    (void)state;
    struct rates rates = {alloc_zeroed(2, sizeof *rates.sources), 2};
    rate_source_init(&rates.sources[0], "ecb", "EUR");
    rate_source_init(&rates.sources[1], "sbv", "USD");
    struct rate_pair pair;
    struct rate usd = rate("USD", SEP, EUR_USD), krw = rate("KRW", SEP, EUR_KRW), later = rate("KRW", OCT, 1),
                vnd = rate("VND", OCT, 26000 * RATE_SCALE);
    rate_source_put(&rates.sources[0], &usd);
    rate_source_put(&rates.sources[0], &krw);
    rate_source_put(&rates.sources[0], &later);
    rate_source_put(&rates.sources[1], &vnd);
    assert_true(rates_find(&rates, "EUR", SEP, &pair));
    assert_true(pair.usd == EUR_USD && pair.own == RATE_SCALE);
    assert_true(rates_find(&rates, "KRW", SEP, &pair));
    assert_true(pair.usd == EUR_USD && pair.own == EUR_KRW);
    assert_false(rates_find(&rates, "KRW", OCT, &pair)); /* no USD of that source */
    assert_false(rates_find(&rates, "EUR", OCT, &pair));
    assert_true(rates_find(&rates, "VND", OCT, &pair));
    assert_true(pair.usd == RATE_SCALE && pair.own == 26000 * RATE_SCALE);
    assert_false(rates_find(&rates, "VND", SEP, &pair));
    assert_int_equal(rates_newest(&rates, "EUR"), SEP);
    assert_int_equal(rates_newest(&rates, "VND"), OCT);
    assert_int_equal(rates_newest(&rates, "CNY"), PERIOD_NONE);
    usd.rate++;
    rate_source_put(&rates.sources[0], &usd);
    assert_true(rates_find(&rates, "EUR", SEP, &pair));
    assert_int_equal(pair.usd, EUR_USD + 1);
    assert_int_equal(rates.sources[0].len, 3);
    rates_deinit(&rates);
}

static void averages_are_rounded_half_up(void **state)
{
    (void)state;
    static const int64_t two[] = {1, 2}, three[] = {1, 1, 2}, large[] = {INT64_MAX, INT64_MAX, INT64_MAX};
    assert_int_equal(rates_average(two, 2), 2);
    assert_int_equal(rates_average(three, 3), 1);
    assert_int_equal(rates_average(large, 3), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_rounded_once_and_half_away_from_zero),
        cmocka_unit_test(what_is_no_number_or_too_large_is_refused),
        cmocka_unit_test(products_are_exact),
        cmocka_unit_test(rates_are_found_by_currency_and_month),
        cmocka_unit_test(averages_are_rounded_half_up),
    };
    return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
