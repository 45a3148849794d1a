/* The binding of one rule to a panel. Private to judge*.c. */
#ifndef CORE_JUDGE_BIND_H
#define CORE_JUDGE_BIND_H

#include "core/judge.h"

/* One rule's scopes and the series each of their roles reads. */
struct bound_rule {
    const struct rule *rule;
    struct scope *scopes;
    size_t len, cap;
    const double **thresholds; /* per scope */
    struct binding *bindings;  /* [scope * role_count + role] */
    uint32_t *ids;             /* series numbers that the bindings point into */
    size_t id_count, id_cap;
    int32_t *firsts, *horizons; /* per scope: first period with any figure of its series, and the newest that
                                   can be judged */
    uint8_t *verdicts;          /* [scope * periods + period - first] */
    int32_t first;
    size_t periods;
};

struct bind_context {
    const struct panel *panel;
    const struct baskets *baskets;
    const char *home;
    const struct texts *sources;
};

/* Fills an empty bound_rule: scopes, thresholds, bindings, horizons; verdicts are left to the judge. */
void bound_rule_init(struct bound_rule *bound, const struct rule *rule, const struct bind_context *context);
void bound_rule_deinit(struct bound_rule *bound);

/* Takes firsts and horizons from the series as they now are. */
void bound_rule_update_horizons(struct bound_rule *bound, const struct panel *panel);

#endif
