/* A time zone: from which moment on which offset holds. Pure; io/zone_data.c reads it from the system's data.
 *
 * Local times are seconds since 1970-01-01T00:00 by the clock on the wall. */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct zone_change {
    int64_t at_s; /* UTC; the first one holds from ever */
    int32_t offset_s;
};

struct zone {
    const char *name;
    const struct zone_change *changes; /* at least one, by time */
    size_t len;
};

int64_t zone_local(const struct zone *zone, int64_t utc_s);

/* The first moment at which the clock shows this time, or a later one where it is skipped. */
int64_t zone_utc(const struct zone *zone, int64_t local_s);

#endif
