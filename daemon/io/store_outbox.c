#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "io/store_held.h"
#include "io/store_internal.h"

_Static_assert(
    DELIVERY_PENDING == 0 && DELIVERY_DELIVERED == 1 && DELIVERY_PARKED == 2 && DELIVERY_DROPPED == 3,
    "on disk, and in statements");

/* Texts last until the query's next step. */
static struct delivery_row read_delivery(struct query *query)
{
    return (struct delivery_row){
        .id = query_int(query, 0),
        .alert = query_text(query, 1),
        .seq = (int)query_int(query, 2),
        .receiver = query_text(query, 3),
        .channel = query_text(query, 4),
        .message_id = query_text(query, 5),
        .state = (enum delivery_state)query_enum(query, 6, DELIVERY_STATE_COUNT),
        .attempts = (int)query_int(query, 7),
        .created_ms = query_int(query, 8),
        .next_ms = query_int(query, 9),
        .done_ms = query_int(query, 10),
        .last_text = query_text(query, 11),
        .thread = query_text(query, 12),
        .subject = query_text(query, 13),
        .text = query_text(query, 14),
        .html = query_text(query, 15),
        .body = query_text(query, 16),
        .chart = {query_text(query, 17), query_text(query, 18)},
    };
}

static struct delivery_row keep_delivery(struct arena *arena, struct delivery_row row)
{
    const char **texts[] = {&row.alert, &row.receiver, &row.channel, &row.message_id, &row.last_text,
        &row.thread, &row.subject, &row.text, &row.html, &row.body, &row.chart[LANGUAGE_VI],
        &row.chart[LANGUAGE_EN]};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_strdup(arena, *texts[i]);
    return row;
}

static int put_delivery(struct store *store, const struct delivery_row *row, int64_t *ret_id)
{
    struct query query = query_start(store, SQL_PUT_DELIVERY);
    query_bind_text(&query, row->alert);
    query_bind_int(&query, row->seq);
    query_bind_text(&query, row->receiver);
    query_bind_text(&query, row->channel);
    query_bind_text(&query, row->message_id);
    query_bind_int(&query, row->created_ms);
    query_bind_int(&query, row->next_ms);
    query_bind_text(&query, row->thread);
    query_bind_text(&query, row->subject);
    query_bind_text(&query, row->text);
    query_bind_text(&query, row->html);
    query_bind_text(&query, row->body);
    query_bind_text(&query, row->chart[LANGUAGE_VI]);
    query_bind_text(&query, row->chart[LANGUAGE_EN]);
    int r = query_run(&query);
    if (r == 0)
        *ret_id = sqlite3_changes(store->db) > 0 ? sqlite3_last_insert_rowid(store->db) : 0;
    return r;
}

int delivery_put_event(struct store *store, const struct held_row *row, int64_t delivery)
{
    struct query query = query_start(store, SQL_PUT_DELIVERY_EVENT);
    query_bind_text(&query, row->alert);
    query_bind_int(&query, row->seq);
    query_bind_text(&query, row->receiver);
    query_bind_int(&query, delivery);
    query_bind_int(&query, row->holding.why);
    return query_run(&query);
}

int store_put_delivery(struct store *store, const struct delivery_row *row, int64_t *ret_id)
{
    int64_t id = 0;
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = put_delivery(store, row, &id);
    if (r == 0 && id != 0)
        r = delivery_put_event(
            store, &(struct held_row){.receiver = row->receiver, .alert = row->alert, .seq = row->seq}, id);
    r = store_leave(store, r);
    if (r == 0)
        *ret_id = id;
    return r;
}

int store_was_told(
    struct store *store, const char *alert, const char *rule, const char *receiver, bool *ret_told)
{
    struct query query = query_start(store, SQL_WAS_TOLD);
    query_bind_text(&query, receiver);
    query_bind_text(&query, alert);
    query_bind_text(&query, rule);
    bool told = query_step(&query) > 0;
    int r = query_end(&query);
    if (r == 0)
        *ret_told = told;
    return r;
}

int store_count_recent(struct store *store, const char *receiver, int64_t since_ms, int64_t *ret_count)
{
    struct query query = query_start(store, SQL_COUNT_RECENT);
    query_bind_text(&query, receiver);
    query_bind_int(&query, since_ms);
    int64_t count = query_step(&query) > 0 ? query_int(&query, 0) : 0;
    int r = query_end(&query);
    if (r == 0)
        *ret_count = count;
    return r;
}

int store_nth_recent(struct store *store, const struct recent_question *question, int64_t *ret_ms)
{
    struct query query = query_start(store, SQL_NTH_RECENT);
    query_bind_text(&query, question->receiver);
    query_bind_int(&query, question->since_ms);
    query_bind_int(&query, question->now_ms);
    query_bind_int(&query, (int64_t)question->nth - 1);
    int found = query_step(&query);
    int64_t ms = found > 0 ? query_int(&query, 0) : 0;
    int r = query_end(&query);
    if (r == 0 && found > 0)
        *ret_ms = ms;
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_due_deliveries(struct store *store, const struct due_question *question, struct arena *arena,
    struct delivery_row **ret_rows, size_t *ret_count)
{
    struct delivery_row *found = NULL;
    size_t len = 0, cap = 0;
    struct query query = query_start(store, SQL_DUE_DELIVERIES);
    query_bind_int(&query, question->now_ms);
    query_bind_int(&query, question->limit < INT64_MAX ? (int64_t)question->limit : INT64_MAX);
    query_bind_text(&query, question->taken);
    query_bind_text(&query, question->done);
    while (query_step(&query) > 0) {
        found = alloc_grow(found, len, &cap, sizeof *found);
        found[len++] = keep_delivery(arena, read_delivery(&query));
    }
    int r = query_end(&query);
    if (r == 0) {
        *ret_rows = arena_array(arena, len, sizeof **ret_rows);
        if (len > 0)
            memcpy(*ret_rows, found, len * sizeof *found);
        *ret_count = len;
    }
    alloc_free(found);
    return r;
}

int store_next_delivery(struct store *store, int64_t *ret_ms)
{
    struct query query = query_start(store, SQL_NEXT_DELIVERY);
    int found = query_step(&query);
    if (found > 0)
        *ret_ms = query_int(&query, 0);
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

/* -ENOENT: no such delivery, or it is delivered already. */
static int move_delivery(struct store *store, const struct attempt_row *row, int64_t next_ms)
{
    struct query query = query_start(store, SQL_MOVE_DELIVERY);
    query_bind_int(&query, row->delivery);
    query_bind_int(&query, row->state);
    query_bind_int(&query, next_ms);
    query_bind_int(&query, row->state == DELIVERY_PENDING ? 0 : row->at_ms);
    query_bind_text(&query, row->text);
    query_bind_int(&query, row->own_fault ? 0 : 1);
    int r = query_run(&query);
    return r == 0 && sqlite3_changes(store->db) == 0 ? -ENOENT : r;
}

static int put_attempt(struct store *store, const struct attempt_row *row, int64_t next_ms)
{
    struct query query = query_start(store, SQL_PUT_ATTEMPT);
    query_bind_int(&query, row->delivery);
    query_bind_int(&query, row->at_ms);
    query_bind_int(&query, row->state);
    query_bind_int(&query, next_ms);
    query_bind_int(&query, row->status);
    query_bind_text(&query, row->text);
    return query_run(&query);
}

int store_put_attempt(struct store *store, const struct attempt_row *row)
{
    int64_t next_ms = row->state == DELIVERY_PENDING ? row->next_ms : 0;
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = move_delivery(store, row, next_ms);
    if (r == 0)
        r = put_attempt(store, row, next_ms);
    if (r == 0 && row->rest_ms != 0)
        r = store_rest_receiver(store, row->receiver, row->rest_ms);
    if (r == 0 && row->gone != NULL)
        r = store_disable_receiver(store, row);
    return store_leave(store, r);
}

int store_get_delivery(struct store *store, int64_t id, struct arena *arena, struct delivery_row *ret_row)
{
    struct query query = query_start(store, SQL_GET_DELIVERY);
    query_bind_int(&query, id);
    int found = query_step(&query);
    if (found > 0)
        *ret_row = keep_delivery(arena, read_delivery(&query));
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_each_attempt(struct store *store, int64_t delivery,
    void (*fn)(void *userdata, const struct attempt_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_ATTEMPT);
    query_bind_int(&query, delivery);
    while (query_step(&query) > 0) {
        struct attempt_row row = {
            .delivery = delivery,
            .at_ms = query_int(&query, 0),
            .state = (enum delivery_state)query_enum(&query, 1, DELIVERY_DROPPED),
            .next_ms = query_int(&query, 2),
            .status = (long)query_int(&query, 3),
            .text = query_text(&query, 4),
        };
        fn(userdata, &row);
    }
    return query_end(&query);
}

/* Ends the query. */
static int each_delivery(
    struct query *query, void (*fn)(void *userdata, const struct delivery_row *row), void *userdata)
{
    while (query_step(query) > 0) {
        struct delivery_row row = read_delivery(query);
        if (query->r == 0)
            fn(userdata, &row);
    }
    return query_end(query);
}

int store_each_delivery(struct store *store, enum delivery_state state,
    void (*fn)(void *userdata, const struct delivery_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_DELIVERY);
    query_bind_int(&query, state);
    return each_delivery(&query, fn, userdata);
}

int store_each_alert_delivery(struct store *store, const char *alert,
    void (*fn)(void *userdata, const struct delivery_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_ALERT_DELIVERY);
    query_bind_text(&query, alert);
    return each_delivery(&query, fn, userdata);
}
