/* History on disk: month-major, as the panel is. A row of `block` is one month of BLOCK_SERIES neighbouring
 * series, so that a new month is a few appends; what a payload changes in blocks that were there is also kept
 * in `revision`.
 *
 * Any past state of knowledge is the present one, without blocks that a later payload wrote first and with
 * the revisions of later payloads undone, newest first (store_vintage.c). */
#include <errno.h>

#include "base/alloc.h"
#include "core/period.h"
#include "io/store_internal.h"

_Static_assert(FLOW_EXPORT == 0 && FLOW_IMPORT == 1, "on disk");
_Static_assert(
    COLUMN_VALUE == 0 && COLUMN_QUANTITY == 1 && COLUMN_WEIGHT == 2 && COLUMN_COUNT == 3, "on disk");
_Static_assert(
    OBSERVATION_PRELIMINARY == 1 && OBSERVATION_ESTIMATED == 2 && OBSERVATION_SUPPRESSED == 4, "on disk");

/* ---- loading ---- */

static int load_series(struct store *store, struct panel *panel)
{
    struct query query = query_start(store, SQL_EACH_SERIES);
    while (query_step(&query) > 0) {
        int64_t id = query_int(&query, 0);
        struct series_key key = {
            .source = query_text(&query, 1),
            .reporter = query_text(&query, 2),
            .flow = (enum flow)query_enum(&query, 3, FLOW_IMPORT + 1),
            .partner = query_text(&query, 4),
            .product = query_text(&query, 5),
        };
        if (query.r == 0 && panel_add_series(panel, &key, query_text(&query, 6)) != id)
            query.r =
                store_damaged(store, "series %lld is there twice, or one before it is gone", (long long)id);
    }
    return query_end(&query);
}

static void load_figures(struct panel *panel, const struct block *block, uint32_t first, int32_t period)
{
    for (uint32_t i = 0; i < BLOCK_SERIES; i++) {
        for (int column = 0; column < COLUMN_COUNT; column++)
            if ((block->known[i] >> column & 1) != 0)
                panel_set(panel, first + i, (enum column)column, period, block->figures[column][i]);
        if (block->flags[i] != 0)
            panel_set_flags(panel, first + i, period, block->flags[i]);
    }
}

/* The panel trusts its caller with numbers and periods; a damaged row must not reach it. */
static bool is_place(int64_t first, int64_t period, size_t series)
{
    return first >= 0 && first % BLOCK_SERIES == 0 && (uint64_t)first < series &&
           period >= period_make(PERIOD_YEAR_MIN, 1) && period <= period_make(PERIOD_YEAR_MAX, 12);
}

static bool is_within(const struct block *block, size_t series)
{
    for (size_t i = series; i < BLOCK_SERIES; i++)
        if (block->known[i] != 0 || block->flags[i] != 0)
            return false;
    return true;
}

int history_load(struct store *store, struct panel *panel, int64_t payload)
{
    int r = load_series(store, panel);
    if (r < 0)
        return r;
    size_t series = panel_series_count(panel);
    struct query query = query_start(store, SQL_EACH_BLOCK);
    query_bind_int(&query, payload);
    while (query_step(&query) > 0) {
        int64_t period = query_int(&query, 0), first = query_int(&query, 1);
        if (!is_place(first, period, series) ||
            block_decode(store->codec, query_blob(&query, 2), store->block) < 0 ||
            !is_within(store->block, series - (size_t)first)) {
            query.r = store_damaged(
                store, "history of series %lld, month %lld", (long long)first, (long long)period);
            break;
        }
        load_figures(panel, store->block, (uint32_t)first, (int32_t)period);
    }
    return query_end(&query);
}

int store_load_panel(struct store *store, struct panel *panel)
{
    return history_load(store, panel, INT64_MAX);
}

/* ---- series ---- */

static int put_source(struct store *store, const char *name)
{
    struct query query = query_start(store, SQL_PUT_SOURCE);
    query_bind_text(&query, name);
    return query_run(&query);
}

static int put_series(struct store *store, uint32_t id, const struct series *series)
{
    struct query query = query_start(store, SQL_PUT_SERIES);
    query_bind_int(&query, id);
    query_bind_text(&query, series->key.source);
    query_bind_text(&query, series->key.reporter);
    query_bind_int(&query, series->key.flow);
    query_bind_text(&query, series->key.partner);
    query_bind_text(&query, series->key.product);
    query_bind_text(&query, series->unit);
    return query_run(&query);
}

static int put_new_series(struct store *store, const struct panel *panel, uint32_t first)
{
    const char *source = NULL;
    int r = 0;
    for (uint32_t id = first; id < panel_series_count(panel) && r == 0; id++) {
        const struct series *series = panel_series(panel, id);
        if (source == NULL || !str_equal(source, series->key.source))
            r = put_source(store, series->key.source);
        source = series->key.source;
        if (r == 0)
            r = put_series(store, id, series);
    }
    return r;
}

static int put_unit(struct store *store, uint32_t id, const char *unit)
{
    struct query query = query_start(store, SQL_PUT_UNIT);
    query_bind_text(&query, unit);
    query_bind_int(&query, id);
    return query_run(&query);
}

/* A series' unit may become known after its first figures. Collected first: an update would move the row that
 * is being read. */
static int put_new_units(struct store *store, const struct panel *panel)
{
    uint32_t *ids = NULL;
    size_t len = 0, cap = 0;
    struct query query = query_start(store, SQL_EACH_UNITLESS);
    while (query_step(&query) > 0) {
        int64_t id = query_int(&query, 0);
        if (id < 0 || (uint64_t)id >= panel_series_count(panel) ||
            panel_series(panel, (uint32_t)id)->unit[0] == '\0')
            continue;
        ids = alloc_grow(ids, len, &cap, sizeof *ids);
        ids[len++] = (uint32_t)id;
    }
    int r = query_end(&query);
    for (size_t i = 0; i < len && r == 0; i++)
        r = put_unit(store, ids[i], panel_series(panel, ids[i])->unit);
    alloc_free(ids);
    return r;
}

/* ---- blocks ---- */

enum touch { TOUCH_NONE, TOUCH_NEW, TOUCH_OLD /* the block was there */ };

/* Which blocks the changes touch: a byte for each group of series and month. */
struct touched {
    int32_t first; /* period */
    size_t months, groups;
    uint8_t *touches;
};

static uint8_t *touch_of(const struct touched *touched, uint32_t series, int32_t period)
{
    return &touched->touches[(size_t)(period - touched->first) * touched->groups + series / BLOCK_SERIES];
}

static void touched_init(
    struct touched *touched, const struct panel *panel, const struct panel_changes *changes)
{
    int32_t first = changes->items[0].period, last = first;
    for (size_t i = 0; i < changes->len; i++) {
        int32_t period = changes->items[i].period;
        first = period < first ? period : first;
        last = period > last ? period : last;
    }
    *touched = (struct touched){
        .first = first,
        .months = (size_t)(last - first + 1),
        .groups = panel_series_count(panel) / BLOCK_SERIES + 1,
    };
    touched->touches = alloc_zeroed(touched->months * touched->groups, 1);
    for (size_t i = 0; i < changes->len; i++)
        *touch_of(touched, changes->items[i].series, changes->items[i].period) = TOUCH_NEW;
}

static void fill_block(const struct panel *panel, uint32_t first, int32_t period, struct block *ret_block)
{
    size_t end = panel_series_count(panel) - first;
    *ret_block = (struct block){0};
    for (uint32_t i = 0; i < BLOCK_SERIES && i < end; i++) {
        for (int column = 0; column < COLUMN_COUNT; column++)
            if (panel_get(panel, first + i, (enum column)column, period, &ret_block->figures[column][i]))
                ret_block->known[i] |= (uint8_t)(1 << column);
        ret_block->flags[i] = (uint8_t)panel_flags(panel, first + i, period);
    }
}

/* Replaces the block's bytes where it is there; else adds it under the payload. */
static int put_bytes(struct store *store, struct slice bytes, uint32_t first, int32_t period, int64_t payload,
    enum touch *ret_touch)
{
    struct query update = query_start(store, SQL_UPDATE_BLOCK);
    query_bind_blob(&update, bytes);
    query_bind_int(&update, period);
    query_bind_int(&update, first);
    int r = query_run(&update);
    if (r < 0 || sqlite3_changes(store->db) > 0) {
        *ret_touch = TOUCH_OLD;
        return r;
    }
    struct query put = query_start(store, SQL_PUT_BLOCK);
    query_bind_blob(&put, bytes);
    query_bind_int(&put, period);
    query_bind_int(&put, first);
    query_bind_int(&put, payload);
    *ret_touch = TOUCH_NEW;
    return query_run(&put);
}

static int put_blocks(
    struct store *store, const struct panel *panel, const struct touched *touched, int64_t payload)
{
    struct buf bytes;
    buf_init(&bytes, BLOCK_BYTES_MAX);
    int r = 0;
    for (size_t i = 0; i < touched->months * touched->groups && r == 0; i++) {
        if (touched->touches[i] == TOUCH_NONE)
            continue;
        uint32_t first = (uint32_t)(i % touched->groups * BLOCK_SERIES);
        int32_t period = touched->first + (int32_t)(i / touched->groups);
        fill_block(panel, first, period, store->block);
        buf_clear(&bytes);
        r = block_encode(store->codec, store->block, &bytes);
        enum touch touch = TOUCH_NEW;
        if (r == 0)
            r = put_bytes(store, (struct slice){bytes.data, bytes.len}, first, period, payload, &touch);
        touched->touches[i] = (uint8_t)touch;
    }
    buf_deinit(&bytes);
    return r;
}

/* ---- revisions ---- */

static int put_revision(
    struct store *store, const struct panel *panel, const struct panel_change *change, int64_t payload)
{
    struct query query = query_start(store, SQL_PUT_REVISION);
    query_bind_int(&query, payload);
    query_bind_int(&query, change->series);
    query_bind_int(&query, change->period);
    query_bind_int(&query, change->column);
    if (change->had_old)
        query_bind_int(&query, change->old);
    else
        query_bind_null(&query);
    int64_t figure;
    if (panel_get(panel, change->series, change->column, change->period, &figure))
        query_bind_int(&query, figure);
    else
        query_bind_null(&query);
    query_bind_int(&query, change->old_flags);
    return query_run(&query);
}

/* Figures that came with their block need no row: the block says who wrote it first. */
static int put_revisions(struct store *store, const struct panel *panel, const struct panel_changes *changes,
    const struct touched *touched, int64_t payload)
{
    int r = 0;
    for (size_t i = 0; i < changes->len && r == 0; i++) {
        const struct panel_change *change = &changes->items[i];
        if (change->had_old || *touch_of(touched, change->series, change->period) == TOUCH_OLD)
            r = put_revision(store, panel, change, payload);
    }
    return r;
}

static int put_figures(
    struct store *store, const struct panel *panel, const struct panel_changes *changes, int64_t payload)
{
    if (changes->len == 0)
        return 0;
    struct touched touched;
    touched_init(&touched, panel, changes);
    int r = put_blocks(store, panel, &touched, payload);
    if (r == 0)
        r = put_revisions(store, panel, changes, &touched, payload);
    alloc_free(touched.touches);
    return r;
}

int store_put_changes(
    struct store *store, const struct panel *panel, const struct panel_changes *changes, int64_t payload)
{
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = put_new_series(store, panel, changes->first_new_series);
    if (r == 0)
        r = put_new_units(store, panel);
    if (r == 0)
        r = put_figures(store, panel, changes, payload);
    return store_leave(store, r);
}
