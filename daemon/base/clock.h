/* The two clocks. The only file that reads them; everything else takes `now` as an argument, and tests link
 * another clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970-01-01T00:00Z. May jump. For due times that must survive a restart, and for people.
 */
int64_t clock_wall_ms(void);

/* Milliseconds since an arbitrary start; never goes back. For intervals and time-outs. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void); /* the same clock */

/* "2025-08-06T09:30:00Z" into buf. Returns buf. */
enum { CLOCK_TEXT_SIZE = 32 };
const char *clock_format(int64_t wall_ms, char buf[CLOCK_TEXT_SIZE]);

#endif
