/* What tests have seen of rules: of each part of `when` and `clear` that and, or and not join, whether it was
 * true, and whether it was false, in a month of which a test expects something. */
#ifndef APP_COVERAGE_H
#define APP_COVERAGE_H

#include "core/judge.h"

struct clause {
    const struct expr *expr;
    bool seen[2]; /* false, true */
};

struct rule_coverage {
    const struct rule *rule;
    size_t tests;
    struct clause clauses[RULE_CLAUSES_MAX];
    size_t len;
};

struct coverage {
    struct rule_coverage *rules; /* in the order of the rule set */
    size_t len;
};

/* Outcomes seen, of all there are: two for each clause. */
struct coverage_sum {
    size_t seen, all;
};

void coverage_init(struct coverage *coverage, const struct ruleset *ruleset, struct arena *arena);

/* Counts a test of the rule. */
void coverage_add_test(struct coverage *coverage, const struct rule *rule);

/* Looks at the clauses of the rule as judge_evaluate has left them. */
void coverage_see(struct coverage *coverage, const struct rule *rule, const struct judge *judge);

struct coverage_sum coverage_of(const struct coverage *coverage);

/* One line for each rule, with what was never seen. */
void coverage_print(const struct coverage *coverage, FILE *out);

#endif
