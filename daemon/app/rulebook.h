/* What a verdict depends on besides history: rules, reference tables, home country, the feeds in their order.
 * The store keeps these texts with every accepted rule set, so that an alert can be recomputed years later,
 * with no file of today. */
#ifndef APP_RULEBOOK_H
#define APP_RULEBOOK_H

#include "app/table_files.h"
#include "core/publication.h"
#include "core/ruleset.h"

struct rulebook {
    const char *home;
    struct sources sources;
    struct table_files tables;
    struct reference reference;
    struct ruleset *ruleset;
    struct arena arena;
};

/* Keeps home, feeds and tables in a rule set, before its rules are added. */
void rulebook_keep(struct ruleset *ruleset, const char *home, const struct sources *sources,
    const struct table_files *tables, struct diag_list *diags);

/* Reads all from the bytes that the store keeps. 0, or -EINVAL with faults in `diags`; rulebook_deinit in
 * either case. */
int rulebook_read(struct slice files, struct rulebook *ret_rulebook, struct diag_list *diags);
void rulebook_deinit(struct rulebook *rulebook);

/* The rules alone, over other tables. */
void rulebook_add_rules(struct slice files, const struct reference *reference, struct ruleset *ruleset,
    struct arena *arena, struct diag_list *diags);

#endif
