/* A calendar day, as days since 1970-01-01: what petitions, initiations and orders are dated by. Never a
 * moment. */
#ifndef CORE_DATE_H
#define CORE_DATE_H

#include <stdint.h>

#include "base/shape.h"
#include "base/str.h"

enum { DATE_NONE = INT32_MIN, DATE_TEXT_SIZE = 11 };

/* Reads "2018-01-08" of the years PERIOD_YEAR_MIN to _MAX; "2018-01" and "2018" mean their first day. 0, or
 * -EINVAL. */
int date_parse(struct slice text, int32_t *ret_date);

extern const struct shape date_shape; /* what it reads */

int32_t date_make(int year, int month, int day); /* month and day from 1 */

/* The month of the day, and the first and the last day of a month. DATE_NONE and PERIOD_NONE mean each other.
 */
int32_t date_period(int32_t date);
int32_t date_of_period(int32_t period);
int32_t date_end_of_period(int32_t period);

/* The day (UTC) of a moment in milliseconds since 1970. */
int32_t date_of_ms(int64_t wall_ms);

/* "2018-01-08" into buf, "" for DATE_NONE and other years. Returns buf. */
const char *date_format(int32_t date, char buf[DATE_TEXT_SIZE]);

#endif
