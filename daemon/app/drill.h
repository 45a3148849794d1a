/* A drill: a marked test alert goes from a rule to receivers as a real one does, and every hop is reported.
 *
 * No store is opened: no alert is raised, nothing is journaled, nothing can be told of it later. */
#ifndef APP_DRILL_H
#define APP_DRILL_H

#include <stdio.h>

#include "app/setup.h"
#include "core/message.h"

/* An alert of the rule that says in every text and in its CloudEvent type that it is a drill. Texts in
 * `arena`. */
struct alert_record drill_record(
    const struct setup *setup, const struct rule *rule, int64_t now_ms, struct arena *arena);

/* Sends it to every receiver that it reaches, or to the one named, all at the same time, and prints what
 * came. How many did not take it; -errno where nothing could be sent. */
int drill_send(const struct setup *setup, const struct alert_record *record, const char *receiver, FILE *out);

#endif
