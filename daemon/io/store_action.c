#include "io/store_action.h"

#include "io/store_internal.h"

_Static_assert(ACTION_ACKNOWLEDGED == 1 && ACTION_ASSIGNED == 2 && ACTION_COMMENTED == 3 &&
                   ACTION_SILENCED == 4 && ACTION_EXPIRED == 5 && ACTION_ESCALATED == 6 && ACTION_LAPSED == 7,
    "on disk, and in statements");

/* ---- actions ---- */

int store_put_action(struct store *store, const struct action *action, int64_t *ret_id)
{
    struct query query = query_start(store, SQL_PUT_ACTION);
    query_bind_int(&query, action->kind);
    query_bind_text(&query, action->alert);
    query_bind_int(&query, action->silence);
    query_bind_text(&query, action->who);
    query_bind_text(&query, action->login);
    query_bind_int(&query, action->at_ms);
    query_bind_int(&query, action->until_ms);
    query_bind_int(&query, action->severity);
    query_bind_text(&query, action->text);
    int r = query_run(&query);
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

/* Texts last until the query's next step. */
static struct action read_action(struct query *query)
{
    return (struct action){
        .id = query_int(query, 0),
        .kind = (enum action_kind)query_enum(query, 1, ACTION_KIND_COUNT),
        .alert = query_text(query, 2),
        .silence = query_int(query, 3),
        .who = query_text(query, 4),
        .login = query_text(query, 5),
        .at_ms = query_int(query, 6),
        .until_ms = query_int(query, 7),
        .severity = (enum severity)query_enum(query, 8, SEVERITY_COUNT),
        .text = query_text(query, 9),
    };
}

int store_each_action(struct store *store, const char *alert,
    void (*fn)(void *userdata, const struct action *action), void *userdata)
{
    struct query query = query_start(store, alert != NULL ? SQL_EACH_ALERT_ACTION : SQL_EACH_ACTION);
    if (alert != NULL)
        query_bind_text(&query, alert);
    while (query_step(&query) > 0) {
        struct action action = read_action(&query);
        if (query.r == 0)
            fn(userdata, &action);
    }
    return query_end(&query);
}

/* ---- silences ---- */

int store_put_silence(struct store *store, const struct silence *silence, int64_t *ret_id)
{
    struct query query = query_start(store, SQL_PUT_SILENCE);
    query_bind_text(&query, silence->author);
    query_bind_text(&query, silence->reason);
    query_bind_int(&query, silence->made_ms);
    query_bind_int(&query, silence->from_ms);
    query_bind_int(&query, silence->until_ms);
    query_bind_text(&query, silence->texts.rule);
    query_bind_text(&query, silence->texts.product);
    query_bind_text(&query, silence->texts.market);
    query_bind_text(&query, silence->texts.origin);
    query_bind_text(&query, silence->texts.severity);
    int r = query_run(&query);
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

static struct silence read_silence(const struct query *query)
{
    return (struct silence){
        .id = query_int(query, 0),
        .author = query_text(query, 1),
        .reason = query_text(query, 2),
        .made_ms = query_int(query, 3),
        .from_ms = query_int(query, 4),
        .until_ms = query_int(query, 5),
        .texts = {query_text(query, 6), query_text(query, 7), query_text(query, 8), query_text(query, 9),
            query_text(query, 10)},
        .expired_ms = query_int(query, 11),
    };
}

int store_each_silence(
    struct store *store, void (*fn)(void *userdata, const struct silence *silence), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_SILENCE);
    while (query_step(&query) > 0) {
        struct silence silence = read_silence(&query);
        fn(userdata, &silence);
    }
    return query_end(&query);
}
