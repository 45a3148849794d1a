/* What people order of the outbox: try again, give up, use a receiver again. Each is journaled with who and
 * why.
 *
 * An order is carried out on the writing connection: by the engine where the daemon runs (MESSAGE_ORDER),
 * else by the command itself. */
#ifndef APP_OUTBOX_ORDER_H
#define APP_OUTBOX_ORDER_H

#include "base/arena.h"
#include "io/order_json.h"
#include "io/store_receiver.h"

/* In one transaction. *ret_text: what became of it, in `arena`. 0, or -errno: nothing has changed. */
int outbox_order_run(struct store *store, const struct outbox_order *order, int64_t now_ms,
    struct arena *arena, const char **ret_text);

#endif
