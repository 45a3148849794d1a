/* Warnings about rules that can be read and judged, and yet will hardly do what their author wants. They
 * never stop a rule; `tdwatch check` shows them. A rule may accept some (key `accept`). */
#ifndef CORE_RULE_LINT_H
#define CORE_RULE_LINT_H

#include "core/ruleset.h"

/* By their codes, W001 first. */
enum rule_warning {
    WARN_CONSTANT,         /* W001 a condition that never or always holds */
    WARN_CLEAR,            /* W002 clear is not below when */
    WARN_BASE,             /* W003 a rise from almost nothing fires */
    WARN_VALUE_ALONE,      /* W004 growth of value alone */
    WARN_UNITS,            /* W005 kg and pieces of the same series */
    WARN_NOTHING,          /* W006 selects nothing */
    WARN_HISTORY,          /* W007 looks back further than history does (app/history_lint.h) */
    WARN_HIDDEN,           /* W008 an override behind one that matches whatever it does */
    WARN_PERIOD,           /* W009 compares fewer than three months with those just before */
    WARN_UNUSED_THRESHOLD, /* W010 */
    WARN_UNUSED_LET,       /* W011 and not worth showing either */
    WARN_BASIS,            /* W012 no law */
    WARN_FLAPPING,         /* W013 no hysteresis */
    WARN_WORDING,          /* W014 words that a warning must not say */
    WARN_AUDIENCE,         /* W015 origin risk in public */
    WARN_SEVERITY,         /* W016 critical without a hard fact */
    WARN_ACCEPTED,         /* W017 accepts what does not occur; cannot be accepted itself */
    RULE_WARNING_COUNT
};

struct rule_lint_input {
    const struct rule *rule;
    const struct node *map; /* what it was read from */
    const struct baskets *baskets;
};

/* All warnings that the rule and the tables alone give reason to. */
void rule_lint(const struct rule_lint_input *input, struct diag_list *diags);

/* Those of every rule of a document that was added to the rule set. */
void rule_lint_document(const struct ruleset *ruleset, const struct node *document,
    const struct baskets *baskets, struct diag_list *diags);

/* The map that a rule of the document was read from, or NULL. */
const struct node *rule_lint_map(const struct node *document, const struct rule *rule);

/* Where one rule's warnings go. */
struct rule_warnings {
    const struct rule *rule;
    struct diag_list *diags;
    uint32_t seen; /* 1 << enum rule_warning, accepted ones too */
};

/* Adds a warning with its code and hint, unless the rule accepts it. */
void rule_warn(struct rule_warnings *warnings, enum rule_warning warning, struct place place,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
