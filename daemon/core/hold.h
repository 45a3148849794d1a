/* Why a receiver is told of an event later than it was decided, and when.
 *
 * Holding hides nothing: what is held is kept with its event, and ends in a delivery. */
#ifndef CORE_HOLD_H
#define CORE_HOLD_H

#include <stdint.h>

enum hold {
    HOLD_NONE,
    HOLD_QUIET_HOURS,  /* the receiver's */
    HOLD_CADENCE,      /* its daily or weekly time */
    HOLD_LIMIT,        /* its messages of this hour are used up */
    HOLD_SILENCED,     /* people have silenced the alert */
    HOLD_INHIBITED,    /* a wider or graver alert says the same */
    HOLD_ACKNOWLEDGED, /* people know, and it says nothing graver */
    HOLD_COUNT
};

/* What is decided for one event and one receiver. */
struct holding {
    enum hold why;    /* HOLD_NONE: told now */
    int64_t until_ms; /* wall clock; told at the latest then */
};

#define HOLDING_NONE ((struct holding){HOLD_NONE, 0})

/* "quiet hours", "cadence": for people and for JSON. */
const char *hold_name(enum hold hold);

#endif
