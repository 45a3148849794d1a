/* What a change detector has seen, as one line of text that is kept and compared: a sum over all values, or
 * one for each month, "2026-07=0f3c… 2026-08=…". The order in which a source lists its values does not
 * matter. */
#ifndef FEEDS_DETECTOR_H
#define FEEDS_DETECTOR_H

#include "feeds/ask.h"

/* An answer to the detector's question. */
struct detector_answer {
    struct slice body;
    const char *etag, *last_modified; /* or NULL */
};

/* The line, in `arena`. NULL: the answer has no such value or header, or a month of it is none. */
const char *detector_text(
    const struct ask_detector *detector, const struct detector_answer *answer, struct arena *arena);

/* The months of `now` that are not the same in `before`, upwards, into an array of `arena`. Returns how many.
 */
size_t detector_changed(const char *before, const char *now, struct arena *arena, int32_t **ret_months);

#endif
