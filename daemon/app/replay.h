/* Replay: an event of an alert computed again from what was known then, and compared with the journal.
 *
 * All comes from the store: history as of the payload that caused the event, and the rule set of that time
 * with its tables, home country and feeds. No file of today is read. */
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "base/diag.h"
#include "io/store_event.h"

/* A thing that the journal and the replay both say. */
struct replay_line {
    const char *name, *then, *now;
    bool same;
};

struct replay {
    struct arena arena;
    struct event_row event;
    int64_t payload, payload_ms; /* the vintage */
    const char *payload_digest;
    struct replay_line *lines;
    size_t len, cap;
    size_t differences;
    const char *refused; /* why it cannot be replayed; NULL: it was */
};

/* An event by the beginning of its alert's id; seq 0: the one that raised it. 0, also where it is refused;
 * -ENOENT, -ENOTUNIQ of store_get_event; -EINVAL with faults of the kept rules in `diags`; other -errno of
 * the store. replay_deinit in any case. */
int replay_event(
    struct store *store, const char *alert, int seq, struct diag_list *diags, struct replay *ret_replay);
void replay_deinit(struct replay *replay);

#endif
