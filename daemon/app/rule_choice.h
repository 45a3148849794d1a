/* Rules that are tried on history, with what they are judged by: those of the configuration, of files, or the
 * last ones that the store has accepted. */
#ifndef APP_RULE_CHOICE_H
#define APP_RULE_CHOICE_H

#include "app/rulebook.h"
#include "app/setup.h"
#include "io/store.h"

struct rule_choice {
    const char *name;     /* for reports: "configured", or its files */
    struct ruleset rules; /* a view: some or all rules of a set that lives elsewhere */
    const struct reference *reference;
    const char *home;
    struct sources sources;

    /* Its own, where it is not the setup's. */
    struct rulebook *book;   /* "stored" */
    struct ruleset *ruleset; /* of files */
    struct table_files tables;
    struct reference own_reference;
    struct arena arena;
};

/* All: 0, or -EINVAL with every fault in `diags`, or -errno; rule_choice_deinit in either case. The setup
 * must outlive the choice. */

/* Rule files, or directories of them, against these tables; without any, those of the configuration. */
int rule_choice_files(const struct setup *setup, const struct texts *rules, const struct texts *tables,
    struct rule_choice *ret_choice, struct diag_list *diags);

/* "configured", "stored", or one path. */
int rule_choice_named(const struct setup *setup, struct store *store, const char *name,
    struct rule_choice *ret_choice, struct diag_list *diags);

/* Keeps the rules with these ids. 0, or -ENOENT with the first that is not there in *ret_missing. */
int rule_choice_keep(struct rule_choice *choice, char *const *ids, size_t n, const char **ret_missing);

const struct rule *rule_choice_find(const struct rule_choice *choice, const char *id);

/* The id that was meant, or NULL. */
const char *rule_choice_suggest(const struct rule_choice *choice, const char *id);

void rule_choice_deinit(struct rule_choice *choice);

#endif
