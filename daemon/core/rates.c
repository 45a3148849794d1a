#include "core/rates.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "core/period.h"

enum { DECIMALS_MAX = 18 }; /* 10^18 is the largest power of ten in an int64 */

const struct shape rates_currency_shape = {
    .kind = SHAPE_TEXT, .expected = "expected a currency of ISO 4217, such as EUR", .pattern = "^[A-Z]{3}$"};

bool rates_is_currency(struct slice text)
{
    bool letters = text.len == CURRENCY_SIZE - 1;
    for (size_t i = 0; i < text.len; i++)
        letters = letters && text.data[i] >= 'A' && text.data[i] <= 'Z';
    return letters;
}

/* ---- sources ---- */

static void copy_currency(char to[CURRENCY_SIZE], const char *from)
{
    memcpy(to, from, CURRENCY_SIZE - 1);
    to[CURRENCY_SIZE - 1] = '\0';
}

void rate_source_init(struct rate_source *source, const char *feed, const char *base)
{
    *source = (struct rate_source){.feed = feed};
    copy_currency(source->base, base);
}

void rate_source_deinit(struct rate_source *source)
{
    alloc_free(source->items);
    map_deinit(&source->numbers);
    *source = (struct rate_source){0};
}

void rates_deinit(struct rates *rates)
{
    for (size_t i = 0; i < rates->len; i++)
        rate_source_deinit(&rates->sources[i]);
    alloc_free(rates->sources);
    *rates = (struct rates){0};
}

struct rate_key {
    char currency[CURRENCY_SIZE];
    int32_t period;
};

static struct rate_key key_of(const char *currency, int32_t period)
{
    struct rate_key key = {.period = period};
    copy_currency(key.currency, currency);
    return key;
}

void rate_source_put(struct rate_source *source, const struct rate *rate)
{
    struct rate_key key = key_of(rate->currency, rate->period);
    uint32_t number;
    if (map_get(&source->numbers, &key, sizeof key, &number)) {
        source->items[number].rate = rate->rate;
        return;
    }
    map_put(&source->numbers, &key, sizeof key, (uint32_t)source->len);
    source->items = alloc_grow(source->items, source->len, &source->cap, sizeof *source->items);
    source->items[source->len++] = *rate;
}

bool rate_source_find(
    const struct rate_source *source, const char *currency, int32_t period, int64_t *ret_rate)
{
    struct rate_key key = key_of(currency, period);
    uint32_t number;
    bool known = map_get(&source->numbers, &key, sizeof key, &number);
    if (known)
        *ret_rate = source->items[number].rate;
    else if (strcmp(source->base, currency) == 0)
        *ret_rate = RATE_SCALE;
    else
        return false;
    return true;
}

bool rates_find(const struct rates *rates, const char *currency, int32_t period, struct rate_pair *ret_pair)
{
    struct rate_pair pair;
    for (size_t i = 0; i < rates->len; i++) {
        if (rate_source_find(&rates->sources[i], "USD", period, &pair.usd) &&
            rate_source_find(&rates->sources[i], currency, period, &pair.own)) {
            *ret_pair = pair;
            return true;
        }
    }
    return false;
}

int32_t rates_newest(const struct rates *rates, const char *currency)
{
    int32_t newest = PERIOD_NONE;
    struct rate_pair unused;
    for (size_t i = 0; i < rates->len; i++)
        for (size_t k = 0; k < rates->sources[i].len; k++) {
            int32_t period = rates->sources[i].items[k].period;
            if (period > newest && rates_find(rates, currency, period, &unused))
                newest = period;
        }
    return newest;
}

/* ---- converting ---- */

static int64_t power_of_ten(int exponent)
{
    int64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* Digits behind the point, without zeros at the end. */
static int count_decimals(struct slice text)
{
    const char *point = text.len > 0 ? memchr(text.data, '.', text.len) : NULL;
    if (point == NULL)
        return 0;
    size_t n = text.len - (size_t)(point - text.data) - 1;
    while (n > 0 && point[n] == '0')
        n--;
    return n < DECIMALS_MAX ? (int)n : DECIMALS_MAX;
}

/* The number as its digits and how many of them stand behind the point. */
static int read_digits(struct slice text, int64_t *ret_digits, int *ret_decimals)
{
    int decimals = count_decimals(text), r;
    while ((r = str_to_fixed(text, power_of_ten(decimals), ret_digits)) == -ERANGE && decimals > 0)
        decimals--;
    *ret_decimals = decimals;
    return r;
}

int rates_convert(struct slice text, int64_t scale, const struct rate_pair *pair, int64_t *ret_figure)
{
    int64_t digits;
    int decimals;
    int r = read_digits(text, &digits, &decimals);
    if (r < 0)
        return r;
    uint64_t size = digits < 0 ? -(uint64_t)digits : (uint64_t)digits;
    unsigned __int128 product = (unsigned __int128)size * (uint64_t)pair->usd;
    unsigned __int128 divisor = (uint64_t)pair->own;
    /* Of scale and decimals only what is not common to both is multiplied: a larger product is out of any
     * range. */
    for (; scale > 1 && decimals > 0; scale /= 10)
        decimals--;
    divisor *= (uint64_t)power_of_ten(decimals);
    if (__builtin_mul_overflow(product, (unsigned __int128)(uint64_t)scale, &product))
        return -ERANGE;
    unsigned __int128 figure = product / divisor, rest = product % divisor;
    figure += rest >= divisor - rest;
    if (figure > INT64_MAX)
        return -ERANGE;
    *ret_figure = digits < 0 ? -(int64_t)figure : (int64_t)figure;
    return 0;
}

int64_t rates_average(const int64_t *rates, size_t n)
{
    __int128 sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += rates[i];
    return (int64_t)((sum + (int64_t)(n / 2)) / (int64_t)n);
}
