/* A rule: law, texts, scope, thresholds and condition, compiled. Immutable once read. */
#ifndef CORE_RULE_H
#define CORE_RULE_H

#include <stdbool.h>

#include "core/alert.h"
#include "core/program.h"
#include "core/reference.h"
#include "core/selector.h"

enum { RULE_LETS_MAX = 24, RULE_THRESHOLDS_MAX = 24, RULE_NAME_MAX = 64 };

/* A named sub-expression, and a figure of the rule's messages. */
struct rule_let {
    const char *name;
    enum value_type type;
    int reg; /* register of the program */
    const struct expr *expr;
};

/* Where a scope matches, these thresholds hold instead. Empty lists match everything. */
struct rule_override {
    struct selector *products;
    size_t product_count;
    struct texts markets, origins;
    const double *thresholds; /* all of them, in the rule's order */
    uint32_t own;             /* a bit for each that it sets itself; the others are the rule's */
    struct place place;
};

struct rule {
    const char *id;
    struct place place;
    struct phrase title, advice;
    const char *const *basis;     /* NULL-terminated */
    int32_t valid_from, valid_to; /* periods; PERIOD_NONE: open */
    enum audience audience;
    enum severity severity;
    bool shadow; /* judged and journaled, never sent */
    struct alert_policy policy;

    struct selector *products;
    size_t product_count;
    struct texts markets, origins; /* no origins: the scope has none */
    bool all_markets;              /* `market: all`: every one that the history knows; markets is empty */
    bool no_origins;               /* the scope names none; false where it could not be read */

    const char **threshold_names;
    enum value_type *threshold_types;
    const double *thresholds;
    size_t threshold_count;
    struct rule_override *overrides; /* the first that matches wins */
    size_t override_count;

    struct rule_let *lets;
    size_t let_count;
    struct program program;
    int when, clear;                           /* registers; clear is -1 where left out */
    const struct expr *when_expr, *clear_expr; /* clear_expr: NULL where left out */

    int top;  /* alerts told one by one in a release; 0: no limit */
    int rank; /* register that ranks them; -1 where top is 0 */
    enum value_type rank_type;
    const struct expr *rank_expr; /* NULL where left out */

    uint32_t accepted; /* warnings that its author knows of: 1 << enum rule_warning (rule_lint.h) */
};

/* The thresholds that hold for a scope. */
const double *rule_thresholds(const struct rule *rule, const struct baskets *baskets, const char *product,
    const char *market, const char *origin);

/* The rule with another value of one threshold, also where an override leaves it as it is. The copy shares
 * all else with the rule; what is its own lives in `arena`. */
struct rule rule_with_threshold(const struct rule *rule, size_t threshold, double value, struct arena *arena);

/* The parts of `when`, then of `clear`, that and, or and not join: what explain and test coverage look at one
 * by one. Returns how many there are; at most `max` are stored. */
enum { RULE_CLAUSES_MAX = 64 };
size_t rule_clauses(const struct rule *rule, const struct expr **ret_clauses, size_t max);

/* What rule_read needs. */
struct rule_reader {
    const struct reference *reference;
    struct arena *arena;
    struct diag_list *diags;
};

/* Reads one rule from its map. 0, or -EINVAL with every fault in `diags` (codes R0xx, and those of keys and
 * expressions). */
extern const struct shape rule_shape;      /* what it reads */
extern const struct shape rule_name_shape; /* names of figures and thresholds */

int rule_read(const struct rule_reader *reader, const struct node *map, struct rule *ret_rule);

#endif
