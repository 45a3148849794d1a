#include "core/judge_bind.h"

#include <string.h>

#include "base/alloc.h"
#include "core/period.h"

/* Scopes of a rule that ranges over more than it names (codes of the history, all markets) are kept where
 * they have any series; those that it names are kept in any case. */
struct scope_finder {
    struct bound_rule *bound;
    const struct bind_context *context;
    struct texts markets;
    bool named;                     /* the product now at hand is named by the rule */
    struct panel_pair **pairs;      /* [(market * origins + origin) * role_count + role] */
    struct binding now[ROLE_COUNT]; /* of the scope at hand */
};

/* ---- scopes ---- */

/* What a role's series depend on besides the product. */
static bool reads_place(enum series_role name, enum role_place place)
{
    return series_roles[name].reporter == place || series_roles[name].partner == place;
}

static void push_binding(struct bound_rule *bound, struct binding binding)
{
    bound->bindings =
        alloc_grow(bound->bindings, bound->binding_len, &bound->binding_cap, sizeof *bound->bindings);
    bound->bindings[bound->binding_len++] = binding;
}

/* Binds the roles of a scope that differ from the scope before, of the same product: `market` 0: all,
 * `origin` 0: those that depend on the market. */
static void push_bindings(struct scope_finder *finder, struct bind_place *place, size_t market, size_t origin)
{
    struct bound_rule *bound = finder->bound;
    const struct program *program = &bound->rule->program;
    const size_t origins = bound->rule->origins.len > 0 ? bound->rule->origins.len : 1;
    for (size_t role = 0; role < program->role_count; role++) {
        enum series_role name = program->roles[role];
        bool differs = (market == 0 && origin == 0) || reads_place(name, PLACE_ORIGIN) ||
                       (origin == 0 && reads_place(name, PLACE_MARKET));
        if (differs) {
            uint32_t first = (uint32_t)bound->use_count;
            place->pair = finder->pairs[(market * origins + origin) * program->role_count + role];
            bind_role(bound, name, place, finder->context);
            finder->now[role] = (struct binding){first, (uint32_t)bound->use_count - first};
        }
    }
}

/* Whether the scope at hand has any series of its own: where the rule has origins, one of home's or the
 * origin's trade. The market as a whole is there for every origin. */
static bool has_series(const struct scope_finder *finder)
{
    const struct rule *rule = finder->bound->rule;
    bool own = false, any = false, any_own = false;
    for (size_t role = 0; role < rule->program.role_count; role++) {
        enum series_role name = rule->program.roles[role];
        bool is_own =
            rule->origins.len > 0 && (reads_place(name, PLACE_HOME) || reads_place(name, PLACE_ORIGIN));
        own = own || is_own;
        any = any || finder->now[role].count > 0;
        any_own = any_own || (is_own && finder->now[role].count > 0);
    }
    return own ? any_own : any;
}

static void push_scope(struct scope_finder *finder, struct bind_place *place, size_t market, size_t origin)
{
    struct bound_rule *bound = finder->bound;
    size_t roles = bound->rule->program.role_count;
    bool named = finder->named && !bound->rule->all_markets;
    push_bindings(finder, place, market, origin);
    if (!named && !has_series(finder))
        return;
    for (size_t role = 0; role < roles; role++)
        push_binding(bound, finder->now[role]);
    bound->scopes = alloc_grow(bound->scopes, bound->len, &bound->cap, sizeof *bound->scopes);
    bound->scopes[bound->len++] = place->scope;
}

/* One product in every market and origin of the rule, once. */
static void push_product(struct scope_finder *finder, const char *product)
{
    struct bound_rule *bound = finder->bound;
    const struct rule *rule = bound->rule;
    uint32_t before;
    if (map_get(&bound->products, product, strlen(product), &before))
        return;
    map_put(&bound->products, product, strlen(product), (uint32_t)bound->len);
    struct bind_place place = {.basket = baskets_find(&finder->context->reference->baskets, product)};
    for (size_t m = 0; m < finder->markets.len; m++) {
        place.scope = (struct scope){product, finder->markets.items[m], ""};
        if (rule->origins.len == 0)
            push_scope(finder, &place, m, 0);
        for (size_t o = 0; o < rule->origins.len; o++) {
            place.scope.origin = rule->origins.items[o];
            push_scope(finder, &place, m, o);
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
    const struct panel_texts *products = &finder->context->index->product_texts;
    for (size_t i = 0; i < products->len; i++) {
        const char *code = products->items[products->met[i]];
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

/* Whose trade each role reads in each market and origin: looked up once for all products. */
static void find_pairs(struct scope_finder *finder)
{
    const struct rule *rule = finder->bound->rule;
    size_t origins = rule->origins.len > 0 ? rule->origins.len : 1, roles = rule->program.role_count;
    finder->pairs = alloc_zeroed(finder->markets.len * origins * roles, sizeof *finder->pairs);
    for (size_t i = 0; i < finder->markets.len * origins * roles; i++) {
        const char *origin = rule->origins.len > 0 ? rule->origins.items[i / roles % origins] : "";
        struct scope scope = {"", finder->markets.items[i / roles / origins], origin};
        finder->pairs[i] = bind_pair(rule->program.roles[i % roles], &scope, finder->context);
    }
}

static void find_scopes(struct bound_rule *bound, const struct bind_context *context)
{
    struct scope_finder finder = {.bound = bound, .context = context, .markets = bound->rule->markets};
    if (bound->rule->all_markets)
        finder.markets = context->markets;
    find_pairs(&finder);
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
    alloc_free(finder.pairs);
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
    struct span spans[ROLE_COUNT]; /* of the scope before: neighbours share bindings */
    update_uses(bound, publications);
    for (size_t scope = 0; scope < bound->len; scope++) {
        struct span judged = {INT32_MAX, INT32_MAX};
        const struct binding *bindings = &bound->bindings[scope * roles];
        for (size_t role = 0; role < roles; role++) {
            if (scope == 0 || !binding_equal(&bindings[role], &bindings[role] - roles))
                spans[role] = role_span(bound, panel, bindings[role]);
            struct span span = spans[role];
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

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && str_equal(a, b));
}

static bool same_texts(const struct texts *a, const struct texts *b)
{
    bool same = a->len == b->len;
    for (size_t i = 0; same && i < a->len; i++)
        same = str_equal(a->items[i], b->items[i]);
    return same;
}

bool bound_rule_fits(const struct bound_rule *bound, const struct rule *rule)
{
    const struct rule *own = bound->rule;
    bool same = own->product_count == rule->product_count && own->all_markets == rule->all_markets &&
                same_texts(&own->markets, &rule->markets) && same_texts(&own->origins, &rule->origins) &&
                own->program.role_count == rule->program.role_count;
    for (size_t i = 0; same && i < rule->product_count; i++) {
        const struct selector *a = &own->products[i], *b = &rule->products[i];
        same = a->kind == b->kind && a->digits == b->digits && same_text(a->text, b->text) &&
               same_text(a->last, b->last);
    }
    for (size_t i = 0; same && i < rule->program.role_count; i++)
        same = own->program.roles[i] == rule->program.roles[i];
    return same;
}

bool bound_rule_find(const struct bound_rule *bound, const struct alert_scope *scope, uint32_t *ret_scope)
{
    uint32_t i;
    if (!map_get(&bound->products, scope->product, strlen(scope->product), &i))
        return false;
    for (; i < bound->len && str_equal(bound->scopes[i].product, scope->product); i++)
        if (str_equal(bound->scopes[i].market, scope->market) &&
            str_equal(bound->scopes[i].origin, scope->origin)) {
            *ret_scope = i;
            return true;
        }
    return false;
}

void bound_rule_share(struct bound_rule *bound, const struct rule *rule, const struct bound_rule *owner,
    uint32_t number, const struct bind_context *context)
{
    *bound = (struct bound_rule){
        .rule = rule,
        .owner = number,
        .scopes = owner->scopes,
        .len = owner->len,
        .products = owner->products,
        .bindings = owner->bindings,
        .uses = owner->uses,
        .use_count = owner->use_count,
        .firsts = owner->firsts,
        .horizons = owner->horizons,
    };
    find_thresholds(bound, context);
}

void bound_rule_deinit(struct bound_rule *bound, bool owns)
{
    alloc_free(bound->thresholds);
    alloc_free(bound->verdicts);
    if (owns) {
        alloc_free(bound->scopes);
        map_deinit(&bound->products);
        alloc_free(bound->bindings);
        alloc_free(bound->uses);
        alloc_free(bound->firsts);
        alloc_free(bound->horizons);
        arena_deinit(&bound->texts);
    }
    *bound = (struct bound_rule){0};
}
