/* Oversees deliveries: says on other channels that a receiver's are delayed, parked or stopped, and that this
 * is over. Inside a transaction of the caller's.
 *
 * Each is an alert about a receiver, as feed alerts are about a feed: raised once, cleared when it is over,
 * told to internal receivers only and never to the one that it is about. */
#ifndef APP_OVERSEE_H
#define APP_OVERSEE_H

#include "app/engine_state.h"

/* All receivers of the configuration. 0 or -errno. */
int oversee_receivers(struct engine *engine, int64_t now_ms);

/* One, after an attempt: where it was delivered, nothing is said to be late, since the rest follows. */
int oversee_receiver(struct engine *engine, const char *receiver, bool delivered, int64_t now_ms);

/* The receivers of the configuration are those now in force; one whose address has changed is enabled. */
int oversee_meet(struct engine *engine, int64_t now_ms);

#endif
