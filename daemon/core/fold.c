#include "core/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/str.h"
#include "core/period.h"

const char *const fold_column_names[COLUMN_COUNT] = {
    [COLUMN_VALUE] = "value", [COLUMN_QUANTITY] = "quantity", [COLUMN_WEIGHT] = "weight"};

/* A lane takes every n-th month. Its own memory and its own findings: lanes share nothing that is written. */
struct lane {
    const struct folding *folding;
    size_t number, count;
    struct panel_month *groups; /* the month that is being folded */
    bool *touched;              /* groups of it that hold anything; nothing else is initialised */
    struct release release;
    struct diag_list diags;
};

/* A list keeps no more, and a payload with so many is another table. */
static bool too_many_faults(const struct lane *lane)
{
    return lane->diags.errors >= DIAG_MAX;
}

/* ---- what messages say ---- */

const char *fold_describe(
    const struct folding *folding, uint32_t id, int32_t period, char buf[FOLD_TEXT_SIZE])
{
    const struct numbering *numbering = folding->numbering;
    char month[PERIOD_TEXT_SIZE];
    size_t i = 0;
    while (numbering->series[i].id != id)
        i++;
    const struct dataset *dataset = &folding->payload->items[numbering->series[i].part];
    const struct dataset_series *series = &dataset->series[numbering->series[i].index];
    snprintf(buf, FOLD_TEXT_SIZE, "%s %s %s, %s, %s", dataset->texts[series->reporter],
        series->flow == FLOW_EXPORT ? "export to" : "import from", dataset->texts[series->partner],
        dataset->texts[series->product], period_format(period, month));
    return buf;
}

unsigned fold_line(const struct folding *folding, uint32_t id, int32_t period)
{
    struct dataset_entry entry;
    for (size_t part = 0; part < folding->payload->len; part++) {
        struct dataset_cursor cursor = dataset_month(&folding->payload->items[part], period);
        while (dataset_next(&cursor, &entry))
            if (folding->numbering->ids[part][entry.series] == id)
                return entry.line;
    }
    return 0;
}

/* A figure in whole units with its thousandths. */
enum { AMOUNT_SIZE = 32 };

static const char *format_amount(int64_t figure, char buf[AMOUNT_SIZE])
{
    uint64_t size = figure < 0 ? -(uint64_t)figure : (uint64_t)figure;
    snprintf(buf, AMOUNT_SIZE, "%s%llu.%03llu", figure < 0 ? "-" : "",
        (unsigned long long)(size / FIGURE_SCALE), (unsigned long long)(size % FIGURE_SCALE));
    return buf;
}

/* ---- one row ---- */

/* A row of the month that is being folded. */
struct row {
    const struct dataset_entry *entry;
    uint32_t id;
    int32_t period;
};

static struct place row_place(const struct lane *lane, const struct row *row)
{
    return (struct place){lane->folding->gate->file, (int)row->entry->line, 1};
}

/* Corrections are published as new figures, never as negative ones: those are balancing entries of another
 * table. */
static void check_figure(struct lane *lane, const struct row *row, unsigned column, int64_t figure)
{
    char text[FOLD_TEXT_SIZE], amount[AMOUNT_SIZE];
    if (figure >= 0 && figure <= FIGURE_MAX)
        return;
    diag_error(&lane->diags, row_place(lane, row), figure < 0 ? "G103" : "G104", "%s: the %s %s is %s",
        fold_describe(lane->folding, row->id, row->period, text), fold_column_names[column],
        format_amount(figure, amount), figure < 0 ? "negative" : "several times world trade");
    if (figure > FIGURE_MAX)
        diag_hint(&lane->diags, "compare the unit of the source with the scale in the feed's descriptor");
}

static void check_period(struct lane *lane, const struct row *row)
{
    char text[FOLD_TEXT_SIZE], newest[PERIOD_TEXT_SIZE];
    diag_error(&lane->diags, row_place(lane, row), "G102", "%s: the month is in the future; we are in %s",
        fold_describe(lane->folding, row->id, row->period, text),
        period_format(lane->folding->gate->newest_period, newest));
    diag_hint(&lane->diags, "if the month is right, the clock of this machine is wrong");
}

static void put_first(struct panel_month *month, unsigned at, const struct dataset_entry *entry)
{
    month->known[at] = (uint8_t)(entry->known | PANEL_ROW);
    month->flags[at] = entry->flags;
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        month->figures[column][at] = (entry->known >> column & 1) != 0 ? entry->figures[column] : 0;
}

/* Another row of the same series and month, added to those before. */
static void add_row(struct lane *lane, struct panel_month *month, unsigned at, const struct row *row)
{
    const struct dataset_entry *entry = row->entry;
    month->known[at] &= (uint8_t)(entry->known | PANEL_ROW);
    month->flags[at] |= entry->flags;
    for (unsigned column = 0; column < COLUMN_COUNT; column++) {
        int64_t *sum = &month->figures[column][at];
        if ((month->known[at] >> column & 1) == 0) {
            *sum = 0;
            continue;
        }
        int64_t before = *sum;
        if (__builtin_add_overflow(*sum, entry->figures[column], sum))
            *sum = INT64_MAX;
        if (before <= FIGURE_MAX && entry->figures[column] <= FIGURE_MAX)
            check_figure(lane, row, column, *sum);
    }
}

static bool says_the_same(const struct panel_month *month, unsigned at, const struct dataset_entry *entry)
{
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        if ((entry->known >> column & 1) != 0 && month->figures[column][at] != entry->figures[column])
            return false;
    return month->known[at] == (entry->known | PANEL_ROW) && month->flags[at] == entry->flags;
}

/* Another figure of the observation. False where it contradicts those before. */
static bool join_row(struct panel_month *month, unsigned at, const struct dataset_entry *entry)
{
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        if ((entry->known & month->known[at] & 1U << column) != 0 &&
            month->figures[column][at] != entry->figures[column])
            return false;
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        if ((entry->known & 1U << column) != 0)
            month->figures[column][at] = entry->figures[column];
    month->known[at] |= entry->known;
    month->flags[at] |= entry->flags;
    return true;
}

static void refuse_double(struct lane *lane, const struct row *row)
{
    char text[FOLD_TEXT_SIZE];
    diag_error(&lane->diags, row_place(lane, row), "G101", "%s: line %u says something else of it",
        fold_describe(lane->folding, row->id, row->period, text),
        fold_line(lane->folding, row->id, row->period));
}

/* The group's month. Figures are written before they are known, so they may be anything until then. */
static struct panel_month *touch(struct lane *lane, uint32_t group)
{
    struct panel_month *month = &lane->groups[group];
    if (!lane->touched[group]) {
        memset(month->known, 0, sizeof month->known);
        memset(month->flags, 0, sizeof month->flags);
        lane->touched[group] = true;
    }
    return month;
}

static void fold_row(struct lane *lane, const struct row *row)
{
    unsigned at = row->id % PANEL_BLOCK;
    struct panel_month *month = touch(lane, row->id / PANEL_BLOCK);
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        if ((row->entry->known >> column & 1) != 0)
            check_figure(lane, row, column, row->entry->figures[column]);
    if (month->known[at] == 0)
        put_first(month, at, row->entry);
    else if (lane->folding->gate->sum)
        add_row(lane, month, at, row);
    else if (says_the_same(month, at, row->entry))
        return; /* sources repeat rows across sheets and pages; that does no harm */
    else if (!lane->folding->gate->by_figure || !join_row(month, at, row->entry))
        refuse_double(lane, row);
    lane->release.rows++;
}

/* ---- months ---- */

/* Packs what the month has come to. */
static void pack_groups(struct lane *lane, int32_t period)
{
    uint32_t groups = (lane->folding->numbering->end + PANEL_BLOCK - 1) / PANEL_BLOCK;
    for (uint32_t group = 0; group < groups; group++) {
        if (!lane->touched[group])
            continue;
        release_push(
            &lane->release, (struct release_block){panel_block_pack(&lane->groups[group]), group, period});
        lane->touched[group] = false;
    }
}

static void fold_month(struct lane *lane, int32_t period)
{
    const struct folding *folding = lane->folding;
    struct dataset_entry entry;
    bool future = period > folding->gate->newest_period;
    for (size_t part = 0; part < folding->payload->len; part++) {
        const uint32_t *ids = folding->numbering->ids[part];
        struct dataset_cursor cursor = dataset_month(&folding->payload->items[part], period);
        while (!too_many_faults(lane) && dataset_next(&cursor, &entry)) {
            struct row row = {&entry, ids[entry.series], period};
            if (future)
                check_period(lane, &row);
            fold_row(lane, &row);
        }
    }
    pack_groups(lane, period);
}

static void fold_lane(void *userdata, size_t i)
{
    struct lane *lane = (struct lane *)userdata + i;
    const struct folding *folding = lane->folding;
    size_t groups = (folding->numbering->end + PANEL_BLOCK - 1) / PANEL_BLOCK;
    lane->groups = alloc_resize(NULL, groups, sizeof *lane->groups);
    lane->touched = alloc_zeroed(groups, sizeof *lane->touched);
    for (int32_t period = folding->first + (int32_t)lane->number; period <= folding->last;
         period += (int32_t)lane->count)
        fold_month(lane, period);
    alloc_free(lane->groups);
    alloc_free(lane->touched);
}

/* ---- what the lanes have found ---- */

static struct diag_list *lane_faults(struct lane *lanes, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        diag_append(&lanes[0].diags, &lanes[i].diags);
        diag_list_deinit(&lanes[i].diags);
    }
    return &lanes[0].diags;
}

static int compare_blocks(const void *left, const void *right)
{
    const struct release_block *a = left, *b = right;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

static void join(struct lane *lane, struct release *release)
{
    for (size_t i = 0; i < lane->release.len; i++)
        release_push(release, lane->release.blocks[i]);
    release->rows += lane->release.rows;
    alloc_free(lane->release.blocks);
}

void fold(const struct folding *folding, struct release *release, struct diag_list *diags)
{
    size_t months = (size_t)(folding->last - folding->first + 1);
    size_t count = parallel_width() < months ? parallel_width() : months;
    struct lane *lanes = alloc_zeroed(count, sizeof *lanes);
    for (size_t i = 0; i < count; i++)
        lanes[i] = (struct lane){.folding = folding, .number = i, .count = count};
    parallel_each(count, fold_lane, lanes);
    for (size_t i = 0; i < count; i++)
        join(&lanes[i], release);
    diag_append(diags, lane_faults(lanes, count));
    diag_list_deinit(&lanes[0].diags);
    if (release->len > 0)
        qsort(release->blocks, release->len, sizeof *release->blocks, compare_blocks);
    alloc_free(lanes);
}
