#include "core/release.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "core/panel.h"

void release_deinit(struct release *release)
{
    for (size_t i = 0; i < release->len; i++)
        panel_block_free(release->blocks[i].block);
    alloc_free(release->blocks);
    alloc_free(release->series);
    *release = (struct release){0};
}

void release_push(struct release *release, struct release_block block)
{
    release->blocks = alloc_grow(release->blocks, release->len, &release->cap, sizeof *release->blocks);
    release->blocks[release->len++] = block;
}

/* ---- rows → release ---- */

struct placed_row {
    const struct observation *row;
    uint32_t id; /* of its series: first among those of the rows, then as the panel numbers it */
};

/* Numbers the series of the rows in a panel of their own, which also finds their units. */
static void number_series(struct panel *own, const struct observations *rows, struct placed_row *placed)
{
    struct map known = MAP_NULL;
    for (size_t i = 0; i < rows->len; i++) {
        const struct observation *row = &rows->items[i];
        struct row_key texts = row_key(row);
        uint32_t id;
        struct series_key key = {"", row->reporter, row->flow, row->partner, row->product};
        bool was_known = map_get(&known, &texts, sizeof texts, &id);
        if (!was_known || (panel_series(own, id)->unit[0] == '\0' && row->unit[0] != '\0'))
            id = panel_add_series(own, &key, row->unit);
        if (!was_known)
            map_put(&known, &texts, sizeof texts, id);
        placed[i] = (struct placed_row){row, id};
    }
    map_deinit(&known);
}

static void push_series(struct release *release, const struct series *series, uint32_t id)
{
    const struct series_key *key = &series->key;
    release->series =
        alloc_grow(release->series, release->series_len, &release->series_cap, sizeof *release->series);
    release->series[release->series_len++] =
        (struct release_series){key->reporter, key->partner, key->product, series->unit, key->flow, id};
}

/* Lists the series that are new and those that get a unit. Returns the panel's number of each: the caller
 * frees them. */
static uint32_t *list_series(
    struct release *release, const struct panel *own, const struct panel *panel, const char *source)
{
    size_t count = panel_series_count(own);
    uint32_t *ids = alloc_zeroed(count, sizeof *ids), next = (uint32_t)panel_series_count(panel);
    for (uint32_t i = 0; i < count; i++) {
        struct series_key key = panel_series(own, i)->key;
        key.source = source;
        ids[i] = panel_find(panel, &key);
        if (ids[i] != SERIES_NONE)
            continue;
        ids[i] = next++;
        push_series(release, panel_series(own, i), ids[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        if (ids[i] < panel_series_count(panel) && panel_series(panel, ids[i])->unit[0] == '\0' &&
            panel_series(own, i)->unit[0] != '\0')
            push_series(release, panel_series(own, i), ids[i]);
    return ids;
}

/* By block; rows of one series and month in the payload's order. */
static int compare_rows(const void *left, const void *right)
{
    const struct placed_row *a = left, *b = right;
    if (a->row->period != b->row->period)
        return a->row->period < b->row->period ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static void fold_row(const struct placed_row *placed, struct panel_month *month)
{
    unsigned at = placed->id % PANEL_BLOCK;
    month->known[at] |= PANEL_ROW;
    month->flags[at] = (uint8_t)placed->row->flags;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (placed->row->present[column]) {
            month->known[at] |= (uint8_t)(1U << column);
            month->figures[column][at] = placed->row->figure[column];
        }
}

static void fold_blocks(struct release *release, const struct placed_row *rows, size_t len)
{
    for (size_t i = 0; i < len;) {
        struct release_block block = {.group = rows[i].id / PANEL_BLOCK, .period = rows[i].row->period};
        struct panel_month month = {{0}, {0}, {{0}}};
        for (; i < len && rows[i].id / PANEL_BLOCK == block.group && rows[i].row->period == block.period; i++)
            fold_row(&rows[i], &month);
        block.block = panel_block_pack(&month);
        release_push(release, block);
    }
}

void panel_apply(struct panel *panel, const char *source, const struct observations *rows,
    struct panel_changes *ret_changes)
{
    struct release release = {0};
    struct panel *own = panel_new();
    struct placed_row *placed = alloc_zeroed(rows->len, sizeof *placed);
    number_series(own, rows, placed);
    uint32_t *ids = list_series(&release, own, panel, source);
    for (size_t i = 0; i < rows->len; i++)
        placed[i].id = ids[placed[i].id];
    if (rows->len > 0)
        qsort(placed, rows->len, sizeof *placed, compare_rows);
    fold_blocks(&release, placed, rows->len);
    panel_apply_release(panel, source, &release, ret_changes);
    release_deinit(&release);
    alloc_free(ids);
    alloc_free(placed);
    panel_free(own);
}
