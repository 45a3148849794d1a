#include "core/judge_grow.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "core/period.h"

void growth_deinit(struct growth *growth)
{
    alloc_free(growth->before);
    alloc_free(growth->from);
    *growth = (struct growth){0};
}

/* ---- series ---- */

/* The first period in which a series that a role did not read before matters to its sums: where absence means
 * no trade in all months that there are, that of its first figure. */
static int32_t added_from(const struct series_use *use, const struct panel *panel, int32_t first)
{
    const struct series *series = panel_series(panel, use->id);
    if (use->zero_first == PERIOD_NONE || use->zero_first > first)
        return PERIOD_NONE;
    return series->first != PERIOD_NONE ? series->first : use->zero_last + 1;
}

/* The same of a series that it did read: a source may have published more months. */
static int32_t kept_from(const struct series_use *use, const struct series_use *before)
{
    if (use->zero_first != before->zero_first || use->from != before->from || use->until != before->until)
        return PERIOD_NONE;
    if (use->zero_last == before->zero_last)
        return INT32_MAX;
    return (use->zero_last < before->zero_last ? use->zero_last : before->zero_last) + 1;
}

/* Both in one order, so that what is new stands between what was there. */
static int32_t role_from(const struct bound_rule *bound, const struct binding *binding,
    const struct bound_rule *before, const struct binding *old, const struct panel *panel)
{
    const struct series_use *use = bound->uses + binding->first, *was = before->uses + old->first;
    int32_t from = INT32_MAX;
    uint32_t k = 0;
    if (old->count == 0 && binding->count > 0)
        return PERIOD_NONE;
    for (uint32_t i = 0; i < binding->count; i++) {
        bool kept = k < old->count && was[k].id == use[i].id;
        int32_t period = kept ? kept_from(&use[i], &was[k++]) : added_from(&use[i], panel, bound->first);
        from = period < from ? period : from;
    }
    return k == old->count ? from : PERIOD_NONE; /* a finer or better series has taken the place of one */
}

/* ---- scopes ---- */

static bool same_scope(const struct scope *a, const struct scope *b)
{
    return str_equal(a->product, b->product) && str_equal(a->market, b->market) &&
           str_equal(a->origin, b->origin);
}

/* Of a scope that was there. Neighbours share bindings: what was found of one is kept in `roles`. */
static int32_t scope_from(const struct bound_rule *bound, size_t scope, const struct bound_rule *before,
    size_t old, const struct panel *panel, int32_t roles[ROLE_COUNT])
{
    size_t count = bound->rule->program.role_count;
    const struct binding *now = &bound->bindings[scope * count], *was = &before->bindings[old * count];
    int32_t from = INT32_MAX;
    for (size_t role = 0; role < count; role++) {
        bool repeats = scope > 0 && old > 0 && roles[role] >= 0 &&
                       binding_equal(&now[role], &now[role] - count) &&
                       binding_equal(&was[role], &was[role] - count);
        if (!repeats)
            roles[role] = role_from(bound, &now[role], before, &was[role], panel);
        from = roles[role] < from ? roles[role] : from;
    }
    return from;
}

bool growth_init(struct growth *growth, const struct bound_rule *bound, const struct bound_rule *before,
    const struct panel *panel)
{
    int32_t roles[ROLE_COUNT];
    size_t old = 0;
    for (size_t role = 0; role < ROLE_COUNT; role++)
        roles[role] = -1; /* not found yet */
    growth->before = alloc_resize(NULL, bound->len, sizeof *growth->before);
    growth->from = alloc_resize(NULL, bound->len, sizeof *growth->from);
    for (size_t scope = 0; scope < bound->len; scope++) {
        bool was = old < before->len && same_scope(&bound->scopes[scope], &before->scopes[old]);
        growth->before[scope] = was ? (uint32_t)old : SCOPE_NEW;
        growth->from[scope] = was ? scope_from(bound, scope, before, old, panel, roles) : PERIOD_NONE;
        for (size_t role = 0; !was && role < ROLE_COUNT; role++)
            roles[role] = -1;
        old += was;
    }
    return old == before->len;
}

void growth_carry(const struct growth *growth, struct bound_rule *bound, const struct bound_rule *before)
{
    int32_t from = bound->first > before->first ? bound->first : before->first;
    int32_t end = bound->first + (int32_t)bound->periods;
    int32_t old_end = before->first + (int32_t)before->periods;
    end = end < old_end ? end : old_end;
    for (size_t scope = 0; scope < bound->len && from < end; scope++)
        if (growth->before[scope] != SCOPE_NEW)
            memcpy(bound->verdicts + scope * bound->room + (size_t)(from - bound->first),
                before->verdicts + growth->before[scope] * before->room + (size_t)(from - before->first),
                (size_t)(end - from));
}
