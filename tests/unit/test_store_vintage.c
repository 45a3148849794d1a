/* link: daemon/io/store daemon/io/store_query daemon/io/store_history daemon/base/parallel daemon/io/store_vintage daemon/io/store_feed daemon/io/schema daemon/io/block daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/map daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <string.h>

#include "core/period.h"
#include "io/block.h"
#include "io/store_vintage.h"

enum {
    MONTHS = 6,
    PAYLOADS = 14,
    NARROW = 30,              /* series */
    WIDE = BLOCK_SERIES + 20, /* two blocks a month */
    ROWS_MAX = 24,            /* of a random payload */
    STORES = 24,
    WIDE_STORES = 2, /* 336 random payloads */
};

static int32_t month(int n)
{
    return period_make(2025, 1) + n;
}

/* ---- the reference: a copy of all figures after each payload ---- */

struct cell {
    bool has[COLUMN_COUNT];
    int64_t figure[COLUMN_COUNT];
    unsigned flags;
};

struct copy {
    uint32_t series;
    struct cell *cells; /* by series and month */
};

static struct cell cell_of(const struct panel *panel, uint32_t id, int n)
{
    struct cell cell = {.flags = panel_flags(panel, id, month(n))};
    for (int column = 0; column < COLUMN_COUNT; column++)
        cell.has[column] = panel_get(panel, id, (enum column)column, month(n), &cell.figure[column]);
    return cell;
}

static struct copy copy_of(const struct panel *panel)
{
    struct copy copy = {.series = (uint32_t)panel_series_count(panel)};
    copy.cells = alloc_zeroed((size_t)copy.series * MONTHS, sizeof *copy.cells);
    for (uint32_t id = 0; id < copy.series; id++)
        for (int n = 0; n < MONTHS; n++)
            copy.cells[id * MONTHS + (uint32_t)n] = cell_of(panel, id, n);
    return copy;
}

/* What was known then; of a series that came later, nothing. */
static struct cell cell_then(const struct copy *copy, uint32_t id, int n)
{
    return id < copy->series ? copy->cells[id * MONTHS + (uint32_t)n] : (struct cell){0};
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (a->has[column] != b->has[column] || (a->has[column] && a->figure[column] != b->figure[column]))
            return false;
    return a->flags == b->flags;
}

static bool is_empty(const struct cell *cell)
{
    return same_cell(cell, &(struct cell){0});
}

/* ---- a store with its copies ---- */

struct past {
    struct temp_store *temp;
    struct panel *panel;
    struct copy copies[PAYLOADS + 1]; /* by number of the payload; 0: before the first */
    int64_t payloads;
    uint64_t random;
};

/* SplitMix64: the same on every machine. */
static uint64_t draw(struct past *past, uint64_t below)
{
    uint64_t x = past->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (x ^ x >> 31) % below;
}

static struct observation row_of(struct past *past, uint64_t product, int n)
{
    struct observation row = {
        .reporter = "VN",
        .partner = "US",
        .product = arena_printf(&past->temp->arena, "p%llu", (unsigned long long)product),
        .unit = "t",
        .flow = FLOW_EXPORT,
        .period = month(n),
    };
    return row;
}

/* Few different figures, so that the same ones come back; now and then confidential, which has none. */
static void draw_figures(struct past *past, struct observation *row)
{
    static const unsigned flags[] = {0, 0, 0, OBSERVATION_PRELIMINARY, OBSERVATION_ESTIMATED};
    if (draw(past, 10) == 0) {
        row->flags = OBSERVATION_SUPPRESSED;
        return;
    }
    row->flags = flags[draw(past, sizeof flags / sizeof *flags)];
    for (int column = 0; column < COLUMN_COUNT; column++) {
        row->present[column] = draw(past, 3) > 0;
        row->figure[column] = (int64_t)draw(past, 4) * 1000;
    }
}

static void commit(struct past *past, const struct observations *rows)
{
    struct store *store = past->temp->store;
    struct panel_changes changes;
    int64_t payload = 0, number = past->payloads + 1;
    struct payload_row row = {
        .feed = "nso", .seen_ms = 1000 * number, .rows = rows->len, .accepted = true, .reasons = ""};
    snprintf(row.digest.hex, sizeof row.digest.hex, "d%lld", (long long)number);
    panel_apply(past->panel, "nso", rows, &changes);
    assert_int_equal(store_begin(store), 0);
    assert_int_equal(store_put_payload(store, &row, &payload), 0);
    assert_int_equal(payload, number);
    if (store_put_changes(store, past->panel, &changes, payload) < 0)
        fail_msg("%s", store_error(store));
    assert_int_equal(store_commit(store), 0);
    panel_changes_deinit(&changes);
    past->payloads = number;
    past->copies[number] = copy_of(past->panel);
}

/* New months, late figures, revisions and flags, as they fall. The later the payload, the later its months
 * begin to be. */
static void commit_random(struct past *past, uint64_t products)
{
    struct observation items[ROWS_MAX];
    bool taken[ROWS_MAX][MONTHS] = {{false}};
    struct observations rows = {items, 0, ROWS_MAX};
    uint64_t first = draw(past, products - ROWS_MAX + 1), want = 1 + draw(past, ROWS_MAX);
    int months = (int)past->payloads / 2 + 1 < MONTHS ? (int)past->payloads / 2 + 1 : MONTHS;
    for (uint64_t i = 0; i < want; i++) {
        uint64_t product = draw(past, ROWS_MAX);
        int n = (int)draw(past, (uint64_t)months);
        if (taken[product][n])
            continue;
        taken[product][n] = true;
        items[rows.len] = row_of(past, first + product, n);
        draw_figures(past, &items[rows.len++]);
    }
    commit(past, &rows);
}

/* One figure in each of many series, so that a month has several blocks. */
static void commit_many(struct past *past, size_t products)
{
    struct observations rows = {.len = products, .cap = products};
    rows.items = arena_array(&past->temp->arena, products, sizeof *rows.items);
    for (size_t i = 0; i < products; i++) {
        rows.items[i] = row_of(past, i, (int)(i % 2));
        rows.items[i].present[COLUMN_VALUE] = true;
        rows.items[i].figure[COLUMN_VALUE] = (int64_t)i;
    }
    commit(past, &rows);
}

static void past_begin(struct past *past, struct temp_store *temp, uint64_t seed)
{
    *past = (struct past){.temp = temp, .panel = panel_new(), .random = seed};
}

static void past_end(struct past *past)
{
    for (int i = 0; i <= PAYLOADS; i++)
        alloc_free(past->copies[i].cells);
    panel_free(past->panel);
}

/* ---- what must hold of any store ---- */

static void check_as_of(struct past *past, int64_t payload)
{
    struct panel *loaded = panel_new();
    if (store_load_panel_as_of(past->temp->store, loaded, payload) < 0)
        fail_msg("%s", store_error(past->temp->store));
    assert_int_equal(panel_series_count(loaded), panel_series_count(past->panel));
    for (uint32_t id = 0; id < panel_series_count(loaded); id++)
        for (int n = 0; n < MONTHS; n++) {
            struct cell cell = cell_of(loaded, id, n), then = cell_then(&past->copies[payload], id, n);
            if (!same_cell(&cell, &then))
                fail_msg("payload %lld of %lld: series %u, month %d", (long long)payload,
                    (long long)past->payloads, id, n);
        }
    panel_free(loaded);
}

/* The series' ends follow what is left. */
static void check_ends(struct past *past, int64_t payload)
{
    struct panel *loaded = panel_new();
    assert_int_equal(store_load_panel_as_of(past->temp->store, loaded, payload), 0);
    for (uint32_t id = 0; id < panel_series_count(loaded); id++) {
        int32_t first = PERIOD_NONE, last = PERIOD_NONE;
        for (int n = 0; n < MONTHS; n++) {
            struct cell then = cell_then(&past->copies[payload], id, n);
            if (!then.has[0] && !then.has[1] && !then.has[2])
                continue;
            first = first == PERIOD_NONE ? month(n) : first;
            last = month(n);
        }
        assert_int_equal(panel_series(loaded, id)->first, first);
        assert_int_equal(panel_series(loaded, id)->last, last);
    }
    panel_free(loaded);
}

static void check_revision(void *userdata, const struct store_change *change)
{
    struct past *past = userdata;
    int n = change->period - month(0);
    struct cell before = cell_then(&past->copies[change->payload - 1], change->series, n);
    struct cell after = cell_then(&past->copies[change->payload], change->series, n);
    assert_int_equal(change->seen_ms, 1000 * change->payload);
    assert_int_equal(change->has_old, before.has[change->column]);
    assert_int_equal(change->has_new, after.has[change->column]);
    if (change->has_old)
        assert_int_equal(change->old_figure, before.figure[change->column]);
    if (change->has_new)
        assert_int_equal(change->new_figure, after.figure[change->column]);
    assert_int_equal(change->old_flags, before.flags);
}

static bool has_block(const struct copy *copy, uint32_t first, int n)
{
    for (uint32_t id = first; id < first + BLOCK_SERIES && id < copy->series; id++)
        if (!is_empty(&copy->cells[id * MONTHS + (uint32_t)n]))
            return true;
    return false;
}

static void check_origin(void *userdata, const struct store_origin *origin)
{
    struct past *past = userdata;
    int n = origin->period - month(0);
    assert_true(has_block(&past->copies[origin->payload], origin->first, n));
    assert_false(has_block(&past->copies[origin->payload - 1], origin->first, n));
}

static void check_all(struct past *past)
{
    for (int64_t payload = 0; payload <= past->payloads; payload++) {
        check_as_of(past, payload);
        check_ends(past, payload);
    }
    assert_int_equal(store_each_revision(past->temp->store, check_revision, past), 0);
    assert_int_equal(store_each_block_origin(past->temp->store, check_origin, past), 0);
}

/* ---- tests ---- */

static void every_past_panel_comes_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= STORES; seed++) {
        void *temp = NULL;
        struct past past;
        assert_int_equal(temp_store_setup(&temp), 0);
        past_begin(&past, temp, seed);
        bool wide = seed > STORES - WIDE_STORES;
        if (wide)
            commit_many(&past, WIDE);
        while (past.payloads < PAYLOADS)
            commit_random(&past, wide ? WIDE : NARROW);
        check_all(&past);
        past_end(&past);
        temp_store_teardown(&temp);
    }
}

static void put_one(struct past *past, int n, int64_t figure, unsigned flags)
{
    struct observation row = row_of(past, 0, n);
    row.present[COLUMN_VALUE] = figure >= 0;
    row.figure[COLUMN_VALUE] = figure;
    row.flags = flags;
    commit(past, &(struct observations){&row, 1, 1});
}

static void list_payload(void *userdata, int64_t payload, const struct payload_row *row)
{
    struct buf *out = userdata;
    buf_printf(out, "%lld %s %s %lld %zu %zu\n", (long long)payload, row->feed, row->digest.hex,
        (long long)row->seen_ms, row->rows, row->revised);
}

static void list_revision(void *userdata, const struct store_change *change)
{
    buf_printf(userdata, "%lld %d %lld>%lld %u\n", (long long)change->payload, change->period - month(0),
        change->has_old ? (long long)change->old_figure : -1,
        change->has_new ? (long long)change->new_figure : -1, change->old_flags);
}

static void list_origin(void *userdata, const struct store_origin *origin)
{
    buf_printf(
        userdata, "%d %u %lld\n", origin->period - month(0), origin->first, (long long)origin->payload);
}

static void accepted_payloads_are_listed_and_found(void **state)
{
    struct temp_store *temp = *state;
    static const struct payload_row rows[] = {
        {"nso", {"aa"}, 10, 5, 3, 0, true, "", {"", 0}, NULL},
        {"nso", {"bb"}, 20, 5, 0, 0, false, "no", {"x", 1}, NULL},
        {"nso", {"cc"}, 30, 6, 4, 2, true, "", {"", 0}, NULL},
        {"nso", {"aa"}, 40, 5, 3, 3, true, "", {"", 0}, NULL},
    };
    int64_t payload = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(store_put_payload(temp->store, &rows[i], &payload), 0);
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(store_each_payload(temp->store, list_payload, &out), 0);
    assert_string_equal(buf_text(&out), "1 nso aa 10 3 0\n3 nso cc 30 4 2\n4 nso aa 40 3 3\n");
    buf_deinit(&out);
    assert_int_equal(store_find_payload(temp->store, "aa", &payload), 0);
    assert_int_equal(payload, 4); /* the newest */
    assert_int_equal(store_find_payload(temp->store, "cc", &payload), 0);
    assert_int_equal(payload, 3);
    assert_int_equal(store_find_payload(temp->store, "bb", &payload), -ENOENT); /* refused */
    assert_int_equal(store_find_payload(temp->store, "", &payload), -ENOENT);
    assert_int_equal(payload, 3);
}

static void changes_are_told_from_the_oldest_on(void **state)
{
    struct past past;
    struct buf out;
    past_begin(&past, *state, 0);
    put_one(&past, 0, 10, OBSERVATION_PRELIMINARY);
    put_one(&past, 1, 11, 0);
    put_one(&past, 0, 12, 0);
    put_one(&past, 1, -1, OBSERVATION_SUPPRESSED); /* the figure stays, confidential now */
    put_one(&past, 2, -1, OBSERVATION_SUPPRESSED);
    put_one(&past, 2, 13, 0);
    buf_init(&out, 4096);
    assert_int_equal(store_each_revision(past.temp->store, list_revision, &out), 0);
    assert_string_equal(buf_text(&out), "3 0 10>12 1\n4 1 11>11 0\n6 2 -1>13 4\n");
    buf_clear(&out);
    assert_int_equal(store_each_block_origin(past.temp->store, list_origin, &out), 0);
    assert_string_equal(buf_text(&out), "0 0 1\n1 0 2\n2 0 5\n");
    buf_deinit(&out);
    check_all(&past);
    past_end(&past);
}

/* What quick_check cannot see must not reach the panel. */
static void damaged_revisions_are_refused(void **state)
{
    static const char *const damages[] = {
        "UPDATE revision SET series = 1",
        "UPDATE revision SET series = -1",
        "UPDATE revision SET old_flags = 32",
        "UPDATE revision SET old_flags = -1",
    };
    struct past past;
    past_begin(&past, *state, 0);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct panel *loaded = panel_new();
        put_one(&past, 0, (int64_t)i + 1, 0);
        put_one(&past, 0, (int64_t)i + 2, 0);
        temp_store_sql(past.temp, "CREATE TABLE r AS SELECT * FROM revision");
        temp_store_sql(past.temp, damages[i]);
        if (store_load_panel_as_of(past.temp->store, loaded, past.payloads - 1) != -EUCLEAN)
            fail_msg("\"%s\" went unseen", damages[i]);
        static const char *const heal[] = {
            "DELETE FROM revision", "INSERT INTO revision SELECT * FROM r", "DROP TABLE r"};
        for (size_t k = 0; k < sizeof heal / sizeof *heal; k++)
            temp_store_sql(past.temp, heal[k]);
        panel_free(loaded);
    }
    check_all(&past);
    past_end(&past);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_past_panel_comes_back),
        TEST(accepted_payloads_are_listed_and_found),
        TEST(changes_are_told_from_the_oldest_on),
        TEST(damaged_revisions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
