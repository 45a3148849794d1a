#include "core/zone.h"

/* The last change that is not after the moment. */
static size_t change_at(const struct zone *zone, int64_t utc_s)
{
    size_t low = 0, high = zone->len;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at_s <= utc_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t zone_local(const struct zone *zone, int64_t utc_s)
{
    return utc_s + zone->changes[change_at(zone, utc_s)].offset_s;
}

int64_t zone_utc(const struct zone *zone, int64_t local_s)
{
    /* No offset is greater than a day: what held two days before is early enough to begin with. */
    enum { TWO_DAYS_S = 2 * 24 * 3600 };
    for (size_t i = change_at(zone, local_s - TWO_DAYS_S);; i++) {
        int64_t utc_s = local_s - zone->changes[i].offset_s;
        if (i > 0 && utc_s < zone->changes[i].at_s)
            utc_s = zone->changes[i].at_s; /* skipped: the clock goes on from here */
        if (i + 1 == zone->len || utc_s < zone->changes[i + 1].at_s)
            return utc_s;
    }
}
