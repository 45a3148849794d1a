/* From what an operator types to a rule's scope. */
#ifndef APP_EXPLAIN_FIND_H
#define APP_EXPLAIN_FIND_H

#include "app/setup.h"
#include "core/judge.h"

/* Numbers of a rule and its scope in the judge. */
struct scope_place {
    uint32_t rule, scope;
};

/* `wanted->origin` may be NULL: the rule's only one. 0; -ENOENT: why there is none is in *ret_text, which
 * lives in `arena`. */
int explain_find(const struct setup *setup, const struct judge *judge, const struct alert_scope *wanted,
    struct arena *arena, struct scope_place *ret_place, const char **ret_text);

#endif
