/* Receivers in the store: who is left alone for a while, who is disabled, what people have changed in the
 * outbox, and the heartbeat. Returns as io/store.h says. */
#ifndef IO_STORE_RECEIVER_H
#define IO_STORE_RECEIVER_H

#include "io/store_outbox.h"

/* ---- receivers ---- */

/* The configuration has this receiver, at this address (a digest). A changed address is as good as a new
 * receiver: it is in use, and not left alone. *ret_enabled: it was disabled until now. */
int store_meet_receiver(
    struct store *store, const char *receiver, const char *address, int64_t now_ms, bool *ret_enabled);

struct receiver_row {
    const char *receiver;
    int64_t rest_ms;     /* left alone until then */
    int64_t disabled_ms; /* since then; 0: in use */
    const char *reason;  /* what it said */
    int64_t pending, parked;
};

/* Calls fn for every receiver that the store has met, by name. */
int store_each_receiver(
    struct store *store, void (*fn)(void *userdata, const struct receiver_row *row), void *userdata);

/* What is to be said of how deliveries to a receiver go. Deliveries that say the same of other receivers do
 * not count, or notices would be about notices. */
struct receiver_trouble {
    bool delayed;  /* one is pending for an hour (a critical alert) or four */
    bool parked;   /* one is parked and not dropped */
    bool disabled; /* the receiver has said that it is gone */
};
enum { DELAY_CRITICAL_MS = 3600 * 1000, DELAY_MS = 4 * DELAY_CRITICAL_MS };
int store_receiver_trouble(
    struct store *store, const char *receiver, int64_t now_ms, struct receiver_trouble *ret_trouble);

/* ---- what people change; each is journaled in the same call ---- */

struct outbox_change {
    const char *who, *reason;
    int64_t now_ms;
};

/* The delivery leaves at once, and has its whole schedule again where it was parked. -ENOENT: there is none;
 * -EALREADY: it is delivered; -EHOSTDOWN: its receiver is disabled. */
int store_retry_delivery(struct store *store, int64_t delivery, const struct outbox_change *change);

/* All that is parked and not dropped for the receiver; how many. -EHOSTDOWN: it is disabled. */
int store_retry_parked(
    struct store *store, const char *receiver, const struct outbox_change *change, int64_t *ret_count);

/* The delivery is given up. -ENOENT; -EALREADY: it is delivered, or dropped. */
int store_drop_delivery(struct store *store, int64_t delivery, const struct outbox_change *change);

/* The receiver is in use again. -EALREADY: it is not disabled, or unknown. */
int store_enable_receiver(struct store *store, const char *receiver, const struct outbox_change *change);

/* Calls fn for what was changed of a delivery, and of its receiver as a whole, in order. */
struct outbox_change_row {
    int64_t at_ms;
    const char *change; /* "retry", "drop", "disable", "enable" */
    const char *who, *reason;
};
int store_each_outbox_change(struct store *store, int64_t delivery,
    void (*fn)(void *userdata, const struct outbox_change_row *row), void *userdata);

/* ---- the heartbeat ---- */

struct heartbeat_row {
    int64_t beats;       /* so far */
    int failures;        /* in a row */
    int64_t answered_ms; /* the newest one that was; 0: none */
    const char *text;    /* the last answer; in the caller's arena */
};

int store_beat(struct store *store); /* one more has begun */
int store_put_beat(struct store *store, const struct attempt_row *attempt);
int store_get_heartbeat(struct store *store, struct arena *arena, struct heartbeat_row *ret_row);

#endif
