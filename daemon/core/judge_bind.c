#include "core/judge_bind.h"

#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "core/period.h"

/* Scopes of a rule that ranges over more than it names (codes of the history, all markets) are kept where
 * they have any series; those that it names are kept in any case. */
struct scope_finder {
    struct bound_rule *bound;
    const struct bind_context *context;
    struct texts markets;
    struct map seen; /* products */
    bool named;      /* the product now at hand is named by the rule */
};

/* ---- scopes ---- */

static void push_bindings(
    struct bound_rule *bound, const struct scope *scope, const struct bind_context *context)
{
    const struct program *program = &bound->rule->program;
    for (size_t role = 0; role < program->role_count; role++) {
        struct binding binding = {.first = (uint32_t)bound->use_count};
        bind_role(bound, program->roles[role], scope, context);
        binding.count = (uint32_t)bound->use_count - binding.first;
        bound->bindings =
            alloc_grow(bound->bindings, bound->binding_len, &bound->binding_cap, sizeof *bound->bindings);
        bound->bindings[bound->binding_len++] = binding;
    }
}

static void push_scope(struct scope_finder *finder, struct scope scope)
{
    struct bound_rule *bound = finder->bound;
    size_t bindings = bound->binding_len, uses = bound->use_count;
    push_bindings(bound, &scope, finder->context);
    if (bound->use_count == uses && !(finder->named && !bound->rule->all_markets)) {
        bound->binding_len = bindings;
        return;
    }
    bound->scopes = alloc_grow(bound->scopes, bound->len, &bound->cap, sizeof *bound->scopes);
    bound->scopes[bound->len++] = scope;
}

/* One product in every market and origin of the rule, once. */
static void push_product(struct scope_finder *finder, const char *product)
{
    const struct rule *rule = finder->bound->rule;
    uint32_t before;
    if (map_get(&finder->seen, product, strlen(product), &before))
        return;
    map_put(&finder->seen, product, strlen(product), 0);
    for (size_t m = 0; m < finder->markets.len; m++) {
        struct scope scope = {product, finder->markets.items[m], ""};
        if (rule->origins.len == 0)
            push_scope(finder, scope);
        for (size_t o = 0; o < rule->origins.len; o++) {
            scope.origin = rule->origins.items[o];
            push_scope(finder, scope);
        }
    }
}

/* A code of the history at the level that the selector asks for, or NULL. */
static const char *at_level(struct bound_rule *bound, const struct selector *selector, const char *code)
{
    size_t digits = (size_t)selector->digits;
    if (selector->kind != SELECT_LEVEL)
        return code;
    if (code[strspn(code, "0123456789")] != '\0' || strlen(code) < digits)
        return NULL;
    return strlen(code) == digits ? code : arena_strndup(&bound->texts, code, digits);
}

static void push_codes(struct scope_finder *finder, const struct selector *selector)
{
    const struct panel *panel = finder->context->panel;
    for (uint32_t id = 0; id < panel_series_count(panel); id++) {
        const char *code = panel_series(panel, id)->key.product;
        bool selected = selector->text[0] == '\0' || selector_holds_code(selector, code);
        const char *product = selected ? at_level(finder->bound, selector, code) : NULL;
        if (product != NULL)
            push_product(finder, product);
    }
}

static void push_baskets(struct scope_finder *finder, const struct selector *selector)
{
    const struct baskets *baskets = &finder->context->reference->baskets;
    for (size_t i = 0; i < baskets->len; i++)
        if (selector_matches(selector, baskets, baskets->items[i].id))
            push_product(finder, baskets->items[i].id);
}

static void find_scopes(struct bound_rule *bound, const struct bind_context *context)
{
    struct scope_finder finder = {.bound = bound, .context = context, .markets = bound->rule->markets};
    if (bound->rule->all_markets)
        finder.markets = context->markets;
    for (size_t i = 0; i < bound->rule->product_count; i++) {
        const struct selector *selector = &bound->rule->products[i];
        switch (selector->kind) {
        case SELECT_BASKETS:
            finder.named = true;
            push_baskets(&finder, selector);
            break;
        case SELECT_BASKET:
        case SELECT_CODE:
            finder.named = true;
            push_product(&finder, selector->text);
            break;
        case SELECT_PREFIX:
        case SELECT_RANGE:
        case SELECT_LEVEL:
            finder.named = false;
            push_codes(&finder, selector);
            break;
        }
    }
    map_deinit(&finder.seen);
}

static void find_thresholds(struct bound_rule *bound, const struct bind_context *context)
{
    bound->thresholds = alloc_zeroed(bound->len, sizeof *bound->thresholds);
    for (size_t i = 0; i < bound->len; i++) {
        const struct scope *scope = &bound->scopes[i];
        bound->thresholds[i] = rule_thresholds(
            bound->rule, &context->reference->baskets, scope->product, scope->market, scope->origin);
    }
}

/* ---- horizons ---- */

/* First and last period for which a role is known; PERIOD_NONE while there is none. */
struct span {
    int32_t first, last;
};

static struct span role_span(
    const struct bound_rule *bound, const struct panel *panel, struct binding binding)
{
    struct span span = {PERIOD_NONE, PERIOD_NONE};
    for (uint32_t i = 0; i < binding.count; i++) {
        const struct series_use *use = &bound->uses[binding.first + i];
        const struct series *series = panel_series(panel, use->id);
        if (series->first == PERIOD_NONE)
            continue;
        if (span.first == PERIOD_NONE || series->first < span.first)
            span.first = series->first;
        span.last = series->last > span.last ? series->last : span.last;
        span.last = use->zero_last > span.last ? use->zero_last : span.last;
    }
    return span;
}

static void update_uses(struct bound_rule *bound, const struct publications *publications)
{
    for (size_t i = 0; i < bound->use_count; i++) {
        struct publication publication = publication_of(publications, bound->uses[i].id);
        bound->uses[i].zero_first = publication.first;
        bound->uses[i].zero_last = publication.last;
    }
}

/* A role without any series says nothing of when the others can be judged. */
void bound_rule_update_horizons(
    struct bound_rule *bound, const struct panel *panel, const struct publications *publications)
{
    size_t roles = bound->rule->program.role_count;
    update_uses(bound, publications);
    for (size_t scope = 0; scope < bound->len; scope++) {
        struct span judged = {INT32_MAX, INT32_MAX};
        for (size_t role = 0; role < roles; role++) {
            struct span span = role_span(bound, panel, bound->bindings[scope * roles + role]);
            if (span.first == PERIOD_NONE)
                continue;
            judged.first = span.first < judged.first ? span.first : judged.first;
            judged.last = span.last < judged.last ? span.last : judged.last;
        }
        bound->firsts[scope] = judged.first;
        bound->horizons[scope] = judged.last == INT32_MAX ? PERIOD_NONE : judged.last;
    }
}

void bound_rule_init(struct bound_rule *bound, const struct rule *rule, const struct bind_context *context)
{
    *bound = (struct bound_rule){.rule = rule};
    find_scopes(bound, context);
    find_thresholds(bound, context);
    bound->firsts = alloc_zeroed(bound->len, sizeof *bound->firsts);
    bound->horizons = alloc_zeroed(bound->len, sizeof *bound->horizons);
    bound_rule_update_horizons(bound, context->panel, context->publications);
}

void bound_rule_deinit(struct bound_rule *bound)
{
    alloc_free(bound->scopes);
    alloc_free(bound->thresholds);
    alloc_free(bound->bindings);
    alloc_free(bound->uses);
    alloc_free(bound->firsts);
    alloc_free(bound->horizons);
    alloc_free(bound->verdicts);
    arena_deinit(&bound->texts);
    *bound = (struct bound_rule){0};
}
