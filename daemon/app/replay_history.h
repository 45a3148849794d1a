/* The history of the store as a timeline: what became known when. */
#ifndef APP_REPLAY_HISTORY_H
#define APP_REPLAY_HISTORY_H

#include "core/timeline.h"
#include "feeds/descriptor.h"
#include "io/store.h"

/* Days on which a series' first and newest figures became known; DATE_NONE: it has none. */
struct replay_known {
    int32_t first, last;
};

struct replay_history {
    struct panel *panel;        /* its series; its figures are those of the first payloads */
    struct timeline timeline;   /* of the series of the feeds that were given */
    struct replay_known *known; /* by series */
    int lag_days;               /* that was assumed for figures without vintage; the longest of several */
};

/* `feeds` say how long after a month's end it is published. 0 or -errno; store_error() has the sentence.
 * replay_history_deinit in either case. */
int replay_history_load(struct store *store, const struct descriptor *feeds, size_t feed_count,
    struct replay_history *ret_history);
void replay_history_deinit(struct replay_history *history);

#endif
