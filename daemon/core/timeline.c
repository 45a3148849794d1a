#include "core/timeline.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "core/date.h"

void timeline_add(struct timeline *timeline, struct timeline_change change, bool first, int lag_days)
{
    int32_t usual = date_end_of_period(change.period) + lag_days;
    bool late = first && change.day > usual + TIMELINE_LATE_DAYS;
    if (late) {
        change.day = usual;
        change.payload = 0;
    }
    if (first && change.has_figure) {
        timeline->figures++;
        timeline->no_vintage += late;
    }
    timeline->items = alloc_grow(timeline->items, timeline->len, &timeline->cap, sizeof *timeline->items);
    timeline->items[timeline->len++] = change;
}

#define COMPARE(field)                                                                                       \
    if (a->field != b->field)                                                                                \
    return a->field < b->field ? -1 : 1

/* Payloads are numbered in the order in which they were seen; a figure has at most one change in each
 * release. These stand as the panel keeps figures, month by month. */
static int compare_changes(const void *left, const void *right)
{
    const struct timeline_change *a = left, *b = right;
    COMPARE(day);
    COMPARE(payload);
    COMPARE(source);
    COMPARE(period);
    COMPARE(series);
    COMPARE(column);
    return 0;
}

#undef COMPARE

void timeline_sort(struct timeline *timeline)
{
    if (timeline->len > 0)
        qsort(timeline->items, timeline->len, sizeof *timeline->items, compare_changes);
}

bool timeline_next(const struct timeline *timeline, size_t *offset, struct timeline_release *ret_release)
{
    if (*offset == timeline->len)
        return false;
    const struct timeline_change *first = &timeline->items[*offset];
    size_t end = *offset;
    while (end < timeline->len && timeline->items[end].day == first->day &&
           timeline->items[end].payload == first->payload && timeline->items[end].source == first->source)
        end++;
    *ret_release = (struct timeline_release){first->day, first->payload != 0, first, end - *offset};
    *offset = end;
    return true;
}

void timeline_deinit(struct timeline *timeline)
{
    alloc_free(timeline->items);
    *timeline = (struct timeline){0};
}
