/* Restraint: what people and alerts that say more hold back from a receiver. Whatever is held back is told
 * once that has ended. */
#ifndef APP_RESTRAIN_H
#define APP_RESTRAIN_H

#include "app/engine_state.h"
#include "core/hold.h"

/* Held back for as long as another alert is open, which no clock knows: restrain_wake ends it. */
#define RESTRAINED_OPEN_END INT64_MAX

/* An event of an alert on its way to a receiver. */
struct restrained {
    const char *alert; /* its id */
    const struct alert_scope *scope;
    enum severity severity;
    bool repeats; /* it says again what was told at this severity */
    const struct receiver *receiver;
    int64_t now_ms;
};

/* Whether it is held back: by a silence, by an open alert that the receiver hears of and that says more, or,
 * where it repeats, by an acknowledgement. HOLD_NONE: by nothing. 0 or -errno. */
int restrain(struct engine *engine, const struct restrained *event, struct holding *ret_holding);

/* What is held for this reason is looked at again, at the next tick. */
int restrain_wake(struct engine *engine, enum hold why, int64_t now_ms);

/* Reads the silences again: the store, or the tables that they are matched by, have changed. */
int restrain_load(struct engine *engine);

#endif
