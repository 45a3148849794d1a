#include "io/store_backfill.h"

#include "io/store_internal.h"

int store_put_backfilled(struct store *store, const char *feed, const char *version, int32_t period)
{
    struct query query = query_start(store, SQL_PUT_BACKFILL);
    query_bind_text(&query, feed);
    query_bind_int(&query, period);
    query_bind_text(&query, version);
    return query_run(&query);
}

int store_each_backfilled(struct store *store, const char *feed, const char *version,
    void (*fn)(void *userdata, int32_t period), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_BACKFILL);
    query_bind_text(&query, feed);
    query_bind_text(&query, version);
    while (query_step(&query) > 0)
        fn(userdata, (int32_t)query_int(&query, 0));
    return query_end(&query);
}

int store_has_untold_backfill(struct store *store, bool *ret_untold)
{
    struct query query = query_start(store, SQL_COUNT_BACKFILL);
    bool untold = query_step(&query) > 0 && query_int(&query, 0) > 0;
    int r = query_end(&query);
    if (r == 0)
        *ret_untold = untold;
    return r;
}

int store_put_backfill_told(struct store *store)
{
    struct query query = query_start(store, SQL_TELL_BACKFILL);
    return query_run(&query);
}
