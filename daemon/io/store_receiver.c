#include "io/store_receiver.h"

#include <errno.h>

#include "io/store_internal.h"

/* ---- statements that many calls need ---- */

static int put_change(struct store *store, const char *word, const char *receiver, int64_t delivery,
    const struct outbox_change *change)
{
    struct query query = query_start(store, SQL_PUT_OUTBOX_CHANGE);
    query_bind_int(&query, change->now_ms);
    query_bind_text(&query, word);
    query_bind_text(&query, receiver);
    if (delivery != 0)
        query_bind_int(&query, delivery);
    else
        query_bind_null(&query);
    query_bind_text(&query, change->who);
    query_bind_text(&query, change->reason);
    return query_run(&query);
}

/* Whether the receiver is disabled; one that the store has not met is not. */
static int read_disabled(struct store *store, const char *receiver, bool *ret_disabled)
{
    struct query query = query_start(store, SQL_RECEIVER_DISABLED);
    query_bind_text(&query, receiver);
    bool disabled = query_step(&query) > 0;
    int r = query_end(&query);
    if (r == 0)
        *ret_disabled = disabled;
    return r;
}

/* ---- receivers ---- */

int store_meet_receiver(
    struct store *store, const char *receiver, const char *address, int64_t now_ms, bool *ret_enabled)
{
    bool before = false, after = false;
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = read_disabled(store, receiver, &before);
    struct query query = query_start(store, SQL_MEET_RECEIVER);
    query_bind_text(&query, receiver);
    query_bind_text(&query, address);
    if (r == 0)
        r = query_run(&query);
    if (r == 0)
        r = read_disabled(store, receiver, &after);
    if (r == 0 && before && !after)
        r = put_change(store, "enable", receiver, 0,
            &(struct outbox_change){"configuration", "the address has changed", now_ms});
    r = store_leave(store, r);
    if (r == 0)
        *ret_enabled = before && !after;
    return r;
}

int store_rest_receiver(struct store *store, const char *receiver, int64_t rest_ms)
{
    struct query query = query_start(store, SQL_REST_RECEIVER);
    query_bind_text(&query, receiver);
    query_bind_int(&query, rest_ms);
    return query_run(&query);
}

static int park_pending(struct store *store, const struct attempt_row *row)
{
    struct query query = query_start(store, SQL_PARK_PENDING);
    query_bind_text(&query, row->receiver);
    query_bind_int(&query, row->at_ms);
    return query_run(&query);
}

int store_disable_receiver(struct store *store, const struct attempt_row *row)
{
    struct query query = query_start(store, SQL_DISABLE_RECEIVER);
    query_bind_text(&query, row->receiver);
    query_bind_text(&query, row->gone);
    query_bind_int(&query, row->at_ms);
    query_bind_text(&query, row->text);
    int r = query_run(&query);
    if (r < 0 || sqlite3_changes(store->db) == 0)
        return r; /* it has another address by now */
    r = park_pending(store, row);
    if (r < 0)
        return r;
    return put_change(
        store, "disable", row->receiver, 0, &(struct outbox_change){"receiver", row->text, row->at_ms});
}

int store_each_receiver(
    struct store *store, void (*fn)(void *userdata, const struct receiver_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_RECEIVER);
    while (query_step(&query) > 0) {
        struct receiver_row row = {
            .receiver = query_text(&query, 0),
            .rest_ms = query_int(&query, 1),
            .disabled_ms = query_int(&query, 2),
            .reason = query_text(&query, 3),
            .pending = query_int(&query, 4),
            .parked = query_int(&query, 5),
        };
        fn(userdata, &row);
    }
    return query_end(&query);
}

int store_receiver_trouble(
    struct store *store, const char *receiver, int64_t now_ms, struct receiver_trouble *ret_trouble)
{
    struct query query = query_start(store, SQL_RECEIVER_TROUBLE);
    query_bind_text(&query, receiver);
    query_bind_int(&query, now_ms - DELAY_CRITICAL_MS);
    query_bind_int(&query, now_ms - DELAY_MS);
    if (query_step(&query) > 0)
        *ret_trouble = (struct receiver_trouble){
            .delayed = query_int(&query, 0) != 0,
            .parked = query_int(&query, 1) != 0,
            .disabled = query_int(&query, 2) != 0,
        };
    return query_end(&query);
}

/* ---- what people change ---- */

/* A delivery's receiver, in `arena`, and where it stands; -ENOENT. */
static int find_delivery(struct store *store, int64_t delivery, struct arena *arena,
    const char **ret_receiver, enum delivery_state *ret_state)
{
    struct query query = query_start(store, SQL_FIND_DELIVERY);
    query_bind_int(&query, delivery);
    int found = query_step(&query);
    if (found > 0) {
        *ret_receiver = arena_strdup(arena, query_text(&query, 0));
        *ret_state = (enum delivery_state)query_enum(&query, 1, DELIVERY_STATE_COUNT);
    }
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

static int release(struct store *store, int64_t delivery, int64_t now_ms)
{
    struct query query = query_start(store, SQL_RELEASE_DELIVERY);
    query_bind_int(&query, delivery);
    query_bind_int(&query, now_ms);
    return query_run(&query);
}

static int retry_one(struct store *store, int64_t delivery, const struct outbox_change *change)
{
    struct arena arena = ARENA_NULL;
    const char *receiver = "";
    enum delivery_state state = DELIVERY_PENDING;
    bool disabled = false;
    int r = find_delivery(store, delivery, &arena, &receiver, &state);
    if (r == 0 && state == DELIVERY_DELIVERED)
        r = -EALREADY;
    if (r == 0)
        r = read_disabled(store, receiver, &disabled);
    if (r == 0 && disabled)
        r = -EHOSTDOWN;
    if (r == 0)
        r = release(store, delivery, change->now_ms);
    if (r == 0)
        r = store_rest_receiver(store, receiver, 0);
    if (r == 0)
        r = put_change(store, "retry", receiver, delivery, change);
    arena_deinit(&arena);
    return r;
}

int store_retry_delivery(struct store *store, int64_t delivery, const struct outbox_change *change)
{
    int r = store_enter(store);
    return r < 0 ? r : store_leave(store, retry_one(store, delivery, change));
}

static int retry_parked(
    struct store *store, const char *receiver, const struct outbox_change *change, int64_t *ret_count)
{
    bool disabled = false;
    int r = read_disabled(store, receiver, &disabled);
    if (r < 0 || disabled)
        return r < 0 ? r : -EHOSTDOWN;
    struct query query = query_start(store, SQL_RELEASE_PARKED);
    query_bind_text(&query, receiver);
    query_bind_int(&query, change->now_ms);
    r = query_run(&query);
    int64_t count = sqlite3_changes64(store->db);
    if (r == 0 && count > 0)
        r = put_change(store, "retry", receiver, 0, change);
    if (r == 0)
        *ret_count = count;
    return r;
}

int store_retry_parked(
    struct store *store, const char *receiver, const struct outbox_change *change, int64_t *ret_count)
{
    int r = store_enter(store);
    return r < 0 ? r : store_leave(store, retry_parked(store, receiver, change, ret_count));
}

static int drop_one(struct store *store, int64_t delivery, const struct outbox_change *change)
{
    struct arena arena = ARENA_NULL;
    const char *receiver = "";
    enum delivery_state state = DELIVERY_PENDING;
    int r = find_delivery(store, delivery, &arena, &receiver, &state);
    if (r == 0 && (state == DELIVERY_DELIVERED || state == DELIVERY_DROPPED))
        r = -EALREADY;
    struct query query = query_start(store, SQL_DROP_DELIVERY);
    query_bind_int(&query, delivery);
    query_bind_int(&query, change->now_ms);
    if (r == 0)
        r = query_run(&query);
    if (r == 0)
        r = put_change(store, "drop", receiver, delivery, change);
    arena_deinit(&arena);
    return r;
}

int store_drop_delivery(struct store *store, int64_t delivery, const struct outbox_change *change)
{
    int r = store_enter(store);
    return r < 0 ? r : store_leave(store, drop_one(store, delivery, change));
}

static int enable(struct store *store, const char *receiver, const struct outbox_change *change)
{
    struct query query = query_start(store, SQL_ENABLE_RECEIVER);
    query_bind_text(&query, receiver);
    int r = query_run(&query);
    if (r == 0 && sqlite3_changes(store->db) == 0)
        r = -EALREADY;
    return r == 0 ? put_change(store, "enable", receiver, 0, change) : r;
}

int store_enable_receiver(struct store *store, const char *receiver, const struct outbox_change *change)
{
    int r = store_enter(store);
    return r < 0 ? r : store_leave(store, enable(store, receiver, change));
}

int store_each_outbox_change(struct store *store, int64_t delivery,
    void (*fn)(void *userdata, const struct outbox_change_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_OUTBOX_CHANGE);
    query_bind_int(&query, delivery);
    while (query_step(&query) > 0) {
        struct outbox_change_row row = {
            query_int(&query, 0), query_text(&query, 1), query_text(&query, 2), query_text(&query, 3)};
        fn(userdata, &row);
    }
    return query_end(&query);
}

/* ---- the heartbeat ---- */

int store_beat(struct store *store)
{
    struct query query = query_start(store, SQL_BEAT);
    return query_run(&query);
}

int store_put_beat(struct store *store, const struct attempt_row *attempt)
{
    struct query query = query_start(store, SQL_PUT_BEAT);
    query_bind_int(&query, attempt->state == DELIVERY_DELIVERED ? attempt->at_ms : 0);
    query_bind_text(&query, attempt->text);
    return query_run(&query);
}

int store_get_heartbeat(struct store *store, struct arena *arena, struct heartbeat_row *ret_row)
{
    struct query query = query_start(store, SQL_GET_HEARTBEAT);
    if (query_step(&query) > 0)
        *ret_row = (struct heartbeat_row){
            .beats = query_int(&query, 0),
            .failures = (int)query_int(&query, 1),
            .answered_ms = query_int(&query, 2),
            .text = arena_strdup(arena, query_text(&query, 3)),
        };
    return query_end(&query);
}
