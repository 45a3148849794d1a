/* link: daemon/base/counting_sort daemon/io/store daemon/io/store_query daemon/io/store_history daemon/io/store_vintage daemon/io/store_feed daemon/io/schema daemon/io/block daemon/core/dataset daemon/core/fold daemon/core/gate daemon/core/numbering daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/release daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/parallel daemon/base/str tests/support/random */
/* Random lives of a history against a reference that is written as plainly as can be: what is known is an
 * array of months by series, copied whole for every payload. Whatever payloads came, were refused or were
 * rolled back, in whatever order, the panel, the panel that a store gives back, and the one of any earlier
 * payload hold what the reference holds, figure for figure. */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <string.h>

#include "core/gate.h"
#include "core/period.h"
#include "io/block.h"
#include "io/store_vintage.h"
#include "tests/support/random.h"

enum {
    MONTHS = 7,
    FEEDS = 3,
    KEYS_MAX = BLOCK_SERIES + 1000, /* two blocks of the store, many of the panel */
    STEPS = 24,
    PAYLOADS_MAX = STEPS + FEEDS + 1,
    SAID_MAX = 2 * KEYS_MAX,
};

/* A series whose first row has come, and whose number is not looked up yet. */
static const uint32_t SERIES_COMING = SERIES_NONE - 1;

static int32_t month(int n)
{
    return period_make(2025, 1) + n;
}

/* ---- the reference ---- */

struct cell {
    bool has[COLUMN_COUNT];
    int64_t figure[COLUMN_COUNT];
    unsigned flags;
};

/* All that is known at one moment. A key is a series that may come; it has a number once it has come. */
struct known {
    uint32_t series;
    struct past {
        uint32_t number;
        bool has_unit;
        struct cell cells[MONTHS];
    } keys[];
};

/* One row of a payload. */
struct said {
    uint32_t key;
    int month;
    struct cell cell;
    bool has_unit;
};

/* A row says its figures and the flags of its month; of the other columns it says nothing. */
static void learn(struct known *known, const struct said *said)
{
    struct past *past = &known->keys[said->key];
    struct cell *cell = &past->cells[said->month];
    past->number = past->number == SERIES_NONE ? SERIES_COMING : past->number;
    past->has_unit |= said->has_unit;
    cell->flags = said->cell.flags;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (said->cell.has[column]) {
            cell->has[column] = true;
            cell->figure[column] = said->cell.figure[column];
        }
}

static bool has_figure(const struct cell *cell)
{
    return cell->has[COLUMN_VALUE] || cell->has[COLUMN_QUANTITY] || cell->has[COLUMN_WEIGHT];
}

/* The first or last month with a figure, -1 for none. */
static int end_of(const struct known *known, uint32_t key, bool last)
{
    int end = -1;
    for (int n = 0; n < MONTHS; n++)
        if (has_figure(&known->keys[key].cells[n]) && (last || end < 0))
            end = n;
    return end;
}

/* ---- a life ---- */

struct key_text {
    const char *feed, *reporter, *partner, *product, *unit;
    enum flow flow;
};

struct life {
    struct temp_store *temp;
    struct panel *panel;
    struct random random;
    uint64_t seed;
    uint32_t keys;
    struct key_text texts[KEYS_MAX];
    struct known *now;
    struct known *then[PAYLOADS_MAX + 1]; /* by number of the payload; 0: before the first */
    int64_t payloads;
    int step, months; /* months that have begun to be */
    struct said said[SAID_MAX];
    size_t len;
    bool taken[KEYS_MAX][MONTHS]; /* of the payload: a row says it */
};

/* What was met, so that a test that meets nothing fails. */
struct met {
    size_t steps, commits, refused, gone, rolled_back, reopened, figures, zeros, absent, suppressed, revised;
};

static uint64_t draw(struct life *life, uint64_t below)
{
    return (uint64_t)(random_uniform(&life->random) * (double)below);
}

static bool one_in(struct life *life, uint64_t n)
{
    return draw(life, n) == 0;
}

static uint32_t feed_of(uint32_t key)
{
    return key % FEEDS;
}

static void name_keys(struct life *life)
{
    static const char *const feeds[FEEDS] = {"nso", "census", "eurostat"};
    static const char *const partners[] = {"US", "CN", "W", "DE", "JP"};
    for (uint32_t key = 0; key < life->keys; key++) {
        uint32_t number = key / FEEDS; /* every feed has the same series */
        life->texts[key] = (struct key_text){
            .feed = feeds[feed_of(key)],
            .reporter = number % 7 == 0 ? "KR" : "VN",
            .partner = partners[number % 5],
            .product = arena_printf(&life->temp->arena, "p%u", number / 10),
            .unit = key % 4 == 0 ? "pcs" : "t",
            .flow = number / 5 % 2 == 0 ? FLOW_EXPORT : FLOW_IMPORT,
        };
    }
}

static size_t size_of_known(uint32_t keys)
{
    return sizeof(struct known) + keys * sizeof(struct past);
}

static struct known *copy_of_now(const struct life *life)
{
    struct known *copy = alloc_zeroed(1, size_of_known(life->keys));
    memcpy(copy, life->now, size_of_known(life->keys));
    return copy;
}

static void life_begin(struct life *life, struct temp_store *temp, uint64_t seed, uint32_t keys)
{
    life->temp = temp;
    life->panel = panel_new();
    life->random.state = life->seed = seed;
    life->keys = keys;
    life->months = 2;
    life->now = alloc_zeroed(1, size_of_known(keys));
    for (uint32_t key = 0; key < keys; key++)
        life->now->keys[key].number = SERIES_NONE;
    life->then[0] = copy_of_now(life);
    name_keys(life);
}

static struct series_key series_key_of(const struct life *life, uint32_t key)
{
    const struct key_text *text = &life->texts[key];
    return (struct series_key){text->feed, text->reporter, text->flow, text->partner, text->product};
}

static void life_end(struct life *life)
{
    for (int i = 0; i <= PAYLOADS_MAX; i++)
        alloc_free(life->then[i]);
    alloc_free(life->now);
    panel_free(life->panel);
    alloc_free(life);
}

/* ---- random payloads ---- */

static void say(struct life *life, const struct said *said)
{
    assert_true(life->len < SAID_MAX);
    life->said[life->len++] = *said;
    life->taken[said->key][said->month] = true;
}

/* Figures of a series are near each other, so that no payload looks like a change of scale; those of two
 * series need not be. */
static int64_t draw_figure(struct life *life, uint32_t key)
{
    int64_t figure = 1 + (int64_t)draw(life, 9);
    if (one_in(life, 5))
        return 0;
    for (uint32_t i = 0; i < key % 16; i++)
        figure *= 10;
    return figure == INT64_C(9000000000000000) ? FIGURE_MAX : figure;
}

static void draw_cell(struct life *life, uint32_t key, struct cell *cell)
{
    static const unsigned flags[] = {0, 0, 0, OBSERVATION_PRELIMINARY, OBSERVATION_ESTIMATED,
        OBSERVATION_PRELIMINARY | OBSERVATION_ESTIMATED};
    *cell = (struct cell){.flags = flags[draw(life, sizeof flags / sizeof *flags)]};
    if (one_in(life, 10)) {
        cell->flags = OBSERVATION_SUPPRESSED;
        return;
    }
    for (int column = 0; column < COLUMN_COUNT; column++) {
        cell->has[column] = !one_in(life, 3);
        cell->figure[column] = cell->has[column] ? draw_figure(life, key) : 0;
    }
}

/* What is known of the month, once more. What is confidential now has no figure to repeat. */
static void say_again(struct life *life, uint32_t key, int n)
{
    struct said said = {key, n, life->now->keys[key].cells[n], false};
    if (said.cell.flags == OBSERVATION_SUPPRESSED)
        said.cell = (struct cell){.flags = OBSERVATION_SUPPRESSED};
    said.has_unit = said.cell.has[COLUMN_QUANTITY];
    say(life, &said);
}

static void say_new(struct life *life, uint32_t key, int n)
{
    struct said said = {.key = key, .month = n};
    draw_cell(life, key, &said.cell);
    said.has_unit = said.cell.has[COLUMN_QUANTITY] || one_in(life, 3);
    say(life, &said);
    if (one_in(life, 20))
        say(life, &said); /* sources repeat rows */
}

/* Series that the feed has had from this month on: most are spoken of again, as in life. */
static void cover(struct life *life, uint32_t feed, int first)
{
    bool forgetful = one_in(life, 8);
    for (uint32_t key = feed; key < life->keys; key += FEEDS) {
        bool spoken_of = false;
        int last = end_of(life->now, key, true);
        for (int n = 0; n < MONTHS; n++)
            spoken_of |= life->taken[key][n];
        if (last >= first && !spoken_of && !one_in(life, forgetful ? 4 : 50))
            say_again(life, key, last);
    }
}

/* New months, late figures, revisions, flags and new series, as they fall. */
static void draw_payload(struct life *life, uint32_t feed, size_t rows)
{
    int first = (int)draw(life, (uint64_t)life->months);
    uint32_t keys = life->keys / FEEDS, from = (uint32_t)draw(life, keys), step = 1 + (uint32_t)draw(life, 3);
    size_t want = 1 + draw(life, rows);
    for (size_t i = 0; i < want; i++) {
        uint32_t key = (from + (uint32_t)i / 2 * step) % keys * FEEDS + feed;
        int n = first + (int)draw(life, (uint64_t)(life->months - first));
        if (life->taken[key][n])
            continue;
        if (one_in(life, 4))
            say_again(life, key, n);
        else
            say_new(life, key, n);
    }
    cover(life, feed, first);
}

/* A figure of every series, sparse by month. */
static void draw_first_payload(struct life *life, uint32_t feed)
{
    for (uint32_t key = feed; key < life->keys; key += FEEDS)
        if (!one_in(life, 10))
            say_new(life, key, (int)draw(life, 2));
}

static struct observation row_of(const struct life *life, const struct said *said)
{
    const struct key_text *text = &life->texts[said->key];
    struct observation row = {
        .reporter = text->reporter,
        .partner = text->partner,
        .product = text->product,
        .unit = said->has_unit ? text->unit : "",
        .flow = text->flow,
        .period = month(said->month),
        .flags = said->cell.flags,
    };
    memcpy(row.present, said->cell.has, sizeof row.present);
    memcpy(row.figure, said->cell.figure, sizeof row.figure);
    return row;
}

/* With room for one row that is a fault. */
static struct observations rows_of(const struct life *life)
{
    struct observations rows = {alloc_zeroed(life->len + 1, sizeof *rows.items), life->len, life->len + 1};
    for (size_t i = 0; i < life->len; i++) {
        rows.items[i] = row_of(life, &life->said[i]);
        rows.items[i].line = (unsigned)i + 2;
    }
    return rows;
}

/* ---- faults ---- */

static bool is_future(struct life *life, struct observation *row)
{
    (void)life;
    row->period = month(MONTHS);
    return true;
}

static bool is_negative(struct life *life, struct observation *row)
{
    (void)life;
    row->present[COLUMN_VALUE] = true;
    row->figure[COLUMN_VALUE] = -1;
    return true;
}

static bool is_absurd(struct life *life, struct observation *row)
{
    (void)life;
    row->present[COLUMN_WEIGHT] = true;
    row->figure[COLUMN_WEIGHT] = FIGURE_MAX + 1;
    return true;
}

static bool is_other_figure(struct life *life, struct observation *row)
{
    (void)life;
    row->figure[COLUMN_VALUE]++;
    row->present[COLUMN_VALUE] = true;
    return true;
}

/* Only where the unit is known: the first one that is named is right. */
static bool is_other_unit(struct life *life, struct observation *row)
{
    if (!life->now->keys[life->said[row->line - 2].key].has_unit)
        return false;
    row->present[COLUMN_QUANTITY] = true;
    row->unit = "kg";
    return true;
}

/* Makes the payload one that cannot be accepted. Whether it is one. */
static bool spoil(struct life *life, struct observations *rows)
{
    static bool (*const faults[])(struct life *, struct observation *) = {
        is_future, is_negative, is_absurd, is_other_figure, is_other_unit};
    size_t i = draw(life, rows->len);
    rows->items[rows->len] = rows->items[i];
    if (!faults[draw(life, sizeof faults / sizeof *faults)](life, &rows->items[rows->len]))
        return false;
    rows->len++;
    return true;
}

static bool speaks(const struct life *life, uint32_t key)
{
    for (size_t i = 0; i < life->len; i++)
        if (life->said[i].key == key &&
            (has_figure(&life->said[i].cell) || life->said[i].cell.flags == OBSERVATION_SUPPRESSED))
            return true;
    return false;
}

/* More than a tenth of the series that the feed has had since the payload's first month are gone. */
static bool is_partial(const struct life *life, uint32_t feed)
{
    int first = MONTHS;
    size_t expected = 0, gone = 0;
    for (size_t i = 0; i < life->len; i++)
        first = life->said[i].month < first ? life->said[i].month : first;
    for (uint32_t key = feed; key < life->keys; key += FEEDS) {
        if (end_of(life->now, key, true) < first || end_of(life->now, key, true) < 0)
            continue;
        expected++;
        gone += !speaks(life, key);
    }
    return gone * 10 > expected;
}

/* ---- what must hold ---- */

__attribute__((format(printf, 2, 3))) static void fail_life(const struct life *life, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fail_msg(
        "seed %llu, %u series, step %d: %s", (unsigned long long)life->seed, life->keys, life->step, text);
}

static void count_cell(const struct cell *cell, struct met *met)
{
    for (int column = 0; column < COLUMN_COUNT; column++) {
        met->figures += cell->has[column];
        met->zeros += cell->has[column] && cell->figure[column] == 0;
        met->absent += !cell->has[column] && cell->flags == 0;
    }
    met->suppressed += cell->flags == OBSERVATION_SUPPRESSED && !has_figure(cell);
}

static void check_month(
    const struct life *life, const struct panel *panel, const struct known *known, uint32_t key, int n)
{
    const struct cell *cell = &known->keys[key].cells[n];
    uint32_t id = life->now->keys[key].number;
    if (panel_flags(panel, id, month(n)) != cell->flags)
        fail_life(
            life, "key %u month %d: flags %u, not %u", key, n, panel_flags(panel, id, month(n)), cell->flags);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        int64_t figure = 0;
        bool has = panel_get(panel, id, (enum column)column, month(n), &figure);
        if (has != cell->has[column] || (has && figure != cell->figure[column]))
            fail_life(life, "key %u month %d column %d: %s %lld, not %s %lld", key, n, column,
                has ? "has" : "none", (long long)figure, cell->has[column] ? "has" : "none",
                (long long)cell->figure[column]);
    }
}

static void check_sum(
    const struct life *life, const struct panel *panel, const struct known *known, uint32_t key)
{
    int64_t sum = 0;
    int missing = 0, told;
    enum column column = (enum column)(key % COLUMN_COUNT);
    for (int n = 1; n < MONTHS; n++) {
        sum += known->keys[key].cells[n].has[column] ? known->keys[key].cells[n].figure[column] : 0;
        missing += !known->keys[key].cells[n].has[column];
    }
    uint32_t id = life->now->keys[key].number;
    if (panel_window_sum(panel, id, column, month(1), month(MONTHS - 1), &told) != sum || told != missing)
        fail_life(life, "key %u column %d: the sum of its months", key, (int)column);
}

static void check_series(
    const struct life *life, const struct panel *panel, const struct known *known, uint32_t key)
{
    uint32_t id = life->now->keys[key].number;
    const struct key_text *text = &life->texts[key];
    struct series_key series_key = series_key_of(life, key);
    if (panel_find(panel, &series_key) != id)
        fail_life(life, "key %u has the number %u, not %u", key, panel_find(panel, &series_key), id);
    if (id == SERIES_NONE)
        return;
    const struct series *series = panel_series(panel, id);
    assert_string_equal(series->key.source, text->feed);
    assert_string_equal(series->key.product, text->product);
    assert_string_equal(series->unit, life->now->keys[key].has_unit ? text->unit : "");
    int first = end_of(known, key, false), last = end_of(known, key, true);
    if (series->first != (first < 0 ? PERIOD_NONE : month(first)) ||
        series->last != (last < 0 ? PERIOD_NONE : month(last)))
        fail_life(life, "key %u begins at %d and ends at %d, not %d and %d", key, series->first - month(0),
            series->last - month(0), first, last);
    for (int n = 0; n < MONTHS; n++)
        check_month(life, panel, known, key, n);
    check_sum(life, panel, known, key);
}

/* The panel holds what was known then, under the numbers and units of today. */
static void check_panel(const struct life *life, const struct panel *panel, const struct known *known)
{
    int first = -1, last = -1;
    if (panel_series_count(panel) != life->now->series)
        fail_life(life, "%zu series, not %u", panel_series_count(panel), life->now->series);
    for (uint32_t key = 0; key < life->keys; key++) {
        int own_first = end_of(known, key, false), own_last = end_of(known, key, true);
        check_series(life, panel, known, key);
        first = own_first >= 0 && (first < 0 || own_first < first) ? own_first : first;
        last = own_last > last ? own_last : last;
    }
    assert_int_equal(panel_first(panel), first < 0 ? PERIOD_NONE : month(first));
    assert_int_equal(panel_last(panel), last < 0 ? PERIOD_NONE : month(last));
}

static struct panel *load(struct life *life, int64_t payload)
{
    struct panel *panel = panel_new();
    struct store *store = life->temp->store;
    int r = payload < 0 ? store_load_panel(store, panel) : store_load_panel_as_of(store, panel, payload);
    if (r < 0)
        fail_life(life, "loading as of %lld: %s", (long long)payload, store_error(store));
    return panel;
}

static void check_stored(struct life *life)
{
    struct panel *panel = load(life, -1);
    check_panel(life, panel, life->now);
    panel_free(panel);
}

static void check_as_of(struct life *life, int64_t payload)
{
    struct panel *panel = load(life, payload);
    check_panel(life, panel, life->then[payload]);
    panel_free(panel);
}

/* A change is told as what was known before its payload and what was after. */
static void check_revision(void *userdata, const struct store_change *change)
{
    const struct life *life = userdata;
    const struct known *before = life->then[change->payload - 1], *after = life->then[change->payload];
    int n = change->period - month(0);
    uint32_t key = 0;
    while (life->now->keys[key].number != change->series)
        key++;
    const struct cell *was = &before->keys[key].cells[n], *is = &after->keys[key].cells[n];
    assert_int_equal(change->seen_ms, 1000 * change->payload);
    assert_int_equal(change->has_old, was->has[change->column]);
    assert_int_equal(change->has_new, is->has[change->column]);
    if (change->has_old)
        assert_int_equal(change->old_figure, was->figure[change->column]);
    if (change->has_new)
        assert_int_equal(change->new_figure, is->figure[change->column]);
    assert_int_equal(change->old_flags, was->flags);
}

/* ---- steps ---- */

static int64_t put_payload(struct life *life, uint32_t feed, bool accepted)
{
    struct payload_row row = {
        .feed = life->texts[feed].feed,
        .seen_ms = 1000 * (life->payloads + 1),
        .rows = life->len,
        .accepted = accepted,
        .reasons = accepted ? "" : "a fault",
    };
    snprintf(row.digest.hex, sizeof row.digest.hex, "d%lld", (long long)life->payloads + 1);
    int64_t payload = 0;
    assert_int_equal(store_put_payload(life->temp->store, &row, &payload), 0);
    return payload;
}

static void remember(struct life *life, int64_t payload)
{
    assert_int_equal(payload, life->payloads + 1);
    life->payloads = payload;
    life->then[payload] = copy_of_now(life);
}

static void refuse(struct life *life, uint32_t feed)
{
    assert_int_equal(store_begin(life->temp->store), 0);
    int64_t payload = put_payload(life, feed, false);
    assert_int_equal(store_commit(life->temp->store), 0);
    remember(life, payload);
}

/* New series have the next numbers, each one of its own; in which order is the gate's affair. */
static void number_new_series(struct life *life)
{
    uint32_t before = life->now->series, end = before;
    for (uint32_t key = 0; key < life->keys; key++)
        end += life->now->keys[key].number == SERIES_COMING;
    bool *given = alloc_zeroed(end, sizeof *given);
    for (uint32_t key = 0; key < life->keys; key++) {
        struct past *past = &life->now->keys[key];
        if (past->number != SERIES_COMING)
            continue;
        struct series_key series_key = series_key_of(life, key);
        past->number = panel_find(life->panel, &series_key);
        if (past->number < before || past->number >= end || given[past->number])
            fail_life(life, "key %u has the number %u; those from %u to %u are new", key, past->number,
                before, end);
        given[past->number] = true;
    }
    alloc_free(given);
    life->now->series = end;
}

/* Takes the rows in; or the transaction fails, before or after the figures have been put. */
static void take(struct life *life, uint32_t feed, struct release *release, struct met *met)
{
    struct store *store = life->temp->store;
    struct panel_changes changes;
    bool fails = one_in(life, 6), puts = !fails || one_in(life, 2);
    panel_apply_release(life->panel, life->texts[feed].feed, release, &changes);
    assert_int_equal(store_begin(store), 0);
    int64_t payload = put_payload(life, feed, true);
    if (puts && store_put_changes(store, life->panel, &changes, payload) < 0)
        fail_life(life, "%s", store_error(store));
    if (fails) {
        store_rollback(store);
        panel_revert(life->panel, &changes);
        met->rolled_back++;
    } else {
        assert_int_equal(store_commit(store), 0);
        for (size_t i = 0; i < life->len; i++)
            learn(life->now, &life->said[i]);
        number_new_series(life);
        remember(life, payload);
        met->commits++;
    }
    panel_changes_deinit(&changes);
}

static void reopen(struct life *life)
{
    temp_store_reopen(life->temp);
    panel_free(life->panel);
    life->panel = load(life, -1);
}

/* Read in one piece or in several, as lines of a file are. */
static struct datasets payload_of(struct life *life, const struct observations *rows)
{
    size_t parts = 1 + draw(life, 3);
    struct datasets payload = {alloc_zeroed(parts, sizeof *payload.items), parts};
    for (size_t part = 0; part < parts; part++)
        dataset_init(&payload.items[part]);
    for (size_t i = 0; i < rows->len; i++)
        dataset_add(&payload.items[i * parts / rows->len], &rows->items[i]);
    return payload;
}

static int gate(struct life *life, uint32_t feed, const struct datasets *payload, struct release *ret_release)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct gate gate = {
        .feed = life->texts[feed].feed, .file = "payload", .newest_period = month(MONTHS - 1), .min_rows = 1};
    int r = gate_check(&gate, life->panel, payload, ret_release, &diags);
    diag_list_deinit(&diags);
    return r;
}

static size_t distinct_rows(const struct life *life)
{
    size_t n = 0;
    for (uint32_t key = 0; key < life->keys; key++)
        for (int i = 0; i < MONTHS; i++)
            n += life->taken[key][i];
    return n;
}

/* A payload goes the way of every payload. */
static void deliver(struct life *life, uint32_t feed, struct met *met)
{
    struct observations rows = rows_of(life);
    bool partial = is_partial(life, feed), spoilt = life->len == 0 || (one_in(life, 8) && spoil(life, &rows));
    struct datasets payload = payload_of(life, &rows);
    struct release release = {0};
    int r = gate(life, feed, &payload, &release);
    if (r == 0 && release.rows != distinct_rows(life))
        fail_life(life, "%zu rows, of which %zu are distinct", release.rows, distinct_rows(life));
    if (r != (partial || spoilt ? -EBADMSG : 0))
        fail_life(life, "the gate says %d of a payload that is %s", r,
            partial  ? "partial"
            : spoilt ? "spoilt"
                     : "right");
    if (r < 0)
        refuse(life, feed);
    else
        take(life, feed, &release, met);
    met->refused += r < 0;
    met->gone += partial;
    release_deinit(&release);
    datasets_deinit(&payload);
    alloc_free(rows.items);
    life->len = 0;
    memset(life->taken, 0, sizeof life->taken);
}

static void step(struct life *life, size_t rows, struct met *met)
{
    uint32_t feed = (uint32_t)draw(life, FEEDS);
    life->step++;
    life->months += life->months < MONTHS && one_in(life, 4);
    draw_payload(life, feed, rows);
    deliver(life, feed, met);
    if (one_in(life, 6)) {
        reopen(life);
        met->reopened++;
    }
    met->steps++;
    check_panel(life, life->panel, life->now);
    check_stored(life);
    check_as_of(life, (int64_t)draw(life, (uint64_t)life->payloads + 1));
}

/* ---- tests ---- */

static void tally(const struct life *life, struct met *met)
{
    for (uint32_t key = 0; key < life->keys; key++)
        for (int n = 0; n < MONTHS; n++)
            count_cell(&life->now->keys[key].cells[n], met);
    met->revised += (size_t)atoll(temp_store_sql(life->temp, "SELECT count(*) FROM revision"));
}

/* Lives of one size. */
struct size {
    const char *name;
    uint32_t keys;
    uint64_t runs;
    size_t rows; /* of a payload, at most, without those that repeat what is known */
    bool begins_full;
};

static const struct size sizes[] = {
    {"small histories", 40, 80, 30, false},
    {"several blocks of the panel in one of the store", 3 * PANEL_BLOCK, 12, 60, false},
    {"several blocks of the store", KEYS_MAX, 2, 400, true},
};

static void live(uint64_t seed, const struct size *size, struct met *met)
{
    void *temp = NULL;
    struct life *life = alloc_zeroed(1, sizeof *life);
    assert_int_equal(temp_store_setup(&temp), 0);
    life_begin(life, temp, seed, size->keys);
    for (uint32_t feed = 0; size->begins_full && feed < FEEDS; feed++) {
        draw_first_payload(life, feed);
        deliver(life, feed, met);
    }
    while (life->step < STEPS)
        step(life, size->rows, met);
    for (int64_t payload = 0; payload <= life->payloads; payload++)
        check_as_of(life, payload);
    assert_int_equal(store_each_revision(life->temp->store, check_revision, life), 0);
    tally(life, met);
    life_end(life);
    temp_store_teardown(&temp);
}

static void report(const char *what, const struct met *met)
{
    print_message("%s: %zu steps, %zu commits, %zu refused (%zu partial), %zu rolled back, %zu reopened; "
                  "%zu figures, %zu of them zero, %zu revised, %zu absent, %zu suppressed\n",
        what, met->steps, met->commits, met->refused, met->gone, met->rolled_back, met->reopened,
        met->figures, met->zeros, met->revised, met->absent, met->suppressed);
    assert_true(met->gone > 0 && met->refused > met->gone && met->rolled_back > 0 && met->reopened > 0);
    assert_true(met->zeros > 0 && met->absent > 0 && met->suppressed > 0 && met->revised > 0);
}

static void history_is_what_the_payloads_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct met met = {0};
        for (uint64_t seed = 1; seed <= sizes[i].runs; seed++)
            live(seed, &sizes[i], &met);
        report(sizes[i].name, &met);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_is_what_the_payloads_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
