/* A receiver's agenda: quiet hours, and when it is told of what, by the clock of its zone.
 *
 * Pure. A daily time comes once on each local day, also where the clock skips it (then at the first moment
 * after) or shows it twice (then at the first). */
#ifndef CORE_AGENDA_H
#define CORE_AGENDA_H

#include <stdbool.h>

#include "base/str.h"
#include "core/alert.h"
#include "core/hold.h"
#include "core/zone.h"

enum cadence_kind { CADENCE_AT_ONCE, CADENCE_DAILY, CADENCE_WEEKLY };

struct cadence {
    enum cadence_kind kind;
    int weekday; /* 0 is Monday */
    int minute;  /* of the local day */
};

struct agenda {
    const struct zone *zone;
    bool quiet;
    int quiet_from, quiet_until; /* minutes of the local day; may run over midnight */
    int passes;                  /* enum severity that comes all the same; SEVERITY_COUNT: none */
    struct cadence cadence[SEVERITY_COUNT];
};

/* Reads "at once", "daily 08:00" or "weekly monday 08:00". 0 or -EINVAL. */
int cadence_read(struct slice text, struct cadence *ret_cadence);

/* Reads "22:00-07:00" into quiet, quiet_from and quiet_until. 0, or -EINVAL also where both are the same. */
int agenda_read_quiet(struct slice text, struct agenda *agenda);

/* Whether nothing in it needs a zone. */
bool agenda_is_plain(const struct agenda *agenda);

/* Whether an event of this severity, decided now, is held, and until when: by its cadence, else by quiet
 * hours. */
struct holding agenda_hold(const struct agenda *agenda, enum severity severity, int64_t now_ms);

/* The same by quiet hours alone. */
struct holding agenda_quiet(const struct agenda *agenda, enum severity severity, int64_t now_ms);

#endif
