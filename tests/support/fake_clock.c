#include "tests/support/fake_clock.h"

static int64_t wall_ms, monotonic_ms = 1000;

int64_t clock_wall_ms(void)
{
    return wall_ms;
}

int64_t clock_monotonic_ms(void)
{
    return monotonic_ms;
}

int64_t clock_monotonic_us(void)
{
    return monotonic_ms * 1000;
}

void fake_clock_set(int64_t to_ms)
{
    if (to_ms > wall_ms)
        monotonic_ms += to_ms - wall_ms;
    wall_ms = to_ms;
}
