/* Warnings about rules that only history gives reason to: what they select is not there (W006), or they look
 * back further than it reaches (W007). */
#ifndef APP_HISTORY_LINT_H
#define APP_HISTORY_LINT_H

#include "core/publication.h"
#include "core/ruleset.h"

/* All borrowed. */
struct history_lint_input {
    const struct ruleset *ruleset;
    const struct node *const *documents; /* what its rules were read from */
    size_t document_count;
    const struct reference *reference;
    const char *home;
    const struct sources *sources;
    const struct panel *panel;
};

/* Says nothing while the panel is empty: there is no history yet. */
void history_lint(const struct history_lint_input *input, struct diag_list *diags);

#endif
