/* The outbox for people: its deliveries as a table, or one of them with all that happened to it. */
#ifndef APP_OUTBOX_PRINT_H
#define APP_OUTBOX_PRINT_H

#include <stdio.h>

#include "io/store_receiver.h"

/* Deliveries in the wanted states, of all receivers or one (NULL: all); receivers that are left alone or
 * disabled; and how many there are of each. 0 or -errno. */
int outbox_print_list(
    struct store *store, const bool wanted[DELIVERY_STATE_COUNT], const char *receiver, FILE *out);

/* One delivery: where it stands, every attempt, and what people changed. -ENOENT. */
int outbox_print_delivery(struct store *store, int64_t delivery, FILE *out);

#endif
