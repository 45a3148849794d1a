#include "core/panel.h"

#include <string.h>

#include "base/alloc.h"
#include "core/period.h"
#include "core/series_set.h"

enum {
    FIRST_MONTH = PERIOD_YEAR_MIN * 12,
    MONTHS = (PERIOD_YEAR_MAX - PERIOD_YEAR_MIN + 1) * 12,
    KNOWN = (1 << COLUMN_COUNT) - 1, /* any figure, in panel_month.known */
};

struct month {
    struct panel_block **blocks; /* by series / PANEL_BLOCK; NULL where nothing is known */
    size_t len;
};

/* The block that single figures are written to. Its packed form is out of date until it is closed. */
struct open_block {
    uint32_t group;
    int32_t period; /* PERIOD_NONE: none is open */
    struct panel_month month;
};

struct panel {
    struct series_set series;
    struct month months[MONTHS]; /* by period - FIRST_MONTH */
    struct open_block open;
    uint32_t *named; /* series whose unit the newest release made known */
    size_t named_len, named_cap;
};

struct panel *panel_new(void)
{
    return alloc_zeroed(1, sizeof(struct panel));
}

void panel_free(struct panel *panel)
{
    if (panel == NULL)
        return;
    for (size_t i = 0; i < MONTHS; i++) {
        struct month *month = &panel->months[i];
        for (size_t group = 0; group < month->len; group++)
            panel_block_free(month->blocks[group]);
        alloc_free(month->blocks);
    }
    alloc_free(panel->named);
    series_set_deinit(&panel->series);
    alloc_free(panel);
}

/* ---- series ---- */

size_t panel_series_count(const struct panel *panel)
{
    return panel->series.len;
}

const struct series *panel_series(const struct panel *panel, uint32_t id)
{
    return &panel->series.items[id];
}

uint32_t panel_find(const struct panel *panel, const struct series_key *key)
{
    return series_set_find(&panel->series, key);
}

const char *panel_text(const struct panel *panel, const char *text)
{
    return series_set_text(&panel->series, text);
}

uint32_t panel_find_own(const struct panel *panel, const struct series_key *own, uint32_t near)
{
    return series_set_find_own(&panel->series, own, near);
}

uint32_t panel_add_series(struct panel *panel, const struct series_key *key, const char *unit)
{
    uint32_t id = series_set_add(&panel->series, key);
    if (panel->series.items[id].unit[0] == '\0')
        series_set_name_unit(&panel->series, id, unit);
    return id;
}

/* ---- blocks ---- */

static struct panel_block *find_block(const struct panel *panel, uint32_t group, int32_t period)
{
    if (period < FIRST_MONTH || period >= FIRST_MONTH + MONTHS)
        return NULL;
    const struct month *month = &panel->months[period - FIRST_MONTH];
    return group < month->len ? month->blocks[group] : NULL;
}

/* The table of a month is made for all series that there are. */
static void put_block(struct panel *panel, uint32_t group, int32_t period, struct panel_block *block)
{
    struct month *month = &panel->months[period - FIRST_MONTH];
    if (group >= month->len) {
        if (block == NULL)
            return;
        size_t len = panel->series.len / PANEL_BLOCK + 1;
        month->blocks = alloc_resize(month->blocks, len, sizeof *month->blocks);
        memset(month->blocks + month->len, 0, (len - month->len) * sizeof *month->blocks);
        month->len = len;
    }
    panel_block_free(month->blocks[group]);
    month->blocks[group] = block;
}

static bool is_open(const struct panel *panel, uint32_t group, int32_t period)
{
    return panel->open.period != PERIOD_NONE && panel->open.group == group && panel->open.period == period;
}

static void close_block(struct panel *panel)
{
    struct open_block *open = &panel->open;
    if (open->period != PERIOD_NONE)
        put_block(panel, open->group, open->period, panel_block_pack(&open->month));
    open->period = PERIOD_NONE;
}

/* The block of a series, to be written to. */
static struct panel_month *open_block(struct panel *panel, uint32_t id, int32_t period)
{
    uint32_t group = id / PANEL_BLOCK;
    if (!is_open(panel, group, period)) {
        close_block(panel);
        panel->open.group = group;
        panel->open.period = period;
        panel_block_unpack(find_block(panel, group, period), &panel->open.month);
    }
    return &panel->open.month;
}

/* A row is there where a figure or a flag is. */
static void settle_row(struct panel_month *month, unsigned at)
{
    month->known[at] &= KNOWN;
    if (month->known[at] != 0 || month->flags[at] != 0)
        month->known[at] |= PANEL_ROW;
}

static bool is_empty(const struct panel_month *month)
{
    for (unsigned at = 0; at < PANEL_BLOCK; at++)
        if (month->known[at] != 0)
            return false;
    return true;
}

bool panel_read(const struct panel *panel, uint32_t group, int32_t period, struct panel_month *ret_month)
{
    if (is_open(panel, group, period)) {
        *ret_month = panel->open.month;
        return !is_empty(ret_month);
    }
    const struct panel_block *block = find_block(panel, group, period);
    panel_block_unpack(block, ret_month);
    return block != NULL;
}

void panel_rows(const struct panel *panel, uint32_t group, int32_t period, struct panel_rows *ret_rows)
{
    panel_block_rows(find_block(panel, group, period), ret_rows);
}

size_t panel_bytes(const struct panel *panel)
{
    size_t bytes = 0;
    for (size_t i = 0; i < MONTHS; i++)
        for (size_t group = 0; group < panel->months[i].len; group++)
            bytes += panel_block_size(panel->months[i].blocks[group]);
    return bytes;
}

/* ---- single figures ---- */

bool panel_get(
    const struct panel *panel, uint32_t id, enum column column, int32_t period, int64_t *ret_figure)
{
    unsigned at = id % PANEL_BLOCK;
    if (!is_open(panel, id / PANEL_BLOCK, period))
        return panel_block_get(find_block(panel, id / PANEL_BLOCK, period), at, column, ret_figure);
    const struct panel_month *month = &panel->open.month;
    if ((month->known[at] >> column & 1) == 0)
        return false;
    *ret_figure = month->figures[column][at];
    return true;
}

unsigned panel_flags(const struct panel *panel, uint32_t id, int32_t period)
{
    if (is_open(panel, id / PANEL_BLOCK, period))
        return panel->open.month.flags[id % PANEL_BLOCK];
    return panel_block_flags(find_block(panel, id / PANEL_BLOCK, period), id % PANEL_BLOCK);
}

static void widen(struct series *series, int32_t period)
{
    if (series->first == PERIOD_NONE || period < series->first)
        series->first = period;
    if (period > series->last)
        series->last = period;
}

static bool has_figure(const struct panel *panel, uint32_t id, int32_t period)
{
    int64_t unused;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (panel_get(panel, id, (enum column)column, period, &unused))
            return true;
    return false;
}

/* Narrows first … last after a figure has gone. */
static void narrow(struct panel *panel, uint32_t id)
{
    struct series *series = &panel->series.items[id];
    while (series->first <= series->last && !has_figure(panel, id, series->first))
        series->first++;
    while (series->last >= series->first && !has_figure(panel, id, series->last))
        series->last--;
    if (series->first > series->last)
        series->first = series->last = PERIOD_NONE;
}

void panel_set(struct panel *panel, uint32_t id, enum column column, int32_t period, int64_t figure)
{
    struct panel_month *month = open_block(panel, id, period);
    month->known[id % PANEL_BLOCK] |= (uint8_t)(1U << column | PANEL_ROW);
    month->figures[column][id % PANEL_BLOCK] = figure;
    widen(&panel->series.items[id], period);
}

void panel_clear(struct panel *panel, uint32_t id, enum column column, int32_t period)
{
    int64_t unused;
    if (!panel_get(panel, id, column, period, &unused))
        return;
    struct panel_month *month = open_block(panel, id, period);
    month->known[id % PANEL_BLOCK] &= (uint8_t) ~(1U << column);
    month->figures[column][id % PANEL_BLOCK] = 0;
    settle_row(month, id % PANEL_BLOCK);
    narrow(panel, id);
}

void panel_set_flags(struct panel *panel, uint32_t id, int32_t period, unsigned flags)
{
    if (flags == panel_flags(panel, id, period))
        return;
    struct panel_month *month = open_block(panel, id, period);
    month->flags[id % PANEL_BLOCK] = (uint8_t)flags;
    settle_row(month, id % PANEL_BLOCK);
}

int64_t panel_window_sum(
    const struct panel *panel, uint32_t id, enum column column, int32_t from, int32_t to, int *ret_missing)
{
    int64_t sum = 0, figure;
    int missing = 0;
    for (int32_t period = from; period <= to; period++) {
        if (panel_get(panel, id, column, period, &figure))
            sum += figure; /* gate: at most FIGURE_MAX, so 900 months fit */
        else
            missing++;
    }
    *ret_missing = missing;
    return sum;
}

int32_t panel_first(const struct panel *panel)
{
    int32_t first = PERIOD_NONE;
    for (size_t i = 0; i < panel->series.len; i++) {
        int32_t period = panel->series.items[i].first;
        if (period != PERIOD_NONE && (first == PERIOD_NONE || period < first))
            first = period;
    }
    return first;
}

int32_t panel_last(const struct panel *panel)
{
    int32_t last = PERIOD_NONE;
    for (size_t i = 0; i < panel->series.len; i++)
        if (panel->series.items[i].last > last)
            last = panel->series.items[i].last;
    return last;
}

/* ---- whole blocks ---- */

/* First and last of the block's series after it has replaced another one. */
static void follow_block(struct panel *panel, uint32_t group, int32_t period,
    const struct panel_month *before, const struct panel_month *after)
{
    uint32_t first = group * PANEL_BLOCK;
    for (uint32_t at = 0; at < PANEL_BLOCK; at++) {
        if ((after->known[at] & KNOWN) != 0)
            widen(&panel->series.items[first + at], period);
        else if ((before->known[at] & KNOWN) != 0)
            narrow(panel, first + at);
    }
}

/* ---- releases ---- */

static void push_change(struct panel_changes *changes, struct panel_change change)
{
    changes->items = alloc_grow(changes->items, changes->len, &changes->cap, sizeof *changes->items);
    changes->items[changes->len++] = change;
    *(change.had_old ? &changes->revised : &changes->added) += 1;
}

/* A figure that differs, or stands under other flags now. */
static void merge_figure(struct panel_month *month, unsigned at, int64_t figure, struct panel_change change,
    struct panel_changes *changes)
{
    change.had_old = (month->known[at] >> change.column & 1) != 0;
    change.old = month->figures[change.column][at];
    change.figure = figure;
    push_change(changes, change);
}

/* One row of the release into that of the panel. A row without figures that changes the flags of its month
 * (confidential now) is recorded as a change of the value, which stays what it was, so that it is judged,
 * stored and undone with the rest. */
static void merge_row(struct panel_month *month, const struct panel_month *rows, unsigned at,
    struct panel_change change, struct panel_changes *changes)
{
    size_t before = changes->len;
    bool same_flags = month->flags[at] == rows->flags[at];
    change.old_flags = month->flags[at];
    for (int column = 0; column < COLUMN_COUNT; column++) {
        int64_t figure = rows->figures[column][at];
        bool had = (month->known[at] >> column & 1) != 0;
        if ((rows->known[at] >> column & 1) == 0 ||
            (had && same_flags && month->figures[column][at] == figure))
            continue;
        change.column = (enum column)column;
        merge_figure(month, at, figure, change, changes);
        month->known[at] |= (uint8_t)(1U << column);
        month->figures[column][at] = figure;
    }
    change.column = COLUMN_VALUE;
    if (changes->len == before && !same_flags)
        merge_figure(month, at, month->figures[COLUMN_VALUE][at], change, changes);
    month->flags[at] = rows->flags[at];
    settle_row(month, at);
}

static void merge_block(struct panel *panel, const struct release_block *from, struct panel_changes *changes)
{
    struct panel_month before, month, rows;
    panel_block_unpack(find_block(panel, from->group, from->period), &before);
    panel_block_unpack(from->block, &rows);
    month = before;
    size_t len = changes->len;
    for (unsigned at = 0; at < PANEL_BLOCK; at++)
        if ((rows.known[at] & PANEL_ROW) != 0)
            merge_row(&month, &rows, at,
                (struct panel_change){.series = from->group * PANEL_BLOCK + at, .period = from->period},
                changes);
    if (changes->len == len)
        return;
    put_block(panel, from->group, from->period, panel_block_pack(&month));
    follow_block(panel, from->group, from->period, &before, &month);
}

/* Whether each row has a figure or a flag. */
static bool is_settled(const struct panel_rows *rows)
{
    bool settled = true;
    for (int word = 0; word < PANEL_WORDS; word++)
        settled = settled && rows->rows[word] == (rows->figured[word] | rows->flagged[word]);
    return settled;
}

/* What a new block counts: its figures, and rows that only have flags. */
static size_t count_new(const struct panel_rows *rows)
{
    size_t count = rows->figures;
    for (int word = 0; word < PANEL_WORDS; word++)
        count += (size_t)__builtin_popcountll(rows->flagged[word] & ~rows->figured[word]);
    return count;
}

/* Rows that say nothing are not kept. */
static struct panel_block *settle_block(const struct panel_block *block)
{
    struct panel_month month;
    panel_block_unpack(block, &month);
    for (unsigned at = 0; at < PANEL_BLOCK; at++)
        settle_row(&month, at);
    return panel_block_pack(&month);
}

static void take_block(struct panel *panel, struct release_block *from, struct panel_changes *changes)
{
    struct panel_rows rows;
    panel_block_rows(from->block, &rows);
    size_t added = count_new(&rows);
    if (added == 0)
        return;
    bool settled = is_settled(&rows);
    put_block(panel, from->group, from->period, settled ? from->block : settle_block(from->block));
    if (settled)
        from->block = NULL;
    changes->blocks =
        alloc_grow(changes->blocks, changes->block_len, &changes->block_cap, sizeof *changes->blocks);
    struct panel_new_block *new = &changes->blocks[changes->block_len++];
    *new = (struct panel_new_block){.group = from->group, .period = from->period};
    memcpy(new->figured, rows.figured, sizeof new->figured);
    changes->added += added;
}

/* Series that have a figure in the block, but not in those seen before, which it joins. */
static void widen_unseen(struct panel *panel, const struct panel_new_block *block, uint64_t seen[PANEL_WORDS])
{
    struct series *series = panel->series.items + (size_t)block->group * PANEL_BLOCK;
    for (unsigned word = 0; word < PANEL_WORDS; word++) {
        for (uint64_t left = block->figured[word] & ~seen[word]; left != 0; left &= left - 1)
            widen(&series[word * 64 + (unsigned)__builtin_ctzll(left)], block->period);
        seen[word] |= block->figured[word];
    }
}

/* First and last of the series of new blocks: each is met once from the front, and once from the back. */
static void widen_new(struct panel *panel, const struct panel_changes *changes)
{
    size_t groups = panel->series.len / PANEL_BLOCK + 1;
    uint64_t(*seen)[PANEL_WORDS] = alloc_zeroed(groups, sizeof *seen);
    for (size_t i = 0; i < changes->block_len; i++)
        widen_unseen(panel, &changes->blocks[i], seen[changes->blocks[i].group]);
    memset(seen, 0, groups * sizeof *seen);
    for (size_t i = changes->block_len; i-- > 0;)
        widen_unseen(panel, &changes->blocks[i], seen[changes->blocks[i].group]);
    alloc_free(seen);
}

/* Adds the series, or remembers that the release is the first to name its unit. */
static void take_series(struct panel *panel, const char *source, const struct release_series *from)
{
    struct series_set *series = &panel->series;
    if (from->id >= series->len) {
        struct series_key key = {source, from->reporter, from->flow, from->partner, from->product};
        panel_add_series(panel, &key, from->unit);
    } else if (series->items[from->id].unit[0] == '\0' && from->unit[0] != '\0') {
        panel->named = alloc_grow(panel->named, panel->named_len, &panel->named_cap, sizeof *panel->named);
        panel->named[panel->named_len++] = from->id;
        series_set_name_unit(series, from->id, from->unit);
    }
}

void panel_apply_release(
    struct panel *panel, const char *source, struct release *release, struct panel_changes *ret_changes)
{
    struct panel_changes changes = {.first_new_series = (uint32_t)panel->series.len};
    close_block(panel);
    panel->named_len = 0;
    series_set_reserve(&panel->series, release->series_len);
    for (size_t i = 0; i < release->series_len; i++)
        take_series(panel, source, &release->series[i]);
    for (size_t i = 0; i < release->len; i++) {
        struct release_block *block = &release->blocks[i];
        if (find_block(panel, block->group, block->period) != NULL)
            merge_block(panel, block, &changes);
        else
            take_block(panel, block, &changes);
    }
    widen_new(panel, &changes);
    *ret_changes = changes;
}

static void drop_block(struct panel *panel, struct panel_new_block block)
{
    struct panel_month before, after = {{0}, {0}, {{0}}};
    panel_block_unpack(find_block(panel, block.group, block.period), &before);
    put_block(panel, block.group, block.period, NULL);
    follow_block(panel, block.group, block.period, &before, &after);
}

void panel_revert(struct panel *panel, const struct panel_changes *changes)
{
    for (size_t i = changes->len; i-- > 0;) {
        const struct panel_change *change = &changes->items[i];
        if (change->had_old)
            panel_set(panel, change->series, change->column, change->period, change->old);
        else
            panel_clear(panel, change->series, change->column, change->period);
        panel_set_flags(panel, change->series, change->period, change->old_flags);
    }
    close_block(panel);
    for (size_t i = changes->block_len; i-- > 0;)
        drop_block(panel, changes->blocks[i]);
    for (size_t i = 0; i < panel->named_len; i++)
        series_set_name_unit(&panel->series, panel->named[i], "");
    panel->named_len = 0;
    series_set_truncate(&panel->series, changes->first_new_series);
}

void panel_changes_deinit(struct panel_changes *changes)
{
    alloc_free(changes->items);
    alloc_free(changes->blocks);
    *changes = (struct panel_changes){0};
}
