#include "io/store_duty.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "io/store_internal.h"

_Static_assert(DUTY_ESCALATE == 1 && DUTY_LAPSE == 2 && DUTY_NOTICE == 3 && DUTY_REPORT == 4, "on disk");

static void bind_key(struct query *query, const struct duty *duty)
{
    query_bind_int(query, duty->kind);
    query_bind_text(query, duty->alert);
    query_bind_int(query, duty->silence);
    query_bind_text(query, duty->receiver);
}

static int run(struct store *store, enum statement statement, const struct duty *duty)
{
    struct query query = query_start(store, statement);
    bind_key(&query, duty);
    query_bind_int(&query, duty->due_ms);
    return query_run(&query);
}

int store_put_duty(struct store *store, const struct duty *duty)
{
    return run(store, SQL_PUT_DUTY, duty);
}

int store_move_duty(struct store *store, const struct duty *duty)
{
    return run(store, SQL_MOVE_DUTY, duty);
}

int store_drop_duty(struct store *store, const struct duty *duty)
{
    struct query query = query_start(store, SQL_DROP_DUTY);
    bind_key(&query, duty);
    return query_run(&query);
}

int store_next_duty(struct store *store, int64_t *ret_ms)
{
    struct query query = query_start(store, SQL_NEXT_DUTY);
    int found = query_step(&query);
    if (found > 0)
        *ret_ms = query_int(&query, 0);
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_due_duties(
    struct store *store, int64_t now_ms, struct arena *arena, struct duty **ret_duties, size_t *ret_count)
{
    struct duty *found = NULL;
    size_t len = 0, cap = 0;
    struct query query = query_start(store, SQL_DUE_DUTIES);
    query_bind_int(&query, now_ms);
    while (query_step(&query) > 0) {
        found = alloc_grow(found, len, &cap, sizeof *found);
        found[len++] = (struct duty){
            .kind = (enum duty_kind)query_enum(&query, 0, DUTY_KIND_COUNT),
            .alert = arena_strdup(arena, query_text(&query, 1)),
            .silence = query_int(&query, 2),
            .receiver = arena_strdup(arena, query_text(&query, 3)),
            .due_ms = query_int(&query, 4),
        };
    }
    int r = query_end(&query);
    if (r == 0) {
        *ret_duties = arena_array(arena, len, sizeof *found);
        *ret_count = len;
        if (len > 0)
            memcpy(*ret_duties, found, len * sizeof *found);
    }
    alloc_free(found);
    return r;
}
