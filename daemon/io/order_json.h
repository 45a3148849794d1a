/* What people order of the outbox, as the control socket carries it. */
#ifndef IO_ORDER_JSON_H
#define IO_ORDER_JSON_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum outbox_action { OUTBOX_RETRY, OUTBOX_DROP, OUTBOX_ENABLE };

struct outbox_order {
    enum outbox_action action;
    int64_t delivery;     /* RETRY, DROP; 0 with RETRY: all that is parked for the receiver */
    const char *receiver; /* RETRY without a delivery, ENABLE */
    const char *who;      /* the user, as the system knows it; not carried: the socket says it */
    const char *reason;   /* why; "" where nothing was said */
};

/* {"action": "retry", "delivery": 7, "receiver": "…", "reason": "…"}. 0, or -EMSGSIZE. */
int order_json_write(const struct outbox_order *order, struct buf *out);

/* Texts in `arena`; `who` is left as it is. -EINVAL: *ret_fault says why. */
int order_json_read(
    struct slice body, struct arena *arena, struct outbox_order *ret_order, const char **ret_fault);

#endif
