/* A rule set: all rules of all files, compiled, immutable, swapped as a whole. */
#ifndef CORE_RULESET_H
#define CORE_RULESET_H

#include "base/buf.h"
#include "base/digest.h"
#include "core/rule.h"

enum { RULES_MAX = 1000 };

struct ruleset {
    struct rule *rules;
    size_t len, cap;
    struct digest digest; /* of all files, in order */
    struct buf files;     /* their texts, as the store keeps them: name, NUL, length, NUL, bytes … */
    struct arena arena;
};

extern const struct shape ruleset_shape; /* of one file */

struct ruleset *ruleset_new(void);
void ruleset_free(struct ruleset *ruleset);

/* Keeps a text that judging depends on besides rules: a reference table, the order of the feeds. A verdict is
 * then a function of history and of what `files` holds. */
void ruleset_keep(struct ruleset *ruleset, struct place place, struct slice text, struct diag_list *diags);

/* Adds the rules of one document { rules: [ … ] } and keeps its text. Every fault goes to `diags`; good rules
 * of a faulty file are added all the same, so that all faults are seen in one run. The tables are borrowed
 * for the rule set's life. */
void ruleset_add(struct ruleset *ruleset, const struct node *document, struct slice text,
    const struct reference *reference, struct diag_list *diags);

/* Seals it: duplicate ids, digest. 0, or -EINVAL where `diags` holds errors. */
int ruleset_seal(struct ruleset *ruleset, struct diag_list *diags);

const struct rule *ruleset_find(const struct ruleset *ruleset, const char *id);

/* Walks the files kept in `files` bytes. Start with *offset 0; false at the end. */
bool ruleset_next_file(struct slice files, size_t *offset, const char **ret_name, struct slice *ret_text);

#endif
