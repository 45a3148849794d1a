/* link: daemon/io/store daemon/io/store_query daemon/io/store_feed daemon/io/store_notice daemon/io/schema daemon/io/block daemon/core/notice daemon/core/trade_case daemon/core/measure daemon/core/basket daemon/core/row daemon/core/code daemon/core/date daemon/core/period daemon/core/country daemon/core/expr_lex daemon/core/expr_parse daemon/base/node daemon/base/keys daemon/base/diag daemon/base/map daemon/base/digest daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "io/store_notice.h"

#include <errno.h>
#include <string.h>

#include "tests/support/temp_store.h"

static struct notice sample(const char *id)
{
    static const char *cases[] = {"A-552-999", "731-TA-1999"}, *origins[] = {"VN"}, *codes[] = {"44123106"};
    return (struct notice){
        .id = id,
        .market = "US",
        .agency = "ITA",
        .title = "Plywood From Vietnam: Initiation",
        .url = "https://a.example/1",
        .product = "Plywood",
        .cases = {cases, 2},
        .origins = {origins, 1},
        .codes = {codes, 1},
        .proceeding = PROCEEDING_INVESTIGATION,
        .step = STEP_INITIATION,
        .laws = LAW_ANTI_DUMPING,
        .published = date_make(2026, 11, 6),
        .effective = date_make(2026, 11, 3),
        .due = DATE_NONE,
    };
}

static int64_t put_payload(struct store *store)
{
    struct payload_row row = {.feed = "register", .digest = {"feed"}, .accepted = true, .reasons = ""};
    int64_t payload;
    assert_int_equal(store_put_payload(store, &row, &payload), 0);
    return payload;
}

static size_t put(struct store *store, const struct notice *notice)
{
    struct notices notices = NOTICES_NULL;
    size_t kept;
    assert_int_equal(notices_push(&notices, notice), 0);
    assert_int_equal(store_put_notices(store, &notices, put_payload(store), &kept), 0);
    notices_deinit(&notices);
    return kept;
}

static void a_notice_comes_back_as_it_was(void **state)
{
    struct temp_store *temp = *state;
    struct notice one = sample("1"), *read;
    struct notices notices = NOTICES_NULL;
    assert_int_equal(put(temp->store, &one), 1);
    assert_int_equal(store_load_notices(temp->store, &notices), 0);
    assert_int_equal(notices.len, 1);
    read = &notices.items[0];
    assert_string_equal(read->id, one.id);
    assert_string_equal(read->title, one.title);
    assert_string_equal(read->url, one.url);
    assert_string_equal(read->product, one.product);
    assert_int_equal(read->cases.len, 2);
    assert_string_equal(read->cases.items[1], "731-TA-1999");
    assert_string_equal(read->origins.items[0], "VN");
    assert_string_equal(read->codes.items[0], "44123106");
    assert_int_equal(read->proceeding, one.proceeding);
    assert_int_equal(read->step, one.step);
    assert_int_equal(read->outcome, one.outcome);
    assert_int_equal(read->laws, one.laws);
    assert_int_equal(read->published, one.published);
    assert_int_equal(read->effective, one.effective);
    assert_int_equal(read->due, DATE_NONE);
    notices_deinit(&notices);
}

static void the_same_again_is_no_change_and_another_text_is_a_version(void **state)
{
    struct temp_store *temp = *state;
    struct notice one = sample("1"), two = sample("2");
    assert_int_equal(put(temp->store, &one), 1);
    assert_int_equal(put(temp->store, &one), 0);
    one.title = "Plywood From Vietnam: Initiation; Correction";
    assert_int_equal(put(temp->store, &one), 1);
    assert_int_equal(put(temp->store, &one), 0);
    assert_int_equal(put(temp->store, &two), 1);
    one.due = date_make(2026, 12, 1);
    assert_int_equal(put(temp->store, &one), 1);
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(id || version) FROM notice"), "11,12,13,21");
    struct notices notices = NOTICES_NULL;
    assert_int_equal(store_load_notices(temp->store, &notices), 0);
    assert_int_equal(notices.len, 2);
    assert_int_equal(notices.items[0].due, one.due);
    notices_deinit(&notices);
}

static void the_day_of_a_list_is_no_text_of_it(void **state)
{
    struct temp_store *temp = *state;
    struct notice one = sample("1");
    one.listed = true;
    assert_int_equal(put(temp->store, &one), 1);
    one.published++;
    assert_int_equal(put(temp->store, &one), 0);
    one.listed = false;
    assert_int_equal(put(temp->store, &one), 1);
}

static void what_fails_is_undone_as_a_whole(void **state)
{
    struct temp_store *temp = *state;
    struct notices notices = NOTICES_NULL;
    struct notice one = sample("1"), two = sample("2");
    size_t kept = 7;
    two.step = (enum notice_step)99;
    assert_int_equal(notices_push(&notices, &one), 0);
    assert_int_equal(notices_push(&notices, &two), 0);
    assert_true(store_put_notices(temp->store, &notices, put_payload(temp->store), &kept) < 0);
    assert_int_equal(kept, 7);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM notice"), "0");
    notices_deinit(&notices);
}

static void cases_take_the_place_of_those_before(void **state)
{
    struct temp_store *temp = *state;
    struct notices notices = NOTICES_NULL;
    struct trade_cases cases;
    struct notice one = sample("1");
    assert_int_equal(notices_push(&notices, &one), 0);
    trade_cases_fold(&notices, NULL, &cases);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_put_cases(temp->store, &cases), 0);
    assert_string_equal(temp_store_sql(temp,
                            "SELECT market || id || against || state || codes || initiation FROM trade_case"),
        "USA-552-999VNinvestigation44123106\n20760");
    trade_cases_deinit(&cases);
    notices_deinit(&notices);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_notice_comes_back_as_it_was, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            the_same_again_is_no_change_and_another_text_is_a_version, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            the_day_of_a_list_is_no_text_of_it, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            what_fails_is_undone_as_a_whole, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            cases_take_the_place_of_those_before, temp_store_setup, temp_store_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
