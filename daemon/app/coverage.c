#include "app/coverage.h"

enum { CLAUSE_BYTES_MAX = 64 * 1024 };

void coverage_init(struct coverage *coverage, const struct ruleset *ruleset, struct arena *arena)
{
    coverage->rules = arena_array(arena, ruleset->len, sizeof *coverage->rules);
    coverage->len = ruleset->len;
    for (size_t i = 0; i < ruleset->len; i++) {
        struct rule_coverage *covered = &coverage->rules[i];
        const struct expr *clauses[RULE_CLAUSES_MAX];
        size_t n = rule_clauses(&ruleset->rules[i], clauses, RULE_CLAUSES_MAX);
        covered->rule = &ruleset->rules[i];
        covered->len = n < RULE_CLAUSES_MAX ? n : RULE_CLAUSES_MAX;
        for (size_t k = 0; k < covered->len; k++)
            covered->clauses[k].expr = clauses[k];
    }
}

static struct rule_coverage *find(struct coverage *coverage, const struct rule *rule)
{
    size_t i = 0;
    while (coverage->rules[i].rule != rule)
        i++;
    return &coverage->rules[i];
}

void coverage_add_test(struct coverage *coverage, const struct rule *rule)
{
    find(coverage, rule)->tests++;
}

void coverage_see(struct coverage *coverage, const struct rule *rule, const struct judge *judge)
{
    struct rule_coverage *covered = find(coverage, rule);
    for (size_t i = 0; i < covered->len; i++) {
        struct judged_value value = judge_value(judge, covered->clauses[i].expr->reg);
        if (value.unknown == KNOWN)
            covered->clauses[i].seen[value.value != 0] = true;
    }
}

static struct coverage_sum sum_of(const struct rule_coverage *covered)
{
    struct coverage_sum sum = {0, 2 * covered->len};
    for (size_t i = 0; i < covered->len; i++)
        sum.seen += (size_t)covered->clauses[i].seen[false] + (size_t)covered->clauses[i].seen[true];
    return sum;
}

struct coverage_sum coverage_of(const struct coverage *coverage)
{
    struct coverage_sum sum = {0, 0};
    for (size_t i = 0; i < coverage->len; i++) {
        struct coverage_sum rule = sum_of(&coverage->rules[i]);
        sum.seen += rule.seen;
        sum.all += rule.all;
    }
    return sum;
}

static const char *missing_outcome(const struct clause *clause)
{
    if (!clause->seen[false])
        return clause->seen[true] ? "never false" : "never seen";
    return clause->seen[true] ? NULL : "never true";
}

static void print_clause(const struct clause *clause, FILE *out)
{
    const char *missing = missing_outcome(clause);
    struct buf text;
    if (missing == NULL)
        return;
    buf_init(&text, CLAUSE_BYTES_MAX);
    (void)expr_print(clause->expr, &text); /* expressions are shorter than the limit of their files */
    fprintf(out, "    %-11s  %s\n", missing, buf_text(&text));
    buf_deinit(&text);
}

void coverage_print(const struct coverage *coverage, FILE *out)
{
    for (size_t i = 0; i < coverage->len; i++) {
        const struct rule_coverage *covered = &coverage->rules[i];
        struct coverage_sum sum = sum_of(covered);
        if (covered->tests == 0) {
            fprintf(out, "  %s: no test\n", covered->rule->id);
            continue;
        }
        fprintf(out, "  %s: %zu test%s, %zu of %zu outcomes\n", covered->rule->id, covered->tests,
            covered->tests == 1 ? "" : "s", sum.seen, sum.all);
        for (size_t k = 0; k < covered->len; k++)
            print_clause(&covered->clauses[k], out);
    }
}
