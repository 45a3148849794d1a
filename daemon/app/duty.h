/* Duties: what the daemon does by the clock about alerts and silences, unless people act before.
 *
 * Nobody acknowledges: others are told. An acknowledgement ends and the alert still stands: it is told again.
 * A silence is about to end, or has met no alert: its author is told. All inside a transaction of the
 * caller's. */
#ifndef APP_DUTY_H
#define APP_DUTY_H

#include "app/engine_state.h"

/* The receiver has just been told of an alert that stands: from now on its escalation runs. 0 or -errno. */
int duty_told(struct engine *engine, const struct receiver *receiver, const char *alert,
    enum severity severity, int64_t now_ms);

/* Somebody has acted: what follows from it at its time. `silence`: the one that was made or has ended. */
int duty_acted(struct engine *engine, const struct action *action, const struct silence *silence);

/* Does all that is due. */
int duty_run(struct engine *engine, int64_t now_ms);

#endif
