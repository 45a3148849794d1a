#include "core/judge_bind.h"

#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "core/period.h"

/* ---- scopes ---- */

static void push_scope(struct bound_rule *bound, struct judge_scope scope)
{
    bound->scopes = alloc_grow(bound->scopes, bound->len, &bound->cap, sizeof *bound->scopes);
    bound->scopes[bound->len++] = scope;
}

/* One product in every market and origin of the rule. */
static void push_product(struct bound_rule *bound, const char *product)
{
    const struct rule *rule = bound->rule;
    for (size_t m = 0; m < rule->markets.len; m++) {
        struct judge_scope scope = {product, rule->markets.items[m], ""};
        if (rule->origins.len == 0)
            push_scope(bound, scope);
        for (size_t o = 0; o < rule->origins.len; o++) {
            scope.origin = rule->origins.items[o];
            push_scope(bound, scope);
        }
    }
}

/* Every product code of the panel with that beginning, once. */
static void push_prefix(
    struct bound_rule *bound, const char *prefix, const struct panel *panel, struct map *seen)
{
    for (uint32_t id = 0; id < panel_series_count(panel); id++) {
        const char *product = panel_series(panel, id)->key.product;
        uint32_t before;
        if (!str_starts(product, prefix) || map_get(seen, product, strlen(product), &before))
            continue;
        map_put(seen, product, strlen(product), id);
        push_product(bound, product);
    }
}

static void push_once(struct bound_rule *bound, const char *product, struct map *seen)
{
    uint32_t before;
    if (map_get(seen, product, strlen(product), &before))
        return;
    map_put(seen, product, strlen(product), 0);
    push_product(bound, product);
}

static void find_scopes(struct bound_rule *bound, const struct bind_context *context)
{
    struct map seen = MAP_NULL;
    for (size_t i = 0; i < bound->rule->product_count; i++) {
        const struct selector *selector = &bound->rule->products[i];
        switch (selector->kind) {
        case SELECT_BASKETS:
            for (size_t b = 0; b < context->baskets->len; b++)
                push_once(bound, context->baskets->items[b].id, &seen);
            break;
        case SELECT_BASKET:
        case SELECT_CODE:
            push_once(bound, selector->text, &seen);
            break;
        case SELECT_PREFIX:
            push_prefix(bound, selector->text, context->panel, &seen);
            break;
        }
    }
    map_deinit(&seen);
}

/* ---- series ---- */

static const char *place_code(enum role_place place, const struct judge_scope *scope, const char *home)
{
    switch (place) {
    case PLACE_HOME:
        return home;
    case PLACE_MARKET:
        return scope->market;
    case PLACE_ORIGIN:
        return scope->origin[0] != '\0' ? scope->origin : "W";
    case PLACE_WORLD:
        break;
    }
    return "W";
}

static void push_series(struct bound_rule *bound, struct series_key key, const struct bind_context *context)
{
    for (size_t i = 0; i < context->sources->len; i++) {
        key.source = context->sources->items[i];
        uint32_t id = panel_find(context->panel, &key);
        if (id == SERIES_NONE)
            continue;
        bound->ids = alloc_grow(bound->ids, bound->id_count, &bound->id_cap, sizeof *bound->ids);
        bound->ids[bound->id_count++] = id;
        return; /* sources stand in order of preference */
    }
}

/* The series of one role in one scope: a series for each code of the basket that some source reports. */
static void bind_role(struct bound_rule *bound, enum series_role name, const struct judge_scope *scope,
    const struct bind_context *context)
{
    const struct role *role = &series_roles[name];
    const struct basket *basket = baskets_find(context->baskets, scope->product);
    struct basket_code itself = {.code = scope->product};
    const struct basket_codes code = {&itself, 1}, none = {0};
    const struct basket_codes *codes = basket == NULL ? &code : &basket->codes;
    if (role->of_inputs)
        codes = basket == NULL ? &none : &basket->inputs;
    struct series_key key = {
        .reporter = place_code(role->reporter, scope, context->home),
        .partner = place_code(role->partner, scope, context->home),
        .flow = role->flow,
    };
    struct binding binding = {.first = (uint32_t)bound->id_count};
    for (size_t i = 0; i < codes->len; i++) {
        key.product = codes->items[i].code;
        push_series(bound, key, context);
    }
    binding.count = (uint32_t)bound->id_count - binding.first;
    size_t n = (size_t)(scope - bound->scopes) * bound->rule->program.role_count;
    for (size_t i = 0; i < bound->rule->program.role_count; i++)
        if (bound->rule->program.roles[i] == name)
            bound->bindings[n + i] = binding;
}

static void bind_scopes(struct bound_rule *bound, const struct bind_context *context)
{
    const struct program *program = &bound->rule->program;
    bound->bindings = alloc_zeroed(bound->len * program->role_count, sizeof *bound->bindings);
    bound->thresholds = alloc_zeroed(bound->len, sizeof *bound->thresholds);
    for (size_t i = 0; i < bound->len; i++) {
        const struct judge_scope *scope = &bound->scopes[i];
        bound->thresholds[i] =
            rule_thresholds(bound->rule, context->baskets, scope->product, scope->market, scope->origin);
        for (size_t role = 0; role < program->role_count; role++)
            bind_role(bound, program->roles[role], scope, context);
    }
}

/* ---- horizons ---- */

/* First and last period with a figure of any of the role's series; PERIOD_NONE while there is none. */
struct span {
    int32_t first, last;
};

static struct span role_span(
    const struct bound_rule *bound, const struct panel *panel, struct binding binding)
{
    struct span span = {PERIOD_NONE, PERIOD_NONE};
    for (uint32_t i = 0; i < binding.count; i++) {
        const struct series *series = panel_series(panel, bound->ids[binding.first + i]);
        if (series->first != PERIOD_NONE && (span.first == PERIOD_NONE || series->first < span.first))
            span.first = series->first;
        span.last = series->last > span.last ? series->last : span.last;
    }
    return span;
}

void bound_rule_update_horizons(struct bound_rule *bound, const struct panel *panel)
{
    size_t roles = bound->rule->program.role_count;
    for (size_t scope = 0; scope < bound->len; scope++) {
        struct span judged = {INT32_MAX, roles > 0 ? INT32_MAX : PERIOD_NONE};
        for (size_t role = 0; role < roles; role++) {
            struct span span = role_span(bound, panel, bound->bindings[scope * roles + role]);
            judged.first = span.first != PERIOD_NONE && span.first < judged.first ? span.first : judged.first;
            judged.last = span.last < judged.last ? span.last : judged.last;
        }
        bound->firsts[scope] = judged.first;
        bound->horizons[scope] = judged.last;
    }
}

void bound_rule_init(struct bound_rule *bound, const struct rule *rule, const struct bind_context *context)
{
    *bound = (struct bound_rule){.rule = rule};
    find_scopes(bound, context);
    bind_scopes(bound, context);
    bound->firsts = alloc_zeroed(bound->len, sizeof *bound->firsts);
    bound->horizons = alloc_zeroed(bound->len, sizeof *bound->horizons);
    bound_rule_update_horizons(bound, context->panel);
}

void bound_rule_deinit(struct bound_rule *bound)
{
    alloc_free(bound->scopes);
    alloc_free(bound->thresholds);
    alloc_free(bound->bindings);
    alloc_free(bound->ids);
    alloc_free(bound->firsts);
    alloc_free(bound->horizons);
    alloc_free(bound->verdicts);
    *bound = (struct bound_rule){0};
}
