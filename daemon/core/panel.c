#include "core/panel.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/map.h"
#include "core/period.h"

enum {
    FIRST_MONTH = PERIOD_YEAR_MIN * 12,
    MONTHS = (PERIOD_YEAR_MAX - PERIOD_YEAR_MIN + 1) * 12,
};

/* One column of PANEL_BLOCK neighbouring series in one month. */
struct block {
    uint64_t present[PANEL_BLOCK / 64];
    int64_t figure[PANEL_BLOCK];
};

/* Flags are rare, so they have blocks of their own. */
struct flag_block {
    uint8_t flags[PANEL_BLOCK];
};

struct month {
    struct block **blocks[COLUMN_COUNT]; /* by series / PANEL_BLOCK; NULL where nothing is known */
    size_t len[COLUMN_COUNT];
    struct flag_block **flags;
    size_t flags_len;
};

struct panel {
    struct series *series;
    size_t len, cap;
    struct map by_key;
    struct arena texts;
    struct month *months[MONTHS]; /* by period - FIRST_MONTH */
    uint32_t *named;              /* series whose unit the newest panel_apply made known */
    size_t named_len, named_cap;
};

struct panel *panel_new(void)
{
    return alloc_zeroed(1, sizeof(struct panel));
}

static void month_free(struct month *month)
{
    for (int column = 0; column < COLUMN_COUNT; column++) {
        for (size_t i = 0; i < month->len[column]; i++)
            alloc_free(month->blocks[column][i]);
        alloc_free(month->blocks[column]);
    }
    for (size_t i = 0; i < month->flags_len; i++)
        alloc_free(month->flags[i]);
    alloc_free(month->flags);
    alloc_free(month);
}

void panel_free(struct panel *panel)
{
    if (panel == NULL)
        return;
    for (size_t i = 0; i < MONTHS; i++)
        if (panel->months[i] != NULL)
            month_free(panel->months[i]);
    alloc_free(panel->series);
    alloc_free(panel->named);
    map_deinit(&panel->by_key);
    arena_deinit(&panel->texts);
    alloc_free(panel);
}

/* ---- series ---- */

enum { KEY_TEXT_SIZE = 5 * PANEL_TEXT_MAX };

/* The key as one text: its parts joined by a byte that none of them holds. */
static size_t key_text(const struct series_key *key, char buf[KEY_TEXT_SIZE])
{
    const char *parts[] = {
        key->source, key->reporter, key->flow == FLOW_EXPORT ? "X" : "M", key->partner, key->product};
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t len = strnlen(parts[i], PANEL_TEXT_MAX - 1);
        memcpy(buf + n, parts[i], len);
        n += len;
        buf[n++] = '\n';
    }
    return n;
}

size_t panel_series_count(const struct panel *panel)
{
    return panel->len;
}

const struct series *panel_series(const struct panel *panel, uint32_t id)
{
    return &panel->series[id];
}

uint32_t panel_find(const struct panel *panel, const struct series_key *key)
{
    char text[KEY_TEXT_SIZE];
    uint32_t id;
    return map_get(&panel->by_key, text, key_text(key, text), &id) ? id : SERIES_NONE;
}

uint32_t panel_add_series(struct panel *panel, const struct series_key *key, const char *unit)
{
    uint32_t id = panel_find(panel, key);
    if (id != SERIES_NONE) {
        if (panel->series[id].unit[0] == '\0' && unit[0] != '\0')
            panel->series[id].unit = arena_strdup(&panel->texts, unit);
        return id;
    }
    id = (uint32_t)panel->len;
    panel->series = alloc_grow(panel->series, panel->len, &panel->cap, sizeof *panel->series);
    panel->series[panel->len++] = (struct series){
        .key =
            {
                .source = arena_strdup(&panel->texts, key->source),
                .reporter = arena_strdup(&panel->texts, key->reporter),
                .flow = key->flow,
                .partner = arena_strdup(&panel->texts, key->partner),
                .product = arena_strdup(&panel->texts, key->product),
            },
        .unit = arena_strdup(&panel->texts, unit),
    };
    char text[KEY_TEXT_SIZE];
    map_put(&panel->by_key, text, key_text(key, text), id);
    return id;
}

/* ---- figures ---- */

static const struct block *find_block(
    const struct panel *panel, uint32_t id, enum column column, int32_t period)
{
    if (period < FIRST_MONTH || period >= FIRST_MONTH + MONTHS)
        return NULL;
    const struct month *month = panel->months[period - FIRST_MONTH];
    size_t i = id / PANEL_BLOCK;
    return month != NULL && i < month->len[column] ? month->blocks[column][i] : NULL;
}

static struct month *need_month(struct panel *panel, int32_t period)
{
    struct month **month = &panel->months[period - FIRST_MONTH];
    if (*month == NULL)
        *month = alloc_zeroed(1, sizeof **month);
    return *month;
}

/* Lengthens a table of pointers, new ones NULL. */
static void *lengthen(void *table, size_t *len, size_t need)
{
    if (need <= *len)
        return table;
    table = alloc_resize(table, need, sizeof(void *));
    memset((char *)table + *len * sizeof(void *), 0, (need - *len) * sizeof(void *));
    *len = need;
    return table;
}

static struct block *need_block(struct panel *panel, uint32_t id, enum column column, int32_t period)
{
    struct month *month = need_month(panel, period);
    size_t i = id / PANEL_BLOCK;
    month->blocks[column] = lengthen(month->blocks[column], &month->len[column], i + 1);
    if (month->blocks[column][i] == NULL)
        month->blocks[column][i] = alloc_zeroed(1, sizeof(struct block));
    return month->blocks[column][i];
}

static bool is_present(const struct block *block, uint32_t id)
{
    return block != NULL && (block->present[id % PANEL_BLOCK / 64] >> (id % 64) & 1) != 0;
}

bool panel_get(
    const struct panel *panel, uint32_t id, enum column column, int32_t period, int64_t *ret_figure)
{
    const struct block *block = find_block(panel, id, column, period);
    if (!is_present(block, id))
        return false;
    *ret_figure = block->figure[id % PANEL_BLOCK];
    return true;
}

void panel_set(struct panel *panel, uint32_t id, enum column column, int32_t period, int64_t figure)
{
    struct block *block = need_block(panel, id, column, period);
    block->present[id % PANEL_BLOCK / 64] |= UINT64_C(1) << (id % 64);
    block->figure[id % PANEL_BLOCK] = figure;
    struct series *series = &panel->series[id];
    if (series->first == PERIOD_NONE || period < series->first)
        series->first = period;
    if (period > series->last)
        series->last = period;
}

static bool has_figure(const struct panel *panel, uint32_t id, int32_t period)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (is_present(find_block(panel, id, (enum column)column, period), id))
            return true;
    return false;
}

/* Narrows first … last after a figure has gone. */
static void narrow(struct panel *panel, uint32_t id)
{
    struct series *series = &panel->series[id];
    while (series->first <= series->last && !has_figure(panel, id, series->first))
        series->first++;
    while (series->last >= series->first && !has_figure(panel, id, series->last))
        series->last--;
    if (series->first > series->last)
        series->first = series->last = PERIOD_NONE;
}

void panel_clear(struct panel *panel, uint32_t id, enum column column, int32_t period)
{
    if (!is_present(find_block(panel, id, column, period), id))
        return;
    struct block *block = need_block(panel, id, column, period);
    block->present[id % PANEL_BLOCK / 64] &= ~(UINT64_C(1) << (id % 64));
    block->figure[id % PANEL_BLOCK] = 0;
    narrow(panel, id);
}

unsigned panel_flags(const struct panel *panel, uint32_t id, int32_t period)
{
    if (period < FIRST_MONTH || period >= FIRST_MONTH + MONTHS)
        return 0;
    const struct month *month = panel->months[period - FIRST_MONTH];
    size_t i = id / PANEL_BLOCK;
    if (month == NULL || i >= month->flags_len || month->flags[i] == NULL)
        return 0;
    return month->flags[i]->flags[id % PANEL_BLOCK];
}

void panel_set_flags(struct panel *panel, uint32_t id, int32_t period, unsigned flags)
{
    if (flags == panel_flags(panel, id, period))
        return;
    struct month *month = need_month(panel, period);
    size_t i = id / PANEL_BLOCK;
    month->flags = lengthen(month->flags, &month->flags_len, i + 1);
    if (month->flags[i] == NULL)
        month->flags[i] = alloc_zeroed(1, sizeof(struct flag_block));
    month->flags[i]->flags[id % PANEL_BLOCK] = (uint8_t)flags;
}

static void read_column(
    const struct panel *panel, uint32_t group, enum column column, int32_t period, struct panel_month *month)
{
    const struct block *block = find_block(panel, group * PANEL_BLOCK, column, period);
    for (unsigned at = 0; at < PANEL_BLOCK; at++) {
        bool known = is_present(block, at);
        month->known[at] |= (uint8_t)(known ? 1 << column | PANEL_ROW : 0);
        month->figures[column][at] = known ? block->figure[at] : 0;
    }
}

bool panel_read(const struct panel *panel, uint32_t group, int32_t period, struct panel_month *ret_month)
{
    if (period < FIRST_MONTH || period >= FIRST_MONTH + MONTHS || panel->months[period - FIRST_MONTH] == NULL)
        return false;
    const struct month *stored = panel->months[period - FIRST_MONTH];
    bool any = group < stored->flags_len && stored->flags[group] != NULL;
    for (int column = 0; column < COLUMN_COUNT; column++)
        any = any || (group < stored->len[column] && stored->blocks[column][group] != NULL);
    if (!any)
        return false;
    memset(ret_month->known, 0, sizeof ret_month->known);
    for (int column = 0; column < COLUMN_COUNT; column++)
        read_column(panel, group, (enum column)column, period, ret_month);
    for (unsigned at = 0; at < PANEL_BLOCK; at++)
        ret_month->flags[at] = (uint8_t)panel_flags(panel, group * PANEL_BLOCK + at, period);
    return true;
}

int64_t panel_window_sum(
    const struct panel *panel, uint32_t id, enum column column, int32_t from, int32_t to, int *ret_missing)
{
    int64_t sum = 0;
    int missing = 0;
    for (int32_t period = from; period <= to; period++) {
        const struct block *block = find_block(panel, id, column, period);
        if (is_present(block, id))
            sum += block->figure[id % PANEL_BLOCK]; /* gate: at most FIGURE_MAX, so 900 months fit */
        else
            missing++;
    }
    *ret_missing = missing;
    return sum;
}

int32_t panel_first(const struct panel *panel)
{
    int32_t first = PERIOD_NONE;
    for (size_t i = 0; i < panel->len; i++) {
        int32_t period = panel->series[i].first;
        if (period != PERIOD_NONE && (first == PERIOD_NONE || period < first))
            first = period;
    }
    return first;
}

int32_t panel_last(const struct panel *panel)
{
    int32_t last = PERIOD_NONE;
    for (size_t i = 0; i < panel->len; i++)
        if (panel->series[i].last > last)
            last = panel->series[i].last;
    return last;
}

/* ---- payloads ---- */

static void push_change(struct panel_changes *changes, struct panel_change change)
{
    changes->items = alloc_grow(changes->items, changes->len, &changes->cap, sizeof *changes->items);
    changes->items[changes->len++] = change;
}

/* A row without figures that changes the flags of its month (confidential now). Recorded as a change of the
 * value, which stays what it was, so that it is judged, stored and undone with the rest. */
static void push_flags_change(struct panel *panel, uint32_t id, const struct observation *row,
    unsigned old_flags, struct panel_changes *changes)
{
    struct panel_change change = {
        .series = id,
        .period = row->period,
        .column = COLUMN_VALUE,
        .old_flags = (uint8_t)old_flags,
    };
    change.had_old = panel_get(panel, id, change.column, row->period, &change.old);
    change.figure = change.old;
    push_change(changes, change);
}

static void apply_row(
    struct panel *panel, uint32_t id, const struct observation *row, struct panel_changes *changes)
{
    unsigned old_flags = panel_flags(panel, id, row->period);
    size_t before = changes->len;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (!row->present[column])
            continue;
        struct panel_change change = {
            .series = id,
            .period = row->period,
            .column = (enum column)column,
            .figure = row->figure[column],
            .old_flags = (uint8_t)old_flags,
        };
        change.had_old = panel_get(panel, id, change.column, row->period, &change.old);
        if (change.had_old && change.old == change.figure && old_flags == row->flags)
            continue;
        panel_set(panel, id, change.column, row->period, change.figure);
        push_change(changes, change);
    }
    if (changes->len == before && old_flags != row->flags)
        push_flags_change(panel, id, row, old_flags, changes);
    panel_set_flags(panel, id, row->period, row->flags);
}

/* Remembers that the row is the first to name the unit of its series. */
static void name_unit(struct panel *panel, uint32_t id, const char *unit)
{
    if (panel->series[id].unit[0] != '\0' || unit[0] == '\0')
        return;
    panel->named = alloc_grow(panel->named, panel->named_len, &panel->named_cap, sizeof *panel->named);
    panel->named[panel->named_len++] = id;
    panel->series[id].unit = arena_strdup(&panel->texts, unit);
}

/* The series of a row, found or added; `known` has those of earlier rows. */
static uint32_t series_of_row(
    struct panel *panel, const char *source, const struct observation *row, struct map *known)
{
    struct row_key row_texts = row_key(row);
    uint32_t id;
    if (!map_get(known, &row_texts, sizeof row_texts, &id)) {
        struct series_key key = {source, row->reporter, row->flow, row->partner, row->product};
        id = panel_add_series(panel, &key, "");
        map_put(known, &row_texts, sizeof row_texts, id);
    }
    name_unit(panel, id, row->unit);
    return id;
}

void panel_apply(struct panel *panel, const char *source, const struct observations *rows,
    struct panel_changes *ret_changes)
{
    struct panel_changes changes = {.first_new_series = (uint32_t)panel->len};
    struct map known = MAP_NULL;
    panel->named_len = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct observation *row = &rows->items[i];
        apply_row(panel, series_of_row(panel, source, row, &known), row, &changes);
    }
    map_deinit(&known);
    *ret_changes = changes;
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
    for (size_t i = 0; i < panel->named_len; i++)
        panel->series[panel->named[i]].unit = "";
    panel->named_len = 0;
    panel->len = changes->first_new_series;
    map_truncate(&panel->by_key, panel->len);
}

void panel_changes_deinit(struct panel_changes *changes)
{
    alloc_free(changes->items);
    *changes = (struct panel_changes){0};
}
