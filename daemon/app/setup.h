/* Everything that people wrote: configuration, feed descriptors, tables, templates and rules, read together,
 * immutable, swapped as a whole on reload. */
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
    struct table_files tables; /* what `reference` was read from */
    struct reference reference;
    struct ruleset *ruleset;            /* NULL where the rules have faults */
    struct message_templates templates; /* of mails */
    const struct node **rule_documents; /* what it was read from, for check */
    size_t rule_document_count;
    struct arena arena;
};

/* Reads everything that the configuration names. 0, or -EINVAL with every fault in `diags`; the setup is
 * still returned where only rules are faulty (ruleset NULL), so that a caller may fall back to an older rule
 * set, and is NULL otherwise. */
int setup_load(
    const char *config_path, enum config_secrets secrets, struct setup **ret_setup, struct diag_list *diags);

/* Compiles rules from the bytes that the store keeps (ruleset->files), against the setup's tables. */
int setup_restore_rules(struct setup *setup, struct slice files, struct diag_list *diags);

void setup_free(struct setup *setup);

const struct descriptor *setup_feed(const struct setup *setup, const char *name);

#endif
