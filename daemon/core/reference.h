/* The reference tables together: what rules and feeds look up. Immutable once read, swapped as a whole with
 * the rules. */
#ifndef CORE_REFERENCE_H
#define CORE_REFERENCE_H

#include "core/concordance.h"
#include "core/country.h"
#include "core/deadline.h"
#include "core/measure.h"
#include "core/quota.h"

struct reference {
    struct baskets baskets;
    struct measures measures;
    struct quotas quotas;
    struct countries countries;
    struct concordance concordance;
    int32_t as_of; /* the day up to which cases and measures are entered: the latest that a document says; 0
                      where none does */
    struct deadlines deadlines;
};

#define REFERENCE_NULL ((struct reference){0})

extern const struct shape reference_shape; /* of one document */

/* Reads documents whose top-level keys are any of baskets, measures, quotas, countries, concordance,
 * deadlines and as_of, at least one. All documents are given at once, since rows of one refer to another: the
 * concordance and baskets first. Codes of baskets are followed through the concordance, those of measures
 * widened by them. Texts are copied. 0, or -EINVAL with every fault in `diags` (K0xx, L0xx, B0xx, M0xx, Q0xx,
 * N0xx, U0xx, V0xx). */
int reference_read(
    const struct node *const *documents, size_t n, struct reference *ret_reference, struct diag_list *diags);
void reference_deinit(struct reference *reference);

/* The day as of which cases and measures are looked at in a period: its last. In the newest one that can be
 * judged it is the day up to which they are entered, where that is later: figures come weeks after their
 * month, and a case that was filed meanwhile is known. */
static inline int32_t reference_day(const struct reference *reference, int32_t period, int32_t newest)
{
    int32_t end = date_end_of_period(period);
    return period == newest && reference->as_of > end ? reference->as_of : end;
}

#endif
