#include "tests/support/rows.h"

#include <stdlib.h>

#include "base/alloc.h"

void rows_to_payload(const struct observations *rows, struct datasets *ret_payload)
{
    *ret_payload = (struct datasets){alloc_zeroed(1, sizeof(struct dataset)), 1};
    dataset_init(ret_payload->items);
    for (size_t i = 0; i < rows->len; i++)
        dataset_add(ret_payload->items, &rows->items[i]);
}

static int compare_lines(const void *left, const void *right)
{
    unsigned a = ((const struct observation *)left)->line, b = ((const struct observation *)right)->line;
    return (a > b) - (a < b);
}

static struct observation row_of(
    const struct dataset *dataset, const struct dataset_entry *entry, int32_t period, struct arena *arena)
{
    const struct dataset_series *series = &dataset->series[entry->series];
    struct observation row = {
        .reporter = arena_strdup(arena, dataset->texts[series->reporter]),
        .partner = arena_strdup(arena, dataset->texts[series->partner]),
        .product = arena_strdup(arena, dataset->texts[series->product]),
        .unit = arena_strdup(arena, dataset->texts[series->unit]),
        .flow = series->flow,
        .period = period,
        .line = entry->line,
        .flags = entry->flags,
    };
    for (unsigned column = 0; column < COLUMN_COUNT; column++) {
        row.present[column] = (entry->known >> column & 1) != 0;
        row.figure[column] = row.present[column] ? entry->figures[column] : 0;
    }
    return row;
}

void rows_of_payload(const struct datasets *payload, struct arena *arena, struct observations *ret_rows)
{
    struct observations rows = {0};
    struct dataset_entry entry;
    int32_t first, last;
    datasets_span(payload, &first, &last);
    for (size_t part = 0; part < payload->len; part++)
        rows.cap += payload->items[part].rows;
    if (rows.cap > 0)
        rows.items = arena_array(arena, rows.cap, sizeof *rows.items);
    for (size_t part = 0; part < payload->len; part++)
        for (int32_t period = first; rows.cap > 0 && period <= last; period++) {
            struct dataset_cursor cursor = dataset_month(&payload->items[part], period);
            while (dataset_next(&cursor, &entry))
                rows.items[rows.len++] = row_of(&payload->items[part], &entry, period, arena);
        }
    if (rows.len > 0)
        qsort(rows.items, rows.len, sizeof *rows.items, compare_lines);
    *ret_rows = rows;
}
