/* A month of trade statistics: a calendar label, never a moment. Counted in months since year 0, so that
 * period arithmetic is plain addition: period - 12 is the same month a year earlier. */
#ifndef CORE_PERIOD_H
#define CORE_PERIOD_H

#include <stdint.h>

#include "base/shape.h"
#include "base/str.h"

enum { PERIOD_NONE = 0, PERIOD_TEXT_SIZE = 8, PERIOD_YEAR_MIN = 1900, PERIOD_YEAR_MAX = 2199 };

int32_t period_make(int year, int month); /* month 1…12 */
int period_year(int32_t period);
int period_month(int32_t period); /* 1…12 */

/* Reads "2025-07" or "202507", years PERIOD_YEAR_MIN to _MAX. 0, or -EINVAL. */
int period_parse(struct slice text, int32_t *ret_period);
extern const struct shape period_shape; /* what it reads */

/* "2025-07" into buf, "" for what is no period. Returns buf. */
const char *period_format(int32_t period, char buf[PERIOD_TEXT_SIZE]);

/* The calendar month (UTC) of a moment in milliseconds since 1970. */
int32_t period_of_ms(int64_t wall_ms);

#endif
