/* The store's table of what is held: a receiver is to know of an event, but not now.
 *
 * A row is written in the transaction that decides, and leaves only by becoming part of a delivery, in one
 * transaction with it. Returns as io/store.h says. */
#ifndef IO_STORE_HELD_H
#define IO_STORE_HELD_H

#include "core/hold.h"
#include "io/store_outbox.h"

struct held_row {
    const char *receiver;
    const char *alert;
    int seq;
    struct holding holding;
    enum severity severity; /* of the event, where it is read; */
    enum alert_event event; /* and its kind */
};

/* Adds a row. (receiver, alert, seq) is unique, also among what was delivered: adding again is no change. */
int store_put_held(struct store *store, const struct held_row *row);

/* The earliest time at which something is to be released; -ENOENT: nothing is held. */
int store_next_held(struct store *store, int64_t *ret_ms);

/* Names of the receivers for which something is to be released; in `arena`. */
int store_due_receivers(struct store *store, int64_t now_ms, struct arena *arena, struct texts *ret_names);

struct held_rows {
    struct held_row *items; /* texts in the arena that was given */
    size_t len;
};

/* What is to be released for a receiver: what is due, and of the same alert all earlier events, so that it
 * hears them in order. Gravest and oldest alerts first, the events of one together; at most `limit`. */
int store_due_held(struct store *store, const char *receiver, int64_t now_ms, size_t limit,
    struct arena *arena, struct held_rows *ret_rows);

/* The events of the alert that are held for the receiver and came before this one, due or not. */
int store_held_before(
    struct store *store, const struct held_row *row, struct arena *arena, struct held_rows *ret_rows);

/* Puts off what is due for a receiver; `why` says what holds it from now on. */
int store_delay_held(
    struct store *store, const char *receiver, int64_t now_ms, const struct holding *holding);

/* Puts off all that is held of one alert for a receiver. */
int store_put_off(
    struct store *store, const char *receiver, const char *alert, const struct holding *holding);

/* Whether something of the alert is held for this reason. */
int store_is_held(struct store *store, const char *alert, enum hold why, bool *ret_held);

/* Whether anything of the alert was told to the receiver, or is held for it. */
int store_knows_of(struct store *store, const char *alert, const char *receiver, bool *ret_knows);

/* Makes due what is held for this reason. */
int store_wake_held(struct store *store, enum hold why, int64_t now_ms);

/* The row becomes a part of the delivery and is held no longer. */
int store_release_held(struct store *store, const struct held_row *row, int64_t delivery);

#endif
