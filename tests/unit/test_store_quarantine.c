/* link: daemon/io/store daemon/io/store_query daemon/io/store_feed daemon/io/store_quarantine daemon/io/store_backfill daemon/io/schema daemon/io/block daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "io/store_backfill.h"
#include "io/store_quarantine.h"

static int64_t put(
    struct temp_store *temp, const char *feed, const char *body, bool accepted, const char *ends)
{
    struct payload_row row = {
        .feed = feed,
        .digest = {"feedface"},
        .seen_ms = 1000,
        .bytes = strlen(body),
        .rows = 3,
        .revised = 2,
        .accepted = accepted,
        .reasons = accepted ? "" : "a.csv:3: error[G106]: gone\n",
        .body = slice_of(body),
        .ends = ends,
    };
    int64_t id = -1;
    assert_int_equal(store_put_payload(temp->store, &row, &id), 0);
    return id;
}

static void what_was_refused_comes_back_whole(void **state)
{
    struct temp_store *temp = *state;
    struct quarantine_row row;
    struct quarantine_body body;
    int64_t one = put(temp, "nso", "a,b\n1,2\n", false, "4,8"), other = put(temp, "nso", "x", false, NULL);
    assert_int_equal(store_get_quarantined(temp->store, one, &temp->arena, &row, &body), 0);
    assert_string_equal(row.feed, "nso");
    assert_string_equal(row.digest.hex, "feedface");
    assert_string_equal(row.reasons, "a.csv:3: error[G106]: gone\n");
    assert_int_equal(row.decided_ms, 0);
    assert_int_equal(body.bytes.len, 8);
    assert_memory_equal(body.bytes.data, "a,b\n1,2\n", 8);
    assert_int_equal(body.end_count, 2);
    assert_int_equal(body.ends[0], 4);
    assert_int_equal(body.ends[1], 8);
    assert_int_equal(store_get_quarantined(temp->store, other, &temp->arena, &row, &body), 0);
    assert_int_equal(body.end_count, 0);
    assert_int_equal(store_get_quarantined(temp->store, 77, &temp->arena, &row, &body), -ENOENT);
    int64_t accepted = put(temp, "nso", "a", true, NULL);
    assert_int_equal(store_get_quarantined(temp->store, accepted, &temp->arena, &row, &body), -ENOENT);
}

static void a_damaged_body_is_said_to_be(void **state)
{
    struct temp_store *temp = *state;
    struct quarantine_row row;
    struct quarantine_body body;
    int64_t id = put(temp, "nso", "a,b\n1,2\n", false, NULL);
    (void)temp_store_sql(temp, "UPDATE payload SET body = x'28b52ffd00'");
    assert_int_equal(store_get_quarantined(temp->store, id, &temp->arena, &row, &body), -EUCLEAN);
    (void)temp_store_sql(temp, "UPDATE payload SET bytes = 3");
    assert_int_equal(store_get_quarantined(temp->store, id, &temp->arena, &row, &body), -EUCLEAN);
}

static void a_decision_is_kept_and_made_once(void **state)
{
    struct temp_store *temp = *state;
    struct quarantine_row row;
    struct quarantine_body body;
    int64_t id = put(temp, "nso", "a", false, NULL), released = put(temp, "nso", "a", true, NULL);
    row = (struct quarantine_row){
        .payload = id, .decided_ms = 5000, .who = "me", .why = "it is right", .released = released};
    assert_int_equal(store_put_decision(temp->store, &row), 0);
    assert_true(store_put_decision(temp->store, &row) < 0);
    assert_int_equal(store_get_quarantined(temp->store, id, &temp->arena, &row, &body), -ENODATA);
    assert_int_equal(row.decided_ms, 5000);
    assert_string_equal(row.who, "me");
    assert_string_equal(row.why, "it is right");
    assert_int_equal(row.released, released);
    assert_false(row.has_body);
}

static void count(void *userdata, const struct feed_payloads *row)
{
    struct temp_store *temp = userdata;
    char *text = arena_printf(&temp->arena, "%s any=%d rows=%zu revised=%zu held=%zu", row->feed, row->any,
        row->rows, row->revised, row->held);
    if (strcmp(row->feed, "nso") == 0)
        assert_string_equal(text, "nso any=1 rows=3 revised=2 held=1");
    else
        assert_string_equal(text, "other any=0 rows=0 revised=0 held=1");
}

static void feeds_are_counted_by_what_is_not_decided(void **state)
{
    struct temp_store *temp = *state;
    struct quarantine_row row = {.decided_ms = 5000, .who = "me", .why = "no"};
    row.payload = put(temp, "nso", "a", false, NULL);
    (void)put(temp, "nso", "b", false, NULL);
    (void)put(temp, "nso", "c", true, NULL);
    (void)put(temp, "other", "c", false, NULL);
    assert_int_equal(store_put_decision(temp->store, &row), 0);
    assert_int_equal(store_each_feed_payloads(temp->store, count, temp), 0);
}

/* ---- months of a backfill ---- */

static void note(void *userdata, int32_t period)
{
    *(int32_t *)userdata += period;
}

static void months_are_those_of_the_descriptor(void **state)
{
    struct temp_store *temp = *state;
    int32_t sum = 0;
    bool untold = true;
    assert_int_equal(store_has_untold_backfill(temp->store, &untold), 0);
    assert_false(untold);
    assert_int_equal(store_put_backfilled(temp->store, "nso", "v1", 100), 0);
    assert_int_equal(store_put_backfilled(temp->store, "nso", "v1", 1000), 0);
    assert_int_equal(store_put_backfilled(temp->store, "nso", "v2", 100), 0); /* asked for again */
    assert_int_equal(store_put_backfilled(temp->store, "other", "v1", 7), 0);
    assert_int_equal(store_each_backfilled(temp->store, "nso", "v1", note, &sum), 0);
    assert_int_equal(sum, 1000);
    assert_int_equal(store_has_untold_backfill(temp->store, &untold), 0);
    assert_true(untold);
    assert_int_equal(store_put_backfill_told(temp->store), 0);
    assert_int_equal(store_has_untold_backfill(temp->store, &untold), 0);
    assert_false(untold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_was_refused_comes_back_whole, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_body_is_said_to_be, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            a_decision_is_kept_and_made_once, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            feeds_are_counted_by_what_is_not_decided, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            months_are_those_of_the_descriptor, temp_store_setup, temp_store_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
