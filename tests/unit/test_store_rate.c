/* link: daemon/io/store daemon/io/store_query daemon/io/store_feed daemon/io/store_rate daemon/io/schema daemon/io/block daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/map daemon/base/str daemon/core/period daemon/core/rates */
#include "tests/support/temp_store.h"

#include <string.h>

#include "base/buf.h"
#include "io/store_rate.h"

enum { SEP = 2026 * 12 + 8 };

static int64_t put_payload(struct temp_store *temp, const char *feed)
{
    struct payload_row row = {.feed = feed, .digest = {"feedface"}, .accepted = true, .reasons = ""};
    int64_t id;
    assert_int_equal(store_put_payload(temp->store, &row, &id), 0);
    return id;
}

static void put(struct temp_store *temp, int64_t payload, const char *currency, int64_t n)
{
    struct rate rate = {.period = SEP, .rate = n};
    memcpy(rate.currency, currency, CURRENCY_SIZE);
    assert_int_equal(store_put_rate(temp->store, payload, "EUR", &rate), 0);
}

static void print(void *userdata, const char *feed, const char *base, const struct rate *rate)
{
    buf_printf(userdata, "%s %s/%s %d %lld\n", feed, base, rate->currency, rate->period - SEP,
        (long long)rate->rate);
}

static void a_later_rate_stands_behind_the_earlier_one(void **state)
{
    struct temp_store *temp = *state;
    struct buf out;
    buf_init(&out, 4096);
    int64_t first = put_payload(temp, "ecb"), second = put_payload(temp, "ecb");
    put(temp, second, "USD", 2);
    put(temp, first, "USD", 1);
    put(temp, first, "KRW", INT64_MAX);
    temp_store_reopen(temp);
    assert_int_equal(store_each_rate(temp->store, print, &out), 0);
    assert_string_equal(
        buf_text(&out), "ecb EUR/KRW 0 9223372036854775807\necb EUR/USD 0 1\necb EUR/USD 0 2\n");
    buf_deinit(&out);
}

static void a_rate_without_its_payload_or_above_nothing_is_refused(void **state)
{
    struct temp_store *temp = *state;
    struct rate rate = {"USD", SEP, 1}, zero = {"USD", SEP, 0};
    int64_t payload = put_payload(temp, "ecb");
    assert_true(store_put_rate(temp->store, payload + 1, "EUR", &rate) < 0);
    assert_true(store_put_rate(temp->store, payload, "EUR", &zero) < 0);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM rate"), "0");
}

static void a_currency_that_is_none_is_damage(void **state)
{
    struct temp_store *temp = *state;
    struct buf out;
    buf_init(&out, 4096);
    put(temp, put_payload(temp, "ecb"), "USD", 1);
    (void)temp_store_sql(temp, "UPDATE rate SET currency = 'dollar'");
    assert_true(store_each_rate(temp->store, print, &out) < 0);
    assert_string_equal(buf_text(&out), "");
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_later_rate_stands_behind_the_earlier_one, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            a_rate_without_its_payload_or_above_nothing_is_refused, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            a_currency_that_is_none_is_damage, temp_store_setup, temp_store_teardown),
    };
    return cmocka_run_group_tests_name("store_rate", tests, NULL, NULL);
}
