/* Deadlines: days that a law gives from a step of a case, for who is to answer it and for who decides it.
 * Data, read from feeds/deadlines.yaml, each row with its source. A notice of the case itself prevails. */
#ifndef CORE_DEADLINE_H
#define CORE_DEADLINE_H

#include "core/measure.h"

enum deadline_step { DEADLINE_PETITION, DEADLINE_INITIATION };

struct deadline {
    const char *market;
    unsigned types; /* 1 << enum measure_type */
    enum deadline_step after;
    int days; /* calendar days */
    struct phrase what;
    const char *basis;  /* the law and its article */
    const char *source; /* who says so */
    struct place place;
};

struct deadlines {
    struct deadline *items; /* in file order */
    size_t len, cap;
    struct arena arena;
};

#define DEADLINES_NULL ((struct deadlines){0})

extern const struct shape deadlines_shape; /* the list of them */

/* Adds the rows of a list. 0, or -EINVAL with every fault in `diags` (codes U00x; L0xx of core/row.h); the
 * caller drops the table then. */
int deadlines_add(struct deadlines *deadlines, const struct node *list, struct diag_list *diags);
void deadlines_deinit(struct deadlines *deadlines);

/* The day that it falls on in a case; DATE_NONE where it is about other cases, or the step has no day. */
int32_t deadline_day(const struct deadline *deadline, const struct measure *measure);

#endif
