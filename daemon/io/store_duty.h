/* The store's table of duties: what the daemon is to do about an alert or a silence at a time, unless people
 * act before. A row leaves when the duty is done or has become void. Returns as io/store.h says. */
#ifndef IO_STORE_DUTY_H
#define IO_STORE_DUTY_H

#include "io/store.h"

enum duty_kind {
    DUTY_NONE,
    DUTY_ESCALATE, /* tell `receiver` of the alert if nobody has acknowledged it */
    DUTY_LAPSE,    /* the alert's acknowledgement has ended: say so where it still stands */
    DUTY_NOTICE,   /* say that the silence is about to end */
    DUTY_REPORT,   /* the silence has ended: say so, and if it has met no alert */
    DUTY_KIND_COUNT
};

struct duty {
    enum duty_kind kind;
    const char *alert;    /* whole id, or "" */
    int64_t silence;      /* or 0 */
    const char *receiver; /* name, or "" */
    int64_t due_ms;
};

/* Adds a duty; one of the same kind, alert, silence and receiver keeps the earlier time. */
int store_put_duty(struct store *store, const struct duty *duty);

/* Adds it, or gives it another time. */
int store_move_duty(struct store *store, const struct duty *duty);

int store_drop_duty(struct store *store, const struct duty *duty);

/* The earliest; -ENOENT: there is none. */
int store_next_duty(struct store *store, int64_t *ret_ms);

/* What is due, oldest first, and of the same moment the end of an acknowledgement before an escalation; texts
 * in `arena`. */
int store_due_duties(
    struct store *store, int64_t now_ms, struct arena *arena, struct duty **ret_duties, size_t *ret_count);

#endif
