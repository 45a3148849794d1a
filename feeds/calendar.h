/* When a source publishes: by its own calendar where the descriptor has one, else so long after a month's end
 * as it usually takes.
 *
 *   publication_lag: 35d
 *   calendar: { days: [2026-12-08, 2027-01-07] }   # each month's is the nearest to its end and lag
 *   calendar: { day: 15 }                          # of every month
 */
#ifndef FEEDS_CALENDAR_H
#define FEEDS_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/node.h"
#include "base/shape.h"

enum { CALENDAR_DAYS_MAX = 400 };

struct calendar {
    int64_t day;         /* of the month; 0: none */
    const int32_t *days; /* dates, upwards */
    size_t len;
};

extern const struct shape calendar_shape;

/* Reads the section (faults F030). */
void calendar_read(
    const struct node *section, struct calendar *ret_calendar, struct arena *arena, struct diag_list *diags);

/* What is known of a feed's publication. */
struct publishing {
    const struct calendar *calendar;
    int64_t lag_s, interval_s;
};

/* The moment by which a month should be there, milliseconds since 1970: with a calendar the end of its day
 * (UTC). */
int64_t calendar_due_ms(const struct publishing *publishing, int32_t period);

/* How many months are due that are newer than `newest`; of a feed that has brought none, 0. */
int calendar_lag(const struct publishing *publishing, int32_t newest, int64_t now_ms);

/* Time to the next poll, seconds. Around a day of the calendar whose month is not there yet the feed is asked
 * eight times as often, and no poll passes over the beginning of that time. */
int64_t calendar_interval_s(const struct publishing *publishing, int32_t newest, int64_t now_ms);

#endif
