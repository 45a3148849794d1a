/* Inhibition: an open alert that says more holds back one that says less of the same thing.
 *
 * Held back is not hidden: what still stands when the alert that says more has ended is told then. */
#ifndef CORE_INHIBITION_H
#define CORE_INHIBITION_H

#include "core/alert.h"

enum inhibition {
    INHIBITION_NONE,
    INHIBITION_HEADING,  /* the same rule on the chapter or heading that the code is below */
    INHIBITION_CRITICAL, /* a critical alert of the same scope, by whichever rule, over a watch */
};

/* Whether `greater`, while it is open, holds `lesser` back, and why. A heading holds back what is no graver
 * than it is. */
enum inhibition inhibition_of(const struct alert_scope *greater, enum severity greater_severity,
    const struct alert_scope *lesser, enum severity lesser_severity);

const char *inhibition_name(enum inhibition inhibition); /* "heading", "critical"; "" for none */

#endif
