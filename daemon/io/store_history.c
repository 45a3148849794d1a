/* History on disk: month-major, as the panel is. A row of `block` is one month of BLOCK_SERIES neighbouring
 * series, so that a new month is a few appends; what a payload changes in blocks that were there is also kept
 * in `revision`.
 *
 * Any past state of knowledge is the present one, without blocks that a later payload wrote first and with
 * the revisions of later payloads undone, newest first (store_vintage.c). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
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

_Static_assert(BLOCK_SERIES % PANEL_BLOCK == 0, "a block on disk is made of whole blocks of the panel");

/* One of the panel's blocks out of a block on disk, and into one. */

static bool cut_month(const struct block *block, uint32_t offset, struct panel_month *ret_month)
{
    bool any = false;
    for (uint32_t i = 0; i < PANEL_BLOCK; i++) {
        uint8_t known = block->known[offset + i], flags = block->flags[offset + i];
        bool row = known != 0 || flags != 0;
        ret_month->known[i] = (uint8_t)(row ? known | PANEL_ROW : 0);
        ret_month->flags[i] = flags;
        any = any || row;
    }
    for (int column = 0; column < COLUMN_COUNT && any; column++)
        memcpy(
            ret_month->figures[column], block->figures[column] + offset, sizeof ret_month->figures[column]);
    return any;
}

static void paste_month(const struct panel_month *month, uint32_t offset, struct block *block)
{
    for (uint32_t i = 0; i < PANEL_BLOCK; i++)
        block->known[offset + i] = month->known[i] & (PANEL_ROW - 1);
    memcpy(block->flags + offset, month->flags, sizeof month->flags);
    for (int column = 0; column < COLUMN_COUNT; column++)
        memcpy(block->figures[column] + offset, month->figures[column], sizeof month->figures[column]);
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

/* ---- decoding, on all processors ---- */

enum { DECODED_AT_ONCE = 256, GROUPS = BLOCK_SERIES / PANEL_BLOCK };

/* A row of `block`, and what it holds as the panel keeps it. */
struct stored {
    struct buf bytes;
    int64_t first, period;
    struct panel_block *blocks[GROUPS];
    bool damaged;
};

/* A worker of its own memory, which takes every n-th row. */
struct loader {
    struct block_codec *codec;
    struct block *block;
    struct stored *rows;
    size_t len, step, series;
};

static void decode_row(struct loader *loader, struct stored *row)
{
    struct panel_month month;
    row->damaged =
        !is_place(row->first, row->period, loader->series) ||
        block_decode(loader->codec, (struct slice){row->bytes.data, row->bytes.len}, loader->block) < 0 ||
        !is_within(loader->block, loader->series - (size_t)row->first);
    for (uint32_t i = 0; i < GROUPS; i++)
        row->blocks[i] = !row->damaged && cut_month(loader->block, i * PANEL_BLOCK, &month)
                             ? panel_block_pack(&month)
                             : NULL;
}

static void decode_rows(void *userdata, size_t number)
{
    struct loader *loader = (struct loader *)userdata + number;
    for (size_t i = number; i < loader->len; i += loader->step)
        decode_row(loader, &loader->rows[i]);
}

struct loading {
    struct store *store;
    struct panel *panel;
    struct loader loaders[PARALLEL_MAX];
    struct stored rows[DECODED_AT_ONCE];
    size_t width, len;
    struct release release; /* what has been decoded so far */
};

static int end_batch(struct loading *loading)
{
    int r = 0;
    for (size_t i = 0; i < loading->width; i++)
        loading->loaders[i].len = loading->len;
    parallel_each(loading->width, decode_rows, loading->loaders);
    for (size_t i = 0; i < loading->len; i++) {
        const struct stored *row = &loading->rows[i];
        uint32_t first = (uint32_t)row->first / PANEL_BLOCK;
        if (row->damaged && r == 0)
            r = store_damaged(loading->store, "history of series %lld, month %lld", (long long)row->first,
                (long long)row->period);
        for (uint32_t group = 0; group < GROUPS; group++)
            if (row->blocks[group] != NULL)
                release_push(&loading->release,
                    (struct release_block){row->blocks[group], first + group, (int32_t)row->period});
    }
    loading->len = 0;
    return r;
}

/* A release is in this order; the store gives rows in that of their writing. */
static int compare_blocks(const void *left, const void *right)
{
    const struct release_block *a = left, *b = right;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

/* Moves all that was decoded into the panel, which has none of it. */
static void take_blocks(struct loading *loading)
{
    struct release *release = &loading->release;
    struct panel_changes changes;
    if (release->len > 0)
        qsort(release->blocks, release->len, sizeof *release->blocks, compare_blocks);
    panel_apply_release(loading->panel, "", release, &changes); /* there is no series to add */
    panel_changes_deinit(&changes);
}

static struct loading *loading_new(struct store *store, struct panel *panel)
{
    struct loading *loading = alloc_zeroed(1, sizeof *loading);
    *loading = (struct loading){.store = store, .panel = panel, .width = parallel_width()};
    for (size_t i = 0; i < loading->width; i++)
        loading->loaders[i] = (struct loader){
            .codec = block_codec_new(),
            .block = alloc_zeroed(1, sizeof(struct block)),
            .rows = loading->rows,
            .step = loading->width,
            .series = panel_series_count(panel),
        };
    for (size_t i = 0; i < DECODED_AT_ONCE; i++)
        buf_init(&loading->rows[i].bytes, BLOCK_BYTES_MAX);
    return loading;
}

static void loading_free(struct loading *loading)
{
    for (size_t i = 0; i < loading->width; i++) {
        block_codec_free(loading->loaders[i].codec);
        alloc_free(loading->loaders[i].block);
    }
    for (size_t i = 0; i < DECODED_AT_ONCE; i++)
        buf_deinit(&loading->rows[i].bytes);
    release_deinit(&loading->release);
    alloc_free(loading);
}

/* A blob that is longer than any block is cut, and does not decode. */
static int load_blocks(struct loading *loading, int64_t payload)
{
    struct query query = query_start(loading->store, SQL_EACH_BLOCK);
    query_bind_int(&query, payload);
    while (query.r == 0 && query_step(&query) > 0) {
        struct stored *row = &loading->rows[loading->len++];
        struct slice bytes = query_blob(&query, 2);
        row->period = query_int(&query, 0);
        row->first = query_int(&query, 1);
        buf_clear(&row->bytes);
        (void)buf_append(&row->bytes, bytes.data, bytes.len);
        if (loading->len == DECODED_AT_ONCE)
            query.r = end_batch(loading);
    }
    int r = query_end(&query);
    return r == 0 ? end_batch(loading) : r;
}

int history_load(struct store *store, struct panel *panel, int64_t payload)
{
    int r = load_series(store, panel);
    if (r < 0)
        return r;
    struct loading *loading = loading_new(store, panel);
    r = load_blocks(loading, payload);
    if (r == 0)
        take_blocks(loading);
    loading_free(loading);
    return r;
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

/* A block that the changes touch. */
struct touched {
    uint32_t first; /* series */
    int32_t period;
    bool was_there;
    struct buf bytes; /* until they are written */
};

struct touched_list {
    struct touched *items; /* by period, then series */
    size_t len;
};

static int compare_places(const void *left, const void *right)
{
    const struct touched *a = left, *b = right;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

static struct touched place_of(uint32_t series, int32_t period)
{
    return (struct touched){.first = series / BLOCK_SERIES * BLOCK_SERIES, .period = period};
}

static struct touched *find_touched(const struct touched_list *touched, uint32_t series, int32_t period)
{
    struct touched key = place_of(series, period);
    return bsearch(&key, touched->items, touched->len, sizeof key, compare_places);
}

/* Adds a place, which is mostly that of the change before. */
static size_t add_place(struct touched *items, size_t len, struct touched place)
{
    if (len > 0 && compare_places(&items[len - 1], &place) == 0)
        return len;
    items[len] = place;
    return len + 1;
}

static void touched_init(struct touched_list *touched, const struct panel_changes *changes)
{
    struct touched *items = alloc_zeroed(changes->block_len + changes->len, sizeof *items);
    size_t len = 0, kept = 0;
    for (size_t i = 0; i < changes->block_len; i++)
        len = add_place(
            items, len, place_of(changes->blocks[i].group * PANEL_BLOCK, changes->blocks[i].period));
    for (size_t i = 0; i < changes->len; i++)
        len = add_place(items, len, place_of(changes->items[i].series, changes->items[i].period));
    if (len > 0)
        qsort(items, len, sizeof *items, compare_places);
    for (size_t i = 0; i < len; i++)
        kept = add_place(items, kept, items[i]);
    *touched = (struct touched_list){items, kept};
}

static void touched_deinit(struct touched_list *touched)
{
    for (size_t i = 0; i < touched->len; i++)
        buf_deinit(&touched->items[i].bytes);
    alloc_free(touched->items);
}

/* ---- encoding, on all processors ---- */

/* A worker of its own memory, which takes every n-th block. */
struct encoder {
    const struct panel *panel;
    struct touched *items;
    size_t len, step;
    struct block_codec *codec;
    struct block *block;
    int r;
};

enum { ENCODED_AT_ONCE = 64 }; /* bounds what waits to be written */

static void fill_block(const struct panel *panel, const struct touched *touched, struct block *block)
{
    struct panel_month month;
    for (uint32_t offset = 0; offset < BLOCK_SERIES; offset += PANEL_BLOCK) {
        (void)panel_read(panel, (touched->first + offset) / PANEL_BLOCK, touched->period, &month);
        paste_month(&month, offset, block);
    }
}

static void encode(void *userdata, size_t number)
{
    struct encoder *encoder = (struct encoder *)userdata + number;
    for (size_t i = number; i < encoder->len && encoder->r == 0; i += encoder->step) {
        struct touched *touched = &encoder->items[i];
        fill_block(encoder->panel, touched, encoder->block);
        buf_init(&touched->bytes, BLOCK_BYTES_MAX);
        encoder->r = block_encode(encoder->codec, encoder->block, &touched->bytes);
    }
}

static int encode_all(
    const struct panel *panel, struct encoder *encoders, size_t width, struct touched *items, size_t len)
{
    for (size_t i = 0; i < width; i++) {
        encoders[i].panel = panel;
        encoders[i].items = items;
        encoders[i].len = len;
        encoders[i].step = width;
    }
    parallel_each(width, encode, encoders);
    for (size_t i = 0; i < width; i++)
        if (encoders[i].r < 0)
            return encoders[i].r;
    return 0;
}

/* Replaces the block's bytes where it is there; else adds it under the payload. */
static int put_bytes(struct store *store, struct touched *touched, int64_t payload)
{
    struct slice bytes = {touched->bytes.data, touched->bytes.len};
    struct query update = query_start(store, SQL_UPDATE_BLOCK);
    query_bind_blob(&update, bytes);
    query_bind_int(&update, touched->period);
    query_bind_int(&update, touched->first);
    int r = query_run(&update);
    touched->was_there = r == 0 && sqlite3_changes(store->db) > 0;
    if (r < 0 || touched->was_there)
        return r;
    struct query put = query_start(store, SQL_PUT_BLOCK);
    query_bind_blob(&put, bytes);
    query_bind_int(&put, touched->period);
    query_bind_int(&put, touched->first);
    query_bind_int(&put, payload);
    return query_run(&put);
}

static int put_blocks(
    struct store *store, const struct panel *panel, struct touched_list *touched, int64_t payload)
{
    struct encoder encoders[PARALLEL_MAX] = {{0}};
    size_t width = touched->len < parallel_width() ? touched->len : parallel_width();
    int r = 0;
    for (size_t i = 0; i < width; i++) {
        encoders[i].codec = block_codec_new();
        encoders[i].block = alloc_zeroed(1, sizeof *encoders[i].block);
    }
    for (size_t begin = 0; begin < touched->len && r == 0; begin += ENCODED_AT_ONCE) {
        struct touched *items = touched->items + begin;
        size_t len = touched->len - begin < ENCODED_AT_ONCE ? touched->len - begin : ENCODED_AT_ONCE;
        r = encode_all(panel, encoders, width, items, len);
        for (size_t i = 0; i < len && r == 0; i++) {
            r = put_bytes(store, &items[i], payload);
            buf_deinit(&items[i].bytes);
        }
    }
    for (size_t i = 0; i < width; i++) {
        block_codec_free(encoders[i].codec);
        alloc_free(encoders[i].block);
    }
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

/* The rows of a block that is new in the panel, but not on disk: nothing was known of them. */
static int put_new_rows(
    struct store *store, const struct panel *panel, struct panel_new_block block, int64_t payload)
{
    struct panel_month month;
    int r = 0;
    (void)panel_read(panel, block.group, block.period, &month);
    for (uint32_t at = 0; at < PANEL_BLOCK; at++)
        for (int column = 0; column < COLUMN_COUNT && r == 0; column++) {
            bool only_flags = column == COLUMN_VALUE && month.known[at] == PANEL_ROW;
            struct panel_change change = {
                .series = block.group * PANEL_BLOCK + at,
                .period = block.period,
                .column = (enum column)column,
            };
            if ((month.known[at] >> column & 1) != 0 || only_flags)
                r = put_revision(store, panel, &change, payload);
        }
    return r;
}

/* Figures that came with their block on disk need no row: the block says who wrote it first. */
static int put_revisions(struct store *store, const struct panel *panel, const struct panel_changes *changes,
    const struct touched_list *touched, int64_t payload)
{
    int r = 0;
    for (size_t i = 0; i < changes->len && r == 0; i++) {
        const struct panel_change *change = &changes->items[i];
        if (change->had_old || find_touched(touched, change->series, change->period)->was_there)
            r = put_revision(store, panel, change, payload);
    }
    for (size_t i = 0; i < changes->block_len && r == 0; i++) {
        struct panel_new_block block = changes->blocks[i];
        if (find_touched(touched, block.group * PANEL_BLOCK, block.period)->was_there)
            r = put_new_rows(store, panel, block, payload);
    }
    return r;
}

static int put_figures(
    struct store *store, const struct panel *panel, const struct panel_changes *changes, int64_t payload)
{
    if (changes->len + changes->block_len == 0)
        return 0;
    struct touched_list touched;
    touched_init(&touched, changes);
    int r = put_blocks(store, panel, &touched, payload);
    if (r == 0)
        r = put_revisions(store, panel, changes, &touched, payload);
    touched_deinit(&touched);
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
