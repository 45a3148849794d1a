/* Deciding deliveries: one event becomes a message for one receiver, now or when it is released.
 *
 * All of it runs inside a transaction of the caller's. */
#ifndef APP_DELIVER_H
#define APP_DELIVER_H

#include "app/engine_state.h"
#include "io/store_held.h"

/* Renders the event's message for the receiver and adds its delivery, due at `at_ms`. 0 or -errno. */
int deliver_event(
    struct engine *engine, const struct receiver *receiver, const struct alert_record *record, int64_t at_ms);

/* Delivers what is held of the event's alert for its receiver and came before it, so that the receiver hears
 * the events in order. */
int deliver_held_before(
    struct engine *engine, const struct receiver *receiver, const struct alert_record *record, int64_t at_ms);

/* Releases all that is due. What cannot be released yet is put off. */
int deliver_due(struct engine *engine, int64_t now_ms);

#endif
