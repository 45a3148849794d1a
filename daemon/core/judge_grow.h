/* What is left of verdicts when rules are bound anew because series have been added. Private to judge*.c. */
#ifndef CORE_JUDGE_GROW_H
#define CORE_JUDGE_GROW_H

#include "core/judge_bind.h"

enum { SCOPE_NEW = UINT32_MAX };

/* Of the scopes of a new binding, in their order. */
struct growth {
    uint32_t *before; /* number in the binding before, or SCOPE_NEW */
    int32_t *from;    /* first period whose verdict may differ; INT32_MAX: none, PERIOD_NONE: all */
};

/* Compares the binding of a rule with that before it: series have been added meanwhile, none has gone. False:
 * they are not the same scopes in the same order, and nothing can be said. */
bool growth_init(struct growth *growth, const struct bound_rule *bound, const struct bound_rule *before,
    const struct panel *panel);
void growth_deinit(struct growth *growth);

/* Copies the verdicts of scopes that were there. `bound` has room for its periods. */
void growth_carry(const struct growth *growth, struct bound_rule *bound, const struct bound_rule *before);

#endif
