/* Restraint: what people and alerts that say more hold back from a receiver. Whatever is held back is told
 * once that has ended. */
#ifndef APP_RESTRAIN_H
#define APP_RESTRAIN_H

#include "app/engine_state.h"
#include "core/filter.h"
#include "core/hold.h"

/* Held back for as long as another alert is open, which no clock knows: restrain_wake ends it. */
#define RESTRAINED_OPEN_END INT64_MAX

enum { RESTRAINT_MAX = 16 };

/* An event of an alert, and what may hold it back, whoever is to be told. */
struct restraint {
    const char *alert; /* its id */
    struct alert_scope scope;
    enum severity severity;
    bool repeats; /* it says again what was told at this severity */
    int64_t now_ms;
    const struct silence *silence;        /* in force over it, or NULL */
    struct labels greater[RESTRAINT_MAX]; /* open alerts that say more */
    size_t count;
};

/* Finds what may hold the event back: sets the last three. Good until silences or verdicts change. */
void restrain_find(const struct engine *engine, struct restraint *restraint);

/* Whether the event is held back from the receiver: by the silence, by an open alert that the receiver hears
 * of, or, where it repeats, by an acknowledgement. HOLD_NONE: by nothing. 0 or -errno. */
int restrain(struct engine *engine, const struct restraint *restraint, const struct receiver *receiver,
    struct holding *ret_holding);

/* What is held for this reason is looked at again, at the next tick. */
int restrain_wake(struct engine *engine, enum hold why, int64_t now_ms);

/* Reads the silences again: the store, or the tables that they are matched by, have changed. */
int restrain_load(struct engine *engine);

#endif
