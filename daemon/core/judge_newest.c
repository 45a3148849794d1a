#include "core/judge_newest.h"

#include <string.h>

#include "base/alloc.h"
#include "core/period.h"
#include "core/probe.h"

/* Whether verdicts of the period were made as of a later day, and it is the newest one no more. */
static bool was_newest(const struct newest *newest, int32_t period, int32_t now)
{
    return period != PERIOD_NONE && period != now &&
           reference_day(newest->reference, period, period) != reference_day(newest->reference, period, now);
}

/* Whether the owner, or a rule that shares its scopes, looks at cases. */
static bool reads_cases(const struct newest *newest, uint32_t owner)
{
    for (size_t i = owner; i < newest->len; i++)
        if (newest->rules[i].owner == owner && probe_reads_cases(&newest->rules[i].rule->program))
            return true;
    return false;
}

int32_t newest_move(const struct newest *newest, uint32_t owner, const struct panel *panel,
    const struct publications *publications)
{
    struct bound_rule *bound = &newest->rules[owner];
    bool reads = reads_cases(newest, owner);
    int32_t oldest = INT32_MAX;
    int32_t *before = alloc_zeroed(bound->len, sizeof *before);
    if (bound->len > 0)
        memcpy(before, bound->horizons, bound->len * sizeof *before);
    bound_rule_update_horizons(bound, panel, publications);
    for (size_t scope = 0; reads && scope < bound->len; scope++)
        if (was_newest(newest, before[scope], bound->horizons[scope]) && before[scope] < oldest)
            oldest = before[scope];
    alloc_free(before);
    return oldest;
}

void newest_lower(const struct newest *newest, uint32_t owner, const struct bound_rule *before,
    struct growth *growth)
{
    const struct bound_rule *bound = &newest->rules[owner];
    bool reads = reads_cases(newest, owner);
    for (size_t scope = 0; reads && scope < bound->len; scope++) {
        uint32_t old = growth->before[scope];
        int32_t horizon = old != SCOPE_NEW ? before->horizons[old] : PERIOD_NONE;
        if (was_newest(newest, horizon, bound->horizons[scope]) && horizon < growth->from[scope])
            growth->from[scope] = horizon;
    }
}
