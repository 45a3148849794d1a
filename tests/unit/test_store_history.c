/* link: daemon/io/store daemon/io/store_query daemon/io/store_history daemon/base/parallel daemon/io/store_feed daemon/io/schema daemon/io/block daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/map daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <string.h>

#include "core/period.h"
#include "io/block.h"

enum { SERIES_MANY = BLOCK_SERIES * 2 + 100 };

/* ---- helpers ---- */

/* One row as a test writes it; a negative figure is absent. */
struct figure_row {
    const char *product;
    int32_t period;
    int64_t value, quantity, weight;
    unsigned flags;
};

static struct observation observation_of(const struct figure_row *row, const char *unit)
{
    return (struct observation){
        .reporter = "VN",
        .partner = "US",
        .product = row->product,
        .unit = unit,
        .flow = FLOW_EXPORT,
        .period = row->period,
        .present = {row->value >= 0, row->quantity >= 0, row->weight >= 0},
        .figure = {row->value, row->quantity, row->weight},
        .flags = row->flags,
    };
}

static int64_t put_payload(struct store *store)
{
    struct payload_row row = {.feed = "nso", .digest = {"d"}, .accepted = true, .reasons = ""};
    int64_t id = 0;
    assert_int_equal(store_put_payload(store, &row, &id), 0);
    return id;
}

/* Applies rows to the panel and puts them in a transaction; ends it by commit, or by rollback and revert. */
static void put_observations(
    struct store *store, struct panel *panel, const struct observations *rows, bool commit)
{
    struct panel_changes changes;
    panel_apply(panel, "nso", rows, &changes);
    assert_int_equal(store_begin(store), 0);
    int64_t payload = put_payload(store);
    int r = store_put_changes(store, panel, &changes, payload);
    if (r < 0)
        fail_msg("%d %s", r, store_error(store));
    if (commit) {
        assert_int_equal(store_commit(store), 0);
    } else {
        store_rollback(store);
        panel_revert(panel, &changes);
    }
    panel_changes_deinit(&changes);
}

static void put_rows_as(
    struct store *store, struct panel *panel, const struct figure_row *rows, size_t n, const char *unit)
{
    struct observation items[16];
    assert_true(n <= 16);
    for (size_t i = 0; i < n; i++)
        items[i] = observation_of(&rows[i], unit);
    struct observations list = {items, n, n};
    put_observations(store, panel, &list, true);
}

static void put_rows(struct store *store, struct panel *panel, const struct figure_row *rows, size_t n)
{
    put_rows_as(store, panel, rows, n, "t");
}

static void assert_same_month(const struct panel *a, const struct panel *b, uint32_t id, int32_t period)
{
    assert_int_equal(panel_flags(a, id, period), panel_flags(b, id, period));
    for (int column = 0; column < COLUMN_COUNT; column++) {
        int64_t figure_a = 0, figure_b = 0;
        bool known_a = panel_get(a, id, (enum column)column, period, &figure_a);
        assert_int_equal(known_a, panel_get(b, id, (enum column)column, period, &figure_b));
        assert_int_equal(figure_a, figure_b);
    }
}

static void assert_same_panel(const struct panel *a, const struct panel *b)
{
    assert_int_equal(panel_series_count(a), panel_series_count(b));
    assert_int_equal(panel_first(a), panel_first(b));
    assert_int_equal(panel_last(a), panel_last(b));
    for (uint32_t id = 0; id < panel_series_count(a); id++) {
        const struct series *x = panel_series(a, id), *y = panel_series(b, id);
        assert_string_equal(x->key.source, y->key.source);
        assert_string_equal(x->key.reporter, y->key.reporter);
        assert_string_equal(x->key.partner, y->key.partner);
        assert_string_equal(x->key.product, y->key.product);
        assert_int_equal(x->key.flow, y->key.flow);
        assert_string_equal(x->unit, y->unit);
        for (int32_t period = panel_first(a); period != PERIOD_NONE && period <= panel_last(a); period++)
            assert_same_month(a, b, id, period);
    }
}

static void assert_loads_as(struct store *store, const struct panel *panel)
{
    struct panel *loaded = panel_new();
    int r = store_load_panel(store, loaded);
    if (r < 0)
        fail_msg("%d %s", r, store_error(store));
    assert_same_panel(loaded, panel);
    panel_free(loaded);
}

static int32_t month(int n)
{
    return period_make(2025, 1) + n;
}

/* ---- tests ---- */

static void empty_store_loads_an_empty_panel(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    assert_loads_as(temp->store, panel);
    panel_free(panel);
}

static void reopening_gives_the_same_panel(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    const struct figure_row rows[] = {
        {"nso:seafood", month(0), 1000, -1, -1, 0},
        {"nso:seafood", month(1), 0, 2500, 7, OBSERVATION_PRELIMINARY},
        {"nso:wood", month(1), FIGURE_MAX, 1, FIGURE_MAX, OBSERVATION_ESTIMATED | OBSERVATION_PRELIMINARY},
        {"nso:wood", month(40), 3, -1, 4, 0},
    };
    put_rows(temp->store, panel, rows, 4);
    assert_loads_as(temp_store_reopen(temp), panel);
    assert_int_equal(store_close(temp->store), 0);
    assert_loads_as(temp_store_open(temp, STORE_READ), panel);
    panel_free(panel);
}

/* Rows of many series for a month: every `step`th has figures. */
static struct observations many_rows(struct arena *arena, int32_t period, size_t step, int64_t add)
{
    struct observations rows = {arena_array(arena, SERIES_MANY, sizeof(struct observation)), 0, SERIES_MANY};
    for (size_t i = 0; i < SERIES_MANY; i += step) {
        struct figure_row row = {arena_printf(arena, "%06zu", i), period, (int64_t)i * 1000 + add,
            i % 3 == 0 ? (int64_t)i * 500 : -1, -1, (unsigned)(i % 2)};
        rows.items[rows.len++] = observation_of(&row, i % 3 == 0 ? "t" : "");
    }
    return rows;
}

static void many_blocks_come_back(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    for (int i = 0; i < 6; i++) {
        struct observations rows = many_rows(&temp->arena, month(i), (size_t)(1 + i % 3 * 2), 0);
        put_observations(temp->store, panel, &rows, true);
    }
    assert_loads_as(temp_store_reopen(temp), panel);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM block"), "18");
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM revision"), "0");
    panel_free(panel);
}

static void new_block_needs_no_revision(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    const struct figure_row first = {"a", month(0), 1, 2, 3, 0}, next = {"a", month(1), 4, 5, 6, 0};
    put_rows(temp->store, panel, &first, 1);
    put_rows(temp->store, panel, &next, 1);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM revision"), "0");
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(payload) FROM (SELECT payload FROM block ORDER BY period)"),
        "1,2");
    panel_free(panel);
}

static const char all_revisions[] =
    "SELECT group_concat(payload || ' ' || series || ' ' || period || ' ' || column || ' ' ||"
    " coalesce(old, '-') || ' ' || coalesce(new, '-') || ' ' || old_flags, '; ') FROM revision";

static void changed_figure_leaves_its_old_one(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    const struct figure_row first = {"a", 24300, 1000, 50, -1, OBSERVATION_PRELIMINARY},
                            revised = {"a", 24300, 1100, 50, 7, OBSERVATION_PRELIMINARY};
    put_rows(temp->store, panel, &first, 1);
    put_rows(temp->store, panel, &revised, 1);
    assert_string_equal(temp_store_sql(temp, all_revisions), "2 0 24300 0 1000 1100 1; 2 0 24300 2 - 7 1");
    assert_string_equal(temp_store_sql(temp, "SELECT payload FROM block"), "1");
    assert_loads_as(temp_store_reopen(temp), panel);
    struct store_counts counts;
    assert_int_equal(store_count(temp->store, &counts), 0);
    assert_int_equal(counts.observations_revised, 1);
    panel_free(panel);
}

static void late_figure_in_an_old_block_is_told(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    const struct figure_row first = {"a", 24300, 1000, -1, -1, 0}, late = {"b", 24300, 5, -1, -1, 0};
    put_rows(temp->store, panel, &first, 1);
    put_rows(temp->store, panel, &late, 1);
    assert_string_equal(temp_store_sql(temp, all_revisions), "2 1 24300 0 - 5 0");
    panel_free(panel);
}

/* A block that is new in the panel lies in one that is old on disk. */
static void new_group_in_an_old_block_is_told(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    struct observations many = many_rows(&temp->arena, 24300, 1, 0);
    many.len = PANEL_BLOCK;
    put_observations(temp->store, panel, &many, true);
    const struct figure_row late[] = {
        {"a", 24300, 5, -1, 6, 0}, {"b", 24300, -1, -1, -1, OBSERVATION_SUPPRESSED}};
    put_rows(temp->store, panel, late, 2);
    assert_string_equal(
        temp_store_sql(temp, all_revisions), "2 256 24300 0 - 5 0; 2 256 24300 2 - 6 0; 2 257 24300 0 - - 0");
    assert_loads_as(temp_store_reopen(temp), panel);
    panel_free(panel);
}

static void figure_that_is_final_now_keeps_its_old_flags(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    const struct figure_row first = {"a", 24300, 1000, -1, -1, OBSERVATION_PRELIMINARY},
                            final = {"a", 24300, 1000, -1, -1, 0};
    put_rows(temp->store, panel, &first, 1);
    put_rows(temp->store, panel, &final, 1);
    assert_string_equal(temp_store_sql(temp, all_revisions), "2 0 24300 0 1000 1000 1");
    assert_loads_as(temp_store_reopen(temp), panel);
    struct store_counts counts;
    assert_int_equal(store_count(temp->store, &counts), 0);
    assert_int_equal(counts.observations_revised, 0);
    panel_free(panel);
}

static void second_identical_apply_writes_nothing(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    struct observations rows = many_rows(&temp->arena, month(0), 3, 0);
    put_observations(temp->store, panel, &rows, true);
    int64_t payload = put_payload(temp->store);

    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open(temp->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA data_version", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int before = sqlite3_column_int(stmt, 0);
    sqlite3_reset(stmt);

    struct panel_changes changes;
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(changes.len, 0);
    assert_int_equal(store_put_changes(temp->store, panel, &changes, payload), 0);
    panel_changes_deinit(&changes);

    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), before);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    panel_free(panel);
}

static void rollback_leaves_no_trace(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    struct observations rows = many_rows(&temp->arena, month(0), 5, 0),
                        revised = many_rows(&temp->arena, month(0), 2, 1);
    put_observations(temp->store, panel, &rows, true);
    put_observations(temp->store, panel, &revised, false);
    assert_loads_as(temp->store, panel);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM revision"), "0");
    put_observations(temp->store, panel, &revised, true);
    assert_loads_as(temp_store_reopen(temp), panel);
    panel_free(panel);
}

static void unknown_payload_is_refused_whole(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    struct observations rows = many_rows(&temp->arena, month(0), 5, 0);
    struct panel_changes changes;
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(store_put_changes(temp->store, panel, &changes, 4711), -EEXIST);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM series"), "0");
    panel_changes_deinit(&changes);
    panel_free(panel);
}

static void unit_learned_late_is_kept(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    const struct figure_row first[] = {{"a", month(0), 1, -1, -1, 0}, {"b", month(0), 1, -1, -1, 0}};
    const struct figure_row next = {"a", month(1), 1, 2, -1, 0};
    put_rows_as(temp->store, panel, first, 2, "");
    put_rows_as(temp->store, panel, &next, 1, "pcs");
    assert_string_equal(panel_series(panel, 0)->unit, "pcs");
    assert_loads_as(temp_store_reopen(temp), panel);
    panel_free(panel);
}

/* Undoes, in a panel of everything, what payloads after `last` brought. */
static void undo_to(struct temp_store *temp, struct panel *panel, int64_t last)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open(temp->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                         "SELECT series, period, column, old, old_flags FROM revision"
                         " WHERE payload > ? ORDER BY payload DESC",
                         -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_int64(stmt, 1, last);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        uint32_t id = (uint32_t)sqlite3_column_int(stmt, 0);
        int32_t period = sqlite3_column_int(stmt, 1);
        enum column column = (enum column)sqlite3_column_int(stmt, 2);
        if (sqlite3_column_type(stmt, 3) == SQLITE_NULL)
            panel_clear(panel, id, column, period);
        else
            panel_set(panel, id, column, period, sqlite3_column_int64(stmt, 3));
        panel_set_flags(panel, id, period, (unsigned)sqlite3_column_int(stmt, 4));
    }
    sqlite3_finalize(stmt);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT series, period FROM block WHERE payload > ?", -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_int64(stmt, 1, last);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (uint32_t i = 0; i < BLOCK_SERIES; i++) {
            uint32_t id = (uint32_t)sqlite3_column_int(stmt, 0) + i;
            int32_t period = sqlite3_column_int(stmt, 1);
            for (int column = 0; column < COLUMN_COUNT && id < panel_series_count(panel); column++)
                panel_clear(panel, id, (enum column)column, period);
            if (id < panel_series_count(panel))
                panel_set_flags(panel, id, period, 0);
        }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void assert_same_figures(const struct panel *then, const struct panel *rebuilt)
{
    for (uint32_t id = 0; id < panel_series_count(rebuilt); id++)
        for (int32_t period = month(0); period < month(8); period++) {
            if (id < panel_series_count(then)) {
                assert_same_month(then, rebuilt, id, period);
                continue;
            }
            int64_t figure;
            for (int column = 0; column < COLUMN_COUNT; column++)
                assert_false(panel_get(rebuilt, id, (enum column)column, period, &figure));
        }
}

static void any_past_state_can_be_rebuilt(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new(), *then[8];
    static const struct {
        int month;
        size_t step;
        int64_t add;
    } payloads[] = {{0, 5, 0}, {1, 5, 0}, {0, 5, 0}, {0, 3, 9}, {1, 2, 0}, {2, 7, 0}, {0, 1, 4}, {2, 7, 1}};
    for (size_t i = 0; i < 8; i++) {
        struct observations rows =
            many_rows(&temp->arena, month(payloads[i].month), payloads[i].step, payloads[i].add);
        put_observations(temp->store, panel, &rows, true);
        then[i] = panel_new();
        assert_int_equal(store_load_panel(temp->store, then[i]), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        struct panel *rebuilt = panel_new();
        assert_int_equal(store_load_panel(temp->store, rebuilt), 0);
        undo_to(temp, rebuilt, (int64_t)i + 1);
        assert_same_figures(then[i], rebuilt);
        panel_free(rebuilt);
        panel_free(then[i]);
    }
    panel_free(panel);
}

/* What quick_check cannot see must not reach the panel. */
static void damaged_rows_are_refused(void **state)
{
    static const char *const damages[] = {
        "UPDATE block SET body = zeroblob(40)",
        "UPDATE block SET body = x''",
        "UPDATE block SET body = substr(body, 1, length(body) - 1)",
        "UPDATE block SET body = CAST(substr(body, 1, 9) || x'77' || substr(body, 11) AS BLOB)",
        "UPDATE block SET period = 7",
        "UPDATE block SET period = 9223372036854775807",
        "UPDATE block SET series = -4096",
        "UPDATE block SET series = 1",
        "UPDATE block SET series = 4294967296",
        "UPDATE block SET series = 4096",
        "DELETE FROM series WHERE id = 1",
        "DELETE FROM series WHERE id = 2", /* the block holds a figure of it */
        "UPDATE series SET product = 'a'",
        "UPDATE series SET flow = 1 - flow, id = id + 1000",
    };
    struct temp_store *temp = *state;
    const struct figure_row rows[] = {
        {"a", month(0), 1, -1, -1, 0}, {"b", month(0), 2, -1, -1, 0}, {"c", month(0), 3, -1, -1, 0}};
    struct panel *panel = panel_new();
    put_rows(temp->store, panel, rows, 3);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        temp_store_sql(temp, "CREATE TABLE b AS SELECT * FROM block");
        temp_store_sql(temp, "CREATE TABLE s AS SELECT * FROM series");
        temp_store_sql(temp, damages[i]);
        struct panel *loaded = panel_new();
        if (store_load_panel(temp->store, loaded) != -EUCLEAN)
            fail_msg("\"%s\" went unseen", damages[i]);
        assert_non_null(strstr(store_error(temp->store), "damaged"));
        panel_free(loaded);
        static const char *const heal[] = {"DELETE FROM block", "DELETE FROM series",
            "INSERT INTO block SELECT * FROM b", "INSERT INTO series SELECT * FROM s", "DROP TABLE b",
            "DROP TABLE s"};
        for (size_t k = 0; k < sizeof heal / sizeof *heal; k++)
            temp_store_sql(temp, heal[k]);
    }
    assert_loads_as(temp->store, panel);
    panel_free(panel);
}

static void reader_cannot_put(void **state)
{
    struct temp_store *temp = *state;
    struct panel *panel = panel_new();
    struct temp_store reader = *temp;
    temp_store_open(&reader, STORE_READ);
    struct observations rows = many_rows(&temp->arena, month(0), 5, 0);
    struct panel_changes changes;
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(store_put_changes(reader.store, panel, &changes, 1), -EROFS);
    panel_changes_deinit(&changes);
    assert_int_equal(store_close(reader.store), 0);
    panel_free(panel);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(empty_store_loads_an_empty_panel),
        TEST(reopening_gives_the_same_panel),
        TEST(many_blocks_come_back),
        TEST(new_block_needs_no_revision),
        TEST(changed_figure_leaves_its_old_one),
        TEST(late_figure_in_an_old_block_is_told),
        TEST(new_group_in_an_old_block_is_told),
        TEST(figure_that_is_final_now_keeps_its_old_flags),
        TEST(second_identical_apply_writes_nothing),
        TEST(rollback_leaves_no_trace),
        TEST(unknown_payload_is_refused_whole),
        TEST(unit_learned_late_is_kept),
        TEST(any_past_state_can_be_rebuilt),
        TEST(damaged_rows_are_refused),
        TEST(reader_cannot_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
