#include "app/outbox_order.h"

#include <errno.h>

/* Carries it out inside the transaction; *ret_count: how many deliveries it concerns. */
static int carry_out(
    struct store *store, const struct outbox_order *order, int64_t now_ms, int64_t *ret_count)
{
    struct outbox_change change = {order->who, order->reason, now_ms};
    *ret_count = 1;
    switch (order->action) {
    case OUTBOX_RETRY:
        return order->delivery != 0 ? store_retry_delivery(store, order->delivery, &change)
                                    : store_retry_parked(store, order->receiver, &change, ret_count);
    case OUTBOX_DROP:
        return store_drop_delivery(store, order->delivery, &change);
    case OUTBOX_ENABLE:
        return store_enable_receiver(store, order->receiver, &change);
    }
    return -EINVAL;
}

static const char *describe(const struct outbox_order *order, int64_t count, struct arena *arena)
{
    if (order->action == OUTBOX_ENABLE)
        return arena_printf(arena, "receiver %s is in use again", order->receiver);
    if (order->action == OUTBOX_DROP)
        return arena_printf(arena, "delivery %lld is given up", (long long)order->delivery);
    if (order->delivery != 0)
        return arena_printf(arena, "delivery %lld is sent again", (long long)order->delivery);
    return arena_printf(
        arena, "deliveries to %s that are sent again: %lld", order->receiver, (long long)count);
}

static const char *excuse(
    const struct store *store, const struct outbox_order *order, int r, struct arena *arena)
{
    long long id = (long long)order->delivery;
    switch (r) {
    case -ENOENT:
        return arena_printf(arena, "there is no delivery %lld", id);
    case -EALREADY:
        return order->action == OUTBOX_ENABLE
                   ? arena_printf(arena, "receiver %s is not disabled", order->receiver)
                   : arena_printf(arena, "delivery %lld is over already", id);
    case -EHOSTDOWN:
        return "the receiver is disabled; enable it first";
    default:
        return arena_printf(arena, "store: %s", store_error(store));
    }
}

int outbox_order_run(struct store *store, const struct outbox_order *order, int64_t now_ms,
    struct arena *arena, const char **ret_text)
{
    int64_t count = 0;
    int r = store_begin(store);
    if (r == 0)
        r = carry_out(store, order, now_ms, &count);
    if (r == 0)
        r = store_commit(store);
    else
        store_rollback(store);
    *ret_text = r == 0 ? describe(order, count, arena) : excuse(store, order, r, arena);
    return r;
}
