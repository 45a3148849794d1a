/* Deciding deliveries: one event becomes a message for one receiver, now or when it is released.
 *
 * All of it runs inside a transaction of the caller's. */
#ifndef APP_DELIVER_H
#define APP_DELIVER_H

#include "app/whole.h"
#include "io/store_held.h"

/* Delivers the event to the receiver, and before it what is held of its alert and came earlier, so that the
 * receiver hears the events in order. 0 or -errno. */
int deliver_events(struct engine *engine, const struct receiver *receiver, const struct held_rows *before,
    struct whole *whole, int64_t now_ms);

/* Releases all that is due for a receiver, by its name. What its limit or its quiet hours hold is put off. */
int deliver_due(struct engine *engine, const char *receiver, int64_t now_ms);

#endif
