/* Exchange rates, by which values in other currencies become USD (docs/adr/0013).
 *
 * A rate says how many units of a currency one unit of its source's base costs, as the average of a calendar
 * month, in units of 10^-12: of EUR, USD 1.1746 is 1174600000000. Sources stand in order of preference; a
 * conversion takes both of its rates from one source. */
#ifndef CORE_RATES_H
#define CORE_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/shape.h"
#include "base/str.h"

#define RATE_SCALE INT64_C(1000000000000)

enum { CURRENCY_SIZE = 4 }; /* ISO 4217, with the NUL */

struct rate {
    char currency[CURRENCY_SIZE];
    int32_t period;
    int64_t rate; /* above 0 */
};

struct rate_source {
    const char *feed; /* borrowed */
    char base[CURRENCY_SIZE];
    struct rate *items;
    size_t len, cap;
    struct map numbers; /* of currency and month */
};

struct rates {
    struct rate_source *sources;
    size_t len;
};

/* Three upper-case letters. */
bool rates_is_currency(struct slice text);
extern const struct shape rates_currency_shape;

void rate_source_init(struct rate_source *source, const char *feed, const char *base);
void rate_source_deinit(struct rate_source *source);
void rates_deinit(struct rates *rates); /* the sources too */

/* Adds a rate, or replaces the one of its currency and month. */
void rate_source_put(struct rate_source *source, const struct rate *rate);

/* The rate of a currency in a month, 1 of the base itself. Whether it is known. */
bool rate_source_find(
    const struct rate_source *source, const char *currency, int32_t period, int64_t *ret_rate);

/* What converts a currency into USD in a month: value × usd / own. Neither is below 1 or above INT64_MAX. */
struct rate_pair {
    int64_t usd, own;
};

/* Of the first source that has both; false where none has. */
bool rates_find(const struct rates *rates, const char *currency, int32_t period, struct rate_pair *ret_pair);

/* The newest month in which the currency can be converted, PERIOD_NONE where it cannot in any. */
int32_t rates_newest(const struct rates *rates, const char *currency);

/* A plain decimal number, as str_to_fixed reads it, in the currency of the pair → a figure in units of
 * 1/`scale` USD; `scale` is a power of ten up to 10^12. One rounding, half away from zero, of the exact
 * product: 18 digits of the text are exact. 0; -EINVAL not a number; -ERANGE too large. */
int rates_convert(struct slice text, int64_t scale, const struct rate_pair *pair, int64_t *ret_figure);

/* The average of n rates, n > 0, rounded half up. */
int64_t rates_average(const int64_t *rates, size_t n);

#endif
