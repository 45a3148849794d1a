/* Parts of rule_read. Private to rule*.c. */
#ifndef CORE_RULE_READ_H
#define CORE_RULE_READ_H

#include "core/rule.h"

/* The keys of a rule as they are written; nodes are read further, part by part. */
struct rule_text {
    const char *id;
    const struct node *title, *advice, *valid, *scope, *let, *when, *clear, *thresholds, *overrides, *for_,
        *rank;
    int64_t top;
    bool has_top; /* it is written, be it faulty */
    struct texts basis, accept;
    int audience, severity, missing, mode;
    const char *owner, *decision,
        *note; /* kept in the file and its digest; the program has no use for them */
};

/* Of parts that rule_condition.c reads. */
extern const struct shape rule_let_shape, rule_template_shape;

/* Whether a key is an identifier of the rule language. `what` names the thing in messages ("a threshold"). */
int rule_check_name(const struct rule_reader *reader, const struct node *key, const char *what);

/* All return 0, or -EINVAL with every fault reported. */
int rule_read_for(const struct rule_reader *reader, const struct node *node, struct alert_policy *policy);
int rule_read_valid(const struct rule_reader *reader, const struct node *node, struct rule *rule);
int rule_read_scope(const struct rule_reader *reader, const struct node *node, struct rule *rule);
int rule_read_thresholds(const struct rule_reader *reader, const struct node *node, struct rule *rule);
int rule_read_overrides(const struct rule_reader *reader, const struct node *node, struct rule *rule);
int rule_read_conditions(const struct rule_reader *reader, const struct rule_text *text, struct rule *rule);
int rule_check_templates(const struct rule_reader *reader, const struct rule_text *text);

#endif
