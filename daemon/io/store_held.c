#include "io/store_held.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "io/store_internal.h"

_Static_assert(HOLD_QUIET_HOURS == 1 && HOLD_CADENCE == 2 && HOLD_LIMIT == 3 && HOLD_SILENCED == 4 &&
                   HOLD_INHIBITED == 5 && HOLD_ACKNOWLEDGED == 6,
    "on disk");

int store_put_held(struct store *store, const struct held_row *row)
{
    struct query query = query_start(store, SQL_PUT_HELD);
    query_bind_text(&query, row->receiver);
    query_bind_text(&query, row->alert);
    query_bind_int(&query, row->seq);
    query_bind_int(&query, row->holding.why);
    query_bind_int(&query, row->holding.until_ms);
    return query_run(&query);
}

int store_next_held(struct store *store, int64_t *ret_ms)
{
    struct query query = query_start(store, SQL_NEXT_HELD);
    int found = query_step(&query);
    if (found > 0)
        *ret_ms = query_int(&query, 0);
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_due_receivers(struct store *store, int64_t now_ms, struct arena *arena, struct texts *ret_names)
{
    const char **found = NULL;
    size_t len = 0, cap = 0;
    struct query query = query_start(store, SQL_EACH_DUE_RECEIVER);
    query_bind_int(&query, now_ms);
    while (query_step(&query) > 0) {
        found = alloc_grow(found, len, &cap, sizeof *found);
        found[len++] = arena_strdup(arena, query_text(&query, 0));
    }
    int r = query_end(&query);
    if (r == 0) {
        const char **names = arena_array(arena, len, sizeof *names);
        if (len > 0)
            memcpy(names, found, len * sizeof *found);
        *ret_names = (struct texts){names, len};
    }
    alloc_free(found);
    return r;
}

/* Ends the query. */
static int take_rows(struct query *query, struct arena *arena, struct held_rows *ret_rows)
{
    struct held_row *found = NULL;
    size_t len = 0, cap = 0;
    while (query_step(query) > 0) {
        found = alloc_grow(found, len, &cap, sizeof *found);
        found[len++] = (struct held_row){
            .receiver = arena_strdup(arena, query_text(query, 0)),
            .alert = arena_strdup(arena, query_text(query, 1)),
            .seq = (int)query_int(query, 2),
            .holding = {(enum hold)query_enum(query, 3, HOLD_COUNT), query_int(query, 4)},
            .severity = (enum severity)query_enum(query, 5, SEVERITY_COUNT),
            .event = (enum alert_event)query_enum(query, 6, EVENT_COUNT),
        };
    }
    int r = query_end(query);
    if (r == 0) {
        *ret_rows = (struct held_rows){arena_array(arena, len, sizeof *found), len};
        if (len > 0)
            memcpy(ret_rows->items, found, len * sizeof *found);
    }
    alloc_free(found);
    return r;
}

int store_due_held(struct store *store, const char *receiver, int64_t now_ms, size_t limit,
    struct arena *arena, struct held_rows *ret_rows)
{
    struct query query = query_start(store, SQL_DUE_HELD);
    query_bind_text(&query, receiver);
    query_bind_int(&query, now_ms);
    query_bind_int(&query, (int64_t)limit);
    return take_rows(&query, arena, ret_rows);
}

int store_held_before(
    struct store *store, const struct held_row *row, struct arena *arena, struct held_rows *ret_rows)
{
    struct query query = query_start(store, SQL_HELD_BEFORE);
    query_bind_text(&query, row->receiver);
    query_bind_text(&query, row->alert);
    query_bind_int(&query, row->seq);
    return take_rows(&query, arena, ret_rows);
}

int store_delay_held(struct store *store, const char *receiver, int64_t now_ms, const struct holding *holding)
{
    struct query query = query_start(store, SQL_DELAY_HELD);
    query_bind_text(&query, receiver);
    query_bind_int(&query, now_ms);
    query_bind_int(&query, holding->why);
    query_bind_int(&query, holding->until_ms);
    return query_run(&query);
}

int store_put_off(struct store *store, const char *receiver, const char *alert, const struct holding *holding)
{
    struct query query = query_start(store, SQL_PUT_OFF);
    query_bind_text(&query, receiver);
    query_bind_text(&query, alert);
    query_bind_int(&query, holding->why);
    query_bind_int(&query, holding->until_ms);
    return query_run(&query);
}

/* Ends the query. */
static int take_answer(struct query *query, bool *ret_answer)
{
    bool found = query_step(query) > 0;
    int r = query_end(query);
    if (r == 0)
        *ret_answer = found;
    return r;
}

int store_is_held(struct store *store, const char *alert, enum hold why, bool *ret_held)
{
    struct query query = query_start(store, SQL_IS_HELD);
    query_bind_int(&query, why);
    query_bind_text(&query, alert);
    return take_answer(&query, ret_held);
}

int store_knows_of(struct store *store, const char *alert, const char *receiver, bool *ret_knows)
{
    struct query query = query_start(store, SQL_KNOWS_OF);
    query_bind_text(&query, alert);
    query_bind_text(&query, receiver);
    return take_answer(&query, ret_knows);
}

int store_wake_held(struct store *store, enum hold why, int64_t now_ms)
{
    struct query query = query_start(store, SQL_WAKE_HELD);
    query_bind_int(&query, why);
    query_bind_int(&query, now_ms);
    return query_run(&query);
}

static int drop_held(struct store *store, const struct held_row *row)
{
    struct query query = query_start(store, SQL_DROP_HELD);
    query_bind_text(&query, row->receiver);
    query_bind_text(&query, row->alert);
    query_bind_int(&query, row->seq);
    return query_run(&query);
}

int store_release_held(struct store *store, const struct held_row *row, int64_t delivery)
{
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = delivery_put_event(store, row, delivery);
    if (r == 0)
        r = drop_held(store, row);
    return store_leave(store, r);
}
