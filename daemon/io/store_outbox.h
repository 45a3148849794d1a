/* The outbox's table of the store: deliveries and every attempt at them.
 *
 * No delivery is ever deleted: it ends delivered, parked or dropped, and the sum of these and the pending
 * ones is what was decided. Returns as io/store.h says. */
#ifndef IO_STORE_OUTBOX_H
#define IO_STORE_OUTBOX_H

#include "io/store.h"

enum delivery_state {
    DELIVERY_PENDING,
    DELIVERY_DELIVERED,
    DELIVERY_PARKED,  /* not sent any more, and shown to people */
    DELIVERY_DROPPED, /* parked, and people have given it up */
};
enum { DELIVERY_STATE_COUNT = DELIVERY_DROPPED + 1 };

struct delivery_row {
    int64_t id;
    const char *alert; /* its event; of a delivery of several, the first */
    int seq;
    const char *receiver;              /* name in the configuration */
    const char *channel;               /* "email", "webhook" */
    const char *message_id;            /* stable: the same for every attempt */
    const char *subject, *text, *html; /* e-mail; "" else */
    const char *chart[LANGUAGE_COUNT]; /* e-mail: SVG, by enum language; "" where there is none */
    const char *body;                  /* webhook: the JSON; "" else */
    const char *thread; /* e-mail: Message-ID of the alert's first mail to this receiver, or "" */
    enum delivery_state state;
    int attempts; /* without those that failed on our own side */
    int64_t created_ms, next_ms, done_ms;
    const char *last_text; /* what the last attempt said */
};

/* Adds a pending delivery; its id in *ret_id. (alert, seq, receiver) is unique: adding again is no change,
 * *ret_id = 0. */
int store_put_delivery(struct store *store, const struct delivery_row *row, int64_t *ret_id);

/* Whether something of this alert, or a summary of its rule, was ever decided for the receiver. */
int store_was_told(
    struct store *store, const char *alert, const char *rule, const char *receiver, bool *ret_told);

/* What a receiver has got or is to get: deliveries that are pending, or ended after `since_ms`. */
int store_count_recent(struct store *store, const char *receiver, int64_t since_ms, int64_t *ret_count);

/* Of the same deliveries, the time at which the nth newest ended; of those pending `now_ms`. -ENOENT: there
 * are fewer. */
struct recent_question {
    const char *receiver;
    int64_t since_ms, now_ms;
    size_t nth; /* from 1 */
};
int store_nth_recent(struct store *store, const struct recent_question *question, int64_t *ret_ms);

/* What is asked for. The lists are JSON arrays of ids: what the asker knows better than the store. */
struct due_question {
    int64_t now_ms;
    size_t limit;
    const char *taken; /* not wanted: under way, or ended and not journaled yet */
    const char *done;  /* of them those that are over: later events need not wait for them */
};

/* Pending deliveries that are due: for each receiver the one that is due longest, and never a later event of
 * an alert before an earlier one that the same receiver still waits for. Texts in `arena`. */
int store_due_deliveries(struct store *store, const struct due_question *question, struct arena *arena,
    struct delivery_row **ret_rows, size_t *ret_count);

/* The earliest next_ms of a pending delivery; -ENOENT where none is pending. */
int store_next_delivery(struct store *store, int64_t *ret_ms);

/* Journals one attempt and moves the delivery: delivered, parked, or pending with its next time. A receiver
 * that is gone has all that is pending for it parked, and so is what is decided for it later. */
struct attempt_row {
    int64_t delivery;
    int64_t at_ms;
    enum delivery_state state;
    int64_t next_ms; /* for pending */
    long status;     /* HTTP or SMTP */
    const char *text;
    bool own_fault; /* of our side: journaled, but none of the receiver's attempts */
    const char *receiver;
    int64_t rest_ms;  /* the receiver is left alone until then; 0: it is not */
    const char *gone; /* digest of the address that said it is gone, which disables the receiver; or NULL */
};
int store_put_attempt(struct store *store, const struct attempt_row *row);

/* One delivery; -ENOENT. Texts in `arena`. */
int store_get_delivery(struct store *store, int64_t id, struct arena *arena, struct delivery_row *ret_row);

/* Calls fn for every attempt at a delivery, in order. */
int store_each_attempt(struct store *store, int64_t delivery,
    void (*fn)(void *userdata, const struct attempt_row *row), void *userdata);

/* Calls fn for deliveries in the state, newest first. */
int store_each_delivery(struct store *store, enum delivery_state state,
    void (*fn)(void *userdata, const struct delivery_row *row), void *userdata);

/* Calls fn for the deliveries of an alert, by event and receiver. */
int store_each_alert_delivery(struct store *store, const char *alert,
    void (*fn)(void *userdata, const struct delivery_row *row), void *userdata);

#endif
