#include "app/exchange.h"

#include "base/alloc.h"
#include "core/period.h"
#include "io/store_rate.h"

bool exchange_has_rates(const struct descriptor *feed)
{
    return feed->rates.base != NULL;
}

bool exchange_is_converted(const struct descriptor *feed)
{
    return feed->fields[FIELD_VALUE].currency != NULL;
}

static struct rate_source *find_source(const struct rates *rates, const char *feed)
{
    for (size_t i = 0; i < rates->len; i++)
        if (str_equal(rates->sources[i].feed, feed))
            return &rates->sources[i];
    return NULL;
}

/* A rate of another base says nothing of this one: the descriptor has changed. */
static void take_stored(void *userdata, const char *feed, const char *base, const struct rate *rate)
{
    struct rate_source *source = find_source(userdata, feed);
    if (source != NULL && str_equal(source->base, base))
        rate_source_put(source, rate);
}

int exchange_load(struct store *store, const struct setup *setup, struct rates *ret_rates)
{
    *ret_rates = (struct rates){alloc_zeroed(setup->feed_count + 1, sizeof *ret_rates->sources), 0};
    for (size_t i = 0; i < setup->feed_count; i++)
        if (exchange_has_rates(&setup->feeds[i]))
            rate_source_init(
                &ret_rates->sources[ret_rates->len++], setup->feeds[i].feed, setup->feeds[i].rates.base);
    return store != NULL ? store_each_rate(store, take_stored, ret_rates) : 0;
}

/* Whether a rate is another one than is known, or the first. */
static bool differs(const struct rate_source *source, const struct rate *rate, bool *ret_known)
{
    int64_t known;
    *ret_known = source != NULL && rate_source_find(source, rate->currency, rate->period, &known);
    return !*ret_known || known != rate->rate;
}

struct exchange_changes exchange_compare(
    const struct rates *rates, const struct descriptor *feed, const struct rate_list *list)
{
    const struct rate_source *source = find_source(rates, feed->feed);
    struct exchange_changes changes = {.newest = PERIOD_NONE};
    for (size_t i = 0; i < list->len; i++) {
        bool known, other = differs(source, &list->items[i], &known);
        changes.added += other && !known;
        changes.revised += other && known;
        if (list->items[i].period > changes.newest)
            changes.newest = list->items[i].period;
    }
    return changes;
}

int exchange_put(struct store *store, const struct rates *rates, const struct descriptor *feed,
    const struct rate_list *list, int64_t payload)
{
    const struct rate_source *source = find_source(rates, feed->feed);
    bool unused;
    int r = 0;
    for (size_t i = 0; i < list->len && r == 0; i++)
        if (differs(source, &list->items[i], &unused))
            r = store_put_rate(store, payload, feed->rates.base, &list->items[i]);
    return r;
}

void exchange_take(struct rates *rates, const struct descriptor *feed, const struct rate_list *list)
{
    struct rate_source *source = find_source(rates, feed->feed);
    for (size_t i = 0; i < list->len; i++)
        rate_source_put(source, &list->items[i]);
}
