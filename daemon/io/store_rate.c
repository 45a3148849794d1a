#include "io/store_rate.h"

#include <string.h>

#include "io/store_internal.h"

int store_put_rate(struct store *store, int64_t payload, const char *base, const struct rate *rate)
{
    struct query query = query_start(store, SQL_PUT_RATE);
    query_bind_int(&query, payload);
    query_bind_text(&query, base);
    query_bind_text(&query, rate->currency);
    query_bind_int(&query, rate->period);
    query_bind_int(&query, rate->rate);
    return query_run(&query);
}

int store_each_rate(struct store *store,
    void (*fn)(void *userdata, const char *feed, const char *base, const struct rate *rate), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_RATE);
    while (query_step(&query) > 0) {
        struct rate rate = {.period = (int32_t)query_int(&query, 3), .rate = query_int(&query, 4)};
        const char *base = query_text(&query, 1), *currency = query_text(&query, 2);
        if (!rates_is_currency(slice_of(base)) || !rates_is_currency(slice_of(currency))) {
            query.r = store_damaged(store, "a rate of no currency");
            break;
        }
        memcpy(rate.currency, currency, CURRENCY_SIZE);
        fn(userdata, query_text(&query, 0), base, &rate);
    }
    return query_end(&query);
}
