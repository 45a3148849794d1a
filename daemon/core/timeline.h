/* A timeline: the figures of a history in the order in which they became known.
 *
 * A figure is known from the day on which the payload that brought it was seen. Where that was long after its
 * usual publication, as with history that was imported, nobody knows how it was first published: it has no
 * vintage, and is taken as published on the usual day, with the first value that we have. Later revisions are
 * known from their own day on. */
#ifndef CORE_TIMELINE_H
#define CORE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/observation.h"

/* A payload seen so many days after the usual publication of a month still brings its first publication. */
enum { TIMELINE_LATE_DAYS = 92 };

/* A figure, or only its month's flags, that became known. */
struct timeline_change {
    int32_t day;     /* core/date.h */
    int64_t payload; /* that brought it; 0: it has no vintage */
    uint32_t source; /* number of the feed */
    uint32_t series;
    int32_t period;
    enum column column;
    bool has_figure;
    int64_t figure;
    unsigned flags; /* of the month, from then on */
};

struct timeline {
    struct timeline_change *items;
    size_t len, cap;
    size_t figures;    /* counted once, whatever became of them */
    size_t no_vintage; /* of these, those that have none */
};

/* What was published together: by one payload, or without vintage by one feed on one day. */
struct timeline_release {
    int32_t day;
    bool vintage;
    const struct timeline_change *changes;
    size_t len;
};

/* Adds a change; its day is that of its payload. `first`: nothing was known of the figure before, and its
 * feed usually publishes a month `lag_days` after its end. */
void timeline_add(struct timeline *timeline, struct timeline_change change, bool first, int lag_days);

/* Puts the changes in order. Once, when all are there. */
void timeline_sort(struct timeline *timeline);

/* Walks the releases from the oldest on. Start with *offset 0; false at the end. */
bool timeline_next(const struct timeline *timeline, size_t *offset, struct timeline_release *ret_release);

void timeline_deinit(struct timeline *timeline);

#endif
