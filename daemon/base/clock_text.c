#include <time.h>

#include "base/clock.h"

const char *clock_format(int64_t wall_ms, char buf[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(buf, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return buf;
}
