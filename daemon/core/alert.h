/* Alerts: the state of one rule in one scope, as a fold over the verdicts of its periods.
 *
 * Pure and tabled. The state is a function of the verdicts alone, so a restart, a reload or a late revision
 * cannot reset or lose it; what has been told to people is compared with it, and the difference is what must
 * be told next. */
#ifndef CORE_ALERT_H
#define CORE_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "core/figure.h"

/* What a rule says of one period. */
enum verdict {
    VERDICT_UNKNOWN,    /* a figure that decides is missing */
    VERDICT_TRUE,       /* `when` holds */
    VERDICT_HOLD,       /* `when` does not hold, and `clear` does not either */
    VERDICT_CLEAR,      /* `clear` holds (left out: not `when`) */
    VERDICT_NOT_JUDGED, /* the rule does not judge this period (year to date before April): nothing changes */
    VERDICT_COUNT
};

enum alert_state {
    ALERT_INACTIVE,
    ALERT_PENDING, /* `when` holds, not yet for long enough */
    ALERT_FIRING,
    ALERT_CLEARING, /* fired; `when` holds no longer, `clear` not yet */
    ALERT_NO_DATA,  /* fired; the newest period is UNKNOWN, under `missing: alert` */
    ALERT_STATE_COUNT
};

enum alert_event {
    EVENT_NONE,
    EVENT_RAISED,
    EVENT_STRENGTHENED, /* severity rose */
    EVENT_CONFIRMED,    /* a revision kept it */
    EVENT_RETRACTED,    /* a revision undid it */
    EVENT_CLEARED,
    EVENT_STALE, /* no data for the newest period */
    EVENT_COUNT
};

enum severity { SEVERITY_WATCH, SEVERITY_CAUTION, SEVERITY_WARNING, SEVERITY_CRITICAL, SEVERITY_COUNT };
enum audience { AUDIENCE_PUBLIC, AUDIENCE_INTERNAL };
/* What UNKNOWN does to a firing alert: nothing, end it, or say so. */
enum missing_policy { MISSING_KEEP, MISSING_CLEAR, MISSING_ALERT };

const char *alert_state_name(enum alert_state state);
const char *alert_event_name(enum alert_event event);
const char *severity_name(enum severity severity);

/* Whether an event of this kind is sent to receivers; all are journaled. */
bool alert_event_notifies(enum alert_event event);
/* Whether an alert has ended with it. */
bool alert_event_closes(enum alert_event event);
/* Whether it only says again that an alert stands, at the severity that was told. */
bool alert_event_repeats(enum alert_event event);

struct alert_policy {
    int need, of; /* `for: need of of releases`; 1 of 1 by default; of <= 32 */
    enum missing_policy missing;
};

/* The state after the newest verdict, and the episode it belongs to. */
struct alert_track {
    enum alert_state state;
    int32_t raised;      /* period that raised the episode now open, or PERIOD_NONE */
    int32_t ended;       /* period that ended the last episode, or PERIOD_NONE */
    int32_t last_raised; /* period that raised the last ended episode, or PERIOD_NONE */
    uint32_t recent;     /* newest verdicts, a bit each, 1 = TRUE; for `need of of` */
};

/* One step: the verdict of `period`. Periods come in order. */
void alert_step(
    const struct alert_policy *policy, enum verdict verdict, int32_t period, struct alert_track *track);

/* Whether an alert stands open in this state. */
bool alert_is_open(enum alert_state state);

/* Folds the verdicts of periods first … first + n − 1 from the beginning. */
struct alert_track alert_fold(
    const struct alert_policy *policy, const uint8_t *verdicts, size_t n, int32_t first);

/* What an alert is about. `origin` is "" where the rule has none. Borrowed texts. */
struct alert_scope {
    const char *rule, *product, *market, *origin;
};

enum { ALERT_ID_SIZE = 33 };

/* The alert's name everywhere: the first 128 bits of SHA-256 over rule, scope and raising period. The same on
 * every machine and after every restart. */
void alert_id(const struct alert_scope *scope, int32_t raised, char ret_id[ALERT_ID_SIZE]);

/* What people have been told of the alert of one scope; what the store holds. */
struct alert_told {
    bool open;
    int32_t raised; /* period that raised it */
    enum severity severity;
    enum alert_state state;
    int32_t period; /* newest period told or confirmed */
};

/* What to tell next, given what was told and where the fold stands now. `revised` says that figures of an
 * already told period changed. EVENT_NONE: nothing. */
enum alert_event alert_next_event(
    const struct alert_told *told, const struct alert_track *track, enum severity severity, bool revised);

#endif
