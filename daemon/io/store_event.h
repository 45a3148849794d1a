/* The journal, read: events as they were told. */
#ifndef IO_STORE_EVENT_H
#define IO_STORE_EVENT_H

#include "io/store.h"

/* An event as it was journaled. */
struct event_row {
    const char *alert; /* whole id */
    struct alert_scope scope;
    int seq;
    enum alert_event event;
    int32_t period, raised;
    enum severity severity;
    enum alert_state state;
    const char *reason, *sources, *vintage, *ruleset;
    int64_t at_ms;
    struct figure *figures; /* as they were told */
    size_t figure_count;
};

/* An event of an alert, by its id or the beginning of one, and by its number; 0 is the event that raised it.
 * -ENOENT; -ENOTUNIQ: several alerts begin so. All in `arena`. */
int store_get_event(
    struct store *store, const char *alert, int seq, struct arena *arena, struct event_row *ret_row);

/* The event as messages are rendered from it; texts, lists and figures in `arena`. -ENOENT. */
int store_get_record(
    struct store *store, const char *alert, int seq, struct arena *arena, struct alert_record *ret_record);

#endif
