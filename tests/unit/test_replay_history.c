/* link: daemon/app/replay_history daemon/io/store daemon/io/store_query daemon/io/store_history daemon/base/parallel daemon/io/store_vintage daemon/io/store_feed daemon/io/schema daemon/io/block daemon/core/timeline daemon/core/date daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/map daemon/base/str */
#include "tests/support/temp_store.h"

#include <string.h>

#include "app/replay_history.h"
#include "core/date.h"
#include "core/period.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

enum { DAY_MS = 24 * 60 * 60 * 1000, DAY_S = 24 * 60 * 60, LAG = 30 };

static const struct descriptor feeds[] = {
    {.feed = "old", .publication_lag_s = 400 * DAY_S}, {.feed = "us", .publication_lag_s = LAG * DAY_S}};

/* One row of a payload. */
struct row {
    const char *source, *partner;
    int month;             /* of 2020 */
    int64_t value, weight; /* -1: not there */
    unsigned flags;
};

static void put_payload(
    struct temp_store *temp, struct panel *panel, int32_t day, const struct row *rows, size_t n)
{
    struct observation items[8];
    struct observations observations = {items, n, n};
    struct payload_row payload = {
        .feed = rows[0].source, .seen_ms = (int64_t)day * DAY_MS + 5, .accepted = true, .reasons = ""};
    struct panel_changes changes;
    int64_t id;
    for (size_t i = 0; i < n; i++)
        items[i] = (struct observation){
            .reporter = "US",
            .partner = rows[i].partner,
            .product = "72",
            .unit = "",
            .flow = FLOW_IMPORT,
            .period = period_make(2020, rows[i].month),
            .present = {[COLUMN_VALUE] = rows[i].value >= 0, [COLUMN_WEIGHT] = rows[i].weight >= 0},
            .figure = {[COLUMN_VALUE] = rows[i].value, [COLUMN_WEIGHT] = rows[i].weight},
            .flags = rows[i].flags,
        };
    panel_apply(panel, rows[0].source, &observations, &changes);
    memset(payload.digest.hex, 'a', sizeof payload.digest.hex - 1);
    assert_int_equal(store_begin(temp->store), 0);
    assert_int_equal(store_put_payload(temp->store, &payload, &id), 0);
    assert_int_equal(store_put_changes(temp->store, panel, &changes, id), 0);
    assert_int_equal(store_commit(temp->store), 0);
    panel_changes_deinit(&changes);
}

/* What is expected, in order. */
struct expected {
    int32_t day;
    bool vintage;
    const char *partner;
    int month;
    enum column column;
    int64_t figure; /* -1: flags only */
    unsigned flags;
};

static void check(const struct replay_history *history, const struct expected *expected, size_t n)
{
    const struct timeline *timeline = &history->timeline;
    assert_int_equal(timeline->len, n);
    for (size_t i = 0; i < n; i++) {
        const struct timeline_change *change = &timeline->items[i];
        assert_int_equal(change->day, expected[i].day);
        assert_int_equal(change->payload != 0, expected[i].vintage);
        assert_string_equal(panel_series(history->panel, change->series)->key.partner, expected[i].partner);
        assert_int_equal(change->period, period_make(2020, expected[i].month));
        assert_int_equal(change->column, expected[i].column);
        assert_int_equal(change->has_figure ? change->figure : -1, expected[i].figure);
        assert_int_equal(change->flags, expected[i].flags);
    }
}

static void changes_are_known_when_they_were_seen(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    int32_t first = date_make(2020, 9, 1), second = date_make(2020, 10, 2), third = date_make(2020, 10, 3);
    static const struct row firsts[] = {
        {"us", "VN", 1, 10, 100, 0},                       /* too late: usually published on 1 March */
        {"us", "VN", 6, 20, 200, OBSERVATION_PRELIMINARY}, /* usually on 30 July */
        {"us", "CN", 6, -1, -1, OBSERVATION_SUPPRESSED},
    };
    static const struct row seconds[] = {
        {"us", "VN", 1, 11, 100, 0}, /* a revision */
        {"us", "VN", 6, 20, 210, 0}, /* figure and flags */
        {"us", "KR", 1, 30, -1, 0},  /* another series in a block that is there, too late as well */
    };
    static const struct row thirds[] = {{"us", "VN", 1, 12, -1, 0}, {"us", "CN", 6, 5, -1, 0}};
    static const struct row foreign[] = {{"gone", "VN", 6, 1, 1, 0}};
    put_payload(temp, panel, first, firsts, LEN(firsts));
    put_payload(temp, panel, second, seconds, LEN(seconds));
    put_payload(temp, panel, third, thirds, LEN(thirds));
    put_payload(temp, panel, third, foreign, LEN(foreign));
    int32_t usual = date_make(2020, 3, 1);
    const struct expected expected[] = {
        {usual, false, "VN", 1, COLUMN_VALUE, 10, 0},
        {usual, false, "VN", 1, COLUMN_WEIGHT, 100, 0},
        {usual, false, "KR", 1, COLUMN_VALUE, 30, 0},
        {first, true, "VN", 6, COLUMN_VALUE, 20, OBSERVATION_PRELIMINARY},
        {first, true, "VN", 6, COLUMN_WEIGHT, 200, OBSERVATION_PRELIMINARY},
        {first, true, "CN", 6, COLUMN_VALUE, -1, OBSERVATION_SUPPRESSED},
        {second, true, "VN", 1, COLUMN_VALUE, 11, 0},
        {second, true, "VN", 6, COLUMN_VALUE, 20, 0},
        {second, true, "VN", 6, COLUMN_WEIGHT, 210, 0},
        {third, true, "VN", 1, COLUMN_VALUE, 12, 0},
        {third, true, "CN", 6, COLUMN_VALUE, 5, 0},
    };
    struct replay_history history;
    assert_int_equal(replay_history_load(temp->store, feeds, LEN(feeds), &history), 0);
    check(&history, expected, LEN(expected));
    assert_int_equal(history.timeline.figures, 6);
    assert_int_equal(history.timeline.no_vintage, 3);
    assert_int_equal(history.lag_days, LAG); /* nothing of the other feed was late */
    struct series_key key = {"us", "US", FLOW_IMPORT, "VN", "72"};
    struct replay_known known = history.known[panel_find(history.panel, &key)];
    assert_int_equal(known.first, usual);
    assert_int_equal(known.last, first); /* a revision is no newer figure */
    replay_history_deinit(&history);
    panel_free(panel);
}

static void empty_store_has_an_empty_timeline(void **state)
{
    struct temp_store *temp = *state;
    struct replay_history history;
    assert_int_equal(replay_history_load(temp->store, feeds, LEN(feeds), &history), 0);
    assert_int_equal(history.timeline.len, 0);
    replay_history_deinit(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            changes_are_known_when_they_were_seen, temp_store_setup, temp_store_teardown),
        cmocka_unit_test_setup_teardown(
            empty_store_has_an_empty_timeline, temp_store_setup, temp_store_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
