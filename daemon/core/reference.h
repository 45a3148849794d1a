/* The reference tables together: what rules and feeds look up. Immutable once read, swapped as a whole with
 * the rules. */
#ifndef CORE_REFERENCE_H
#define CORE_REFERENCE_H

#include "core/country.h"
#include "core/deadline.h"
#include "core/measure.h"
#include "core/quota.h"

struct reference {
    struct baskets baskets;
    struct measures measures;
    struct quotas quotas;
    struct countries countries;
    struct deadlines deadlines;
};

#define REFERENCE_NULL ((struct reference){0})

extern const struct shape reference_shape; /* of one document */

/* Reads documents whose top-level keys are any of baskets, measures, quotas, countries and deadlines, at
 * least one. All documents are given at once, since rows of one refer to another: baskets first. Texts are
 * copied. 0, or -EINVAL with every fault in `diags` (K0xx, L0xx, B0xx, M0xx, Q0xx, N0xx, U0xx). */
int reference_read(
    const struct node *const *documents, size_t n, struct reference *ret_reference, struct diag_list *diags);
void reference_deinit(struct reference *reference);

#endif
