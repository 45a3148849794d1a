/* Everything that people wrote: configuration, feed descriptors, tables, templates and rules, read together
 * and swapped as a whole on reload; and beside the tables, the cases that the store's notices are about.
 *
 * Configuration, feeds, keys and templates are immutable. Tables and rules are the engine's alone: cases
 * change them. */
#ifndef APP_SETUP_H
#define APP_SETUP_H

#include "app/config.h"
#include "app/table_files.h"
#include "core/message_template.h"
#include "core/publication.h"
#include "core/ruleset.h"
#include "feeds/descriptor.h"

enum { FEEDS_MAX = 200 };

/* The key that a feed's source wants to see. */
struct feed_key {
    const char *text;  /* NULL: it has none, or secrets were left alone */
    const char *fault; /* why it cannot be read; NULL: nothing is wrong */
};

struct setup {
    struct config *config;
    struct descriptor *feeds; /* in order of preference */
    struct feed_key *keys;    /* of each of them */
    size_t feed_count;
    struct sources sources;    /* as the judge sees them, in the same order */
    struct table_files tables; /* what `reference` was read from: files, and behind them the store's cases */
    struct reference reference;
    size_t file_measures;               /* so many of its measures are those of files */
    const char *cases;                  /* the text of the store's cases; "" where it has none */
    struct ruleset *ruleset;            /* NULL where the rules have faults */
    struct message_templates templates; /* of mails */
    const struct node **rule_documents; /* what it was read from, for check */
    size_t rule_document_count;
    struct arena arena, case_arena; /* case_arena: what came with the cases */
};

/* Reads everything that the configuration names. 0, or -EINVAL with every fault in `diags`; the setup is
 * still returned where only rules are faulty (ruleset NULL), so that a caller may fall back to an older rule
 * set, and is NULL otherwise. */
int setup_load(
    const char *config_path, enum config_secrets secrets, struct setup **ret_setup, struct diag_list *diags);

/* Compiles rules from the bytes that the store keeps (ruleset->files), against the setup's tables. */
int setup_restore_rules(struct setup *setup, struct slice files, struct diag_list *diags);

/* Puts cases, a file of tables as text or "", in place of those that are there, and reads tables and rules
 * anew. Nobody may judge by the old ones meanwhile. 0; -EINVAL with faults in `diags`, and nothing has
 * changed. */
int setup_take_cases(struct setup *setup, const char *text, struct diag_list *diags);

void setup_free(struct setup *setup);

const struct descriptor *setup_feed(const struct setup *setup, const char *name);

#endif
