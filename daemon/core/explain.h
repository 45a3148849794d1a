/* Explaining: runs the judge's program for one scope and period and takes down what every part of it says.
 *
 * Pure; what the store knows besides (payloads, revisions, messages) is added by app/explain_store.c. */
#ifndef CORE_EXPLAIN_H
#define CORE_EXPLAIN_H

#include "core/explanation.h"
#include "core/judge.h"

struct explain_request {
    struct judge *judge; /* has judged everything */
    const struct panel *panel;
    const struct reference *reference;
    const char *home;
    uint32_t rule, scope; /* numbers in the judge */
    int32_t period;
};

/* Fills an empty explanation: all but sources, flags, revisions and alerts. */
void explain_scope(const struct explain_request *request, struct explanation *ret_explanation);
void explanation_deinit(struct explanation *explanation);

/* Months before the period that the rule reads the first of. */
int32_t explain_reach(const struct explanation *explanation);

/* ---- for explain_*.c ---- */

/* Thresholds, let names and conditions. */
void explain_conditions(const struct explain_request *request, struct explanation *explanation);
/* Roles with their series and months. */
void explain_data(const struct explain_request *request, struct explanation *explanation);
/* Measures, cases and quotas. */
void explain_tables(const struct explain_request *request, struct explanation *explanation);

#endif
