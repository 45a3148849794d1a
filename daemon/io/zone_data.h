/* Time zones from the system's data (tzdata, by GLib). */
#ifndef IO_ZONE_DATA_H
#define IO_ZONE_DATA_H

#include "base/arena.h"
#include "core/zone.h"

/* Reads the zone of an IANA name ("Asia/Ho_Chi_Minh", "UTC"), with the changes of the years 2000 to 2100.
 * Kept in `arena`. 0; -ENOENT: there is no such zone, or no data. */
int zone_read(const char *name, struct arena *arena, struct zone *ret_zone);

#endif
