/* A rule of a line for each key, in which a case replaces, adds or takes away lines, and says what findings
 * that gives. */
#ifndef TESTS_RULE_DRAFT_H
#define TESTS_RULE_DRAFT_H

#include "base/diag.h"
#include "tests/support/cases.h"

enum { DRAFT_LINES_MAX = 20, DRAFT_BYTES_MAX = 4096 };

struct rule_draft {
    const char *lines[DRAFT_LINES_MAX]; /* NULL-terminated */
    int line;                           /* number of the line that the case is about, from 1 */
    char text[DRAFT_BYTES_MAX];         /* all lines, as YAML */
    size_t first;                       /* number of the first line of the case that is an expectation */
};

/* Applies a case to a good rule. Its lines stand in the place of those of the same key, or behind all; "-key"
 * takes a line away. The lines behind them are expectations. */
void rule_draft_init(struct rule_draft *draft, const char *const *good, const struct cases *cases);

/* Fails the case unless the findings are those that it expects, each written as "column CODE text" for its
 * first line, or "@key:column CODE text" or "@line:column CODE text" elsewhere. */
void rule_draft_check(const struct rule_draft *draft, struct cases *cases, struct diag_list *diags);

#endif
