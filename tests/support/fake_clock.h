/* The clock of scenarios: stands still until it is set. Linked instead of base/clock.c. */
#ifndef TESTS_FAKE_CLOCK_H
#define TESTS_FAKE_CLOCK_H

#include "base/clock.h"

/* The monotonic clock moves by what the wall clock moves; backwards only the wall clock goes. */
void fake_clock_set(int64_t wall_ms);

#endif
