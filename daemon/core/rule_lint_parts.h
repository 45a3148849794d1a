/* Parts of rule_lint. Private to rule_lint*.c. */
#ifndef CORE_RULE_LINT_PARTS_H
#define CORE_RULE_LINT_PARTS_H

#include "core/rule_lint.h"

/* A part of an expression, and the scalar that it is written in. */
struct rule_part {
    const struct expr *expr;
    const struct node *scalar;
};

struct rule_lint {
    const struct rule *rule;
    const struct node *map;
    const struct baskets *baskets;
    struct rule_part
        *parts; /* by register: the first part that has it, in `when`, then `clear`, then `let` */
    struct rule_warnings warnings;
    struct arena arena;
};

/* ---- walking through expressions ---- */

/* Calls fn for the part and all below it, those of let names too, each name once. Words and windows are no
 * parts. */
struct rule_walk {
    const struct rule_lint *lint;
    void (*fn)(void *userdata, struct rule_part part);
    void *userdata;
    uint32_t lets; /* bit by number: those that were met */
};

void rule_walk(struct rule_walk *walk, struct rule_part part);

/* `when`, `clear`, `rank`; empty where left out. */
struct rule_part rule_lint_part(const struct rule_lint *lint, const char *key);
struct rule_part rule_lint_let(const struct rule_lint *lint, size_t index);

struct place rule_part_place(struct rule_part part);
bool rule_part_calls(struct rule_part part, const char *function);
/* As it is written, shortened. */
const char *rule_part_text(struct rule_lint *lint, struct rule_part part);

/* ---- conditions as alternatives ---- */

/* What a condition asks of one register: its value lies between. What is no comparison with a constant stands
 * for itself: 1 where it must hold, 0 where it must not. */
struct demand {
    int reg, clause; /* clause: register of the smallest part that says so */
    double low, high;
    bool low_open, high_open; /* the end does not belong */
};

/* Demands that must hold together. */
struct term {
    struct demand *items;
    size_t len;
};

/* Of which one must hold: none, never; one that is empty, always. */
struct terms {
    struct term *items;
    size_t len;
};

/* The alternatives under which a register of conditions is true (or, `holds` false, is not). False: there are
 * too many to look at. */
bool rule_terms(const struct rule_lint *lint, const double *thresholds, int reg, bool holds,
    struct arena *arena, struct terms *ret_terms);

bool demands_meet(const struct demand *a, const struct demand *b);

/* Two demands of the term that never hold together; NULL where there are none. */
const struct demand *term_clash(const struct term *term, const struct demand **ret_other);

/* ---- the warnings, by what they look at ---- */

void rule_lint_constants(struct rule_lint *lint); /* W001 */
void rule_lint_clear(struct rule_lint *lint);     /* W002 */
void rule_lint_rises(struct rule_lint *lint);     /* W003, W013 */
void rule_lint_figures(struct rule_lint *lint);   /* W004, W005, W009, W015, W016 */
void rule_lint_scope(struct rule_lint *lint);     /* W006, W008 */
void rule_lint_names(struct rule_lint *lint);     /* W010, W011 */
void rule_lint_wording(struct rule_lint *lint);   /* W014 */

#endif
