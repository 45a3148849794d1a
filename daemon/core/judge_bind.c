#include "core/judge_bind.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/period.h"

/* Scopes of a rule that ranges over more than it names (codes of the history, all markets) are kept where
 * they have any series; those that it names are kept in any case. */
struct scope_finder {
    struct bound_rule *bound;
    const struct bound_rule *before; /* NULL: every product is looked for */
    const struct bind_context *context;
    struct texts markets;
    bool named;                     /* the product now at hand is named by the rule */
    struct panel_pair **pairs;      /* [(market * origins + origin) * role_count + role] */
    struct binding now[ROLE_COUNT]; /* of the scope at hand */
};

/* ---- what the rules are bound in ---- */

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

struct texts bind_markets(const struct panel_index *index, const char *home, struct arena *arena)
{
    size_t len = 0, kept = 0;
    const char **markets = arena_array(arena, index->pair_count, sizeof *markets);
    for (size_t i = 0; i < index->pair_count; i++) {
        const struct panel_pair *pair = &index->pairs[i];
        bool exported = pair->flow == FLOW_EXPORT && str_equal(pair->reporter, home);
        bool imported = pair->flow == FLOW_IMPORT && str_equal(pair->partner, home);
        const char *market = exported ? pair->partner : pair->reporter;
        if ((exported || imported) && !str_equal(market, "W"))
            markets[len++] = market;
    }
    if (len > 0)
        qsort(markets, len, sizeof *markets, compare_texts);
    for (size_t i = 0; i < len; i++)
        if (kept == 0 || !str_equal(markets[kept - 1], markets[i]))
            markets[kept++] = markets[i];
    return (struct texts){markets, kept};
}

void bind_find_grown(struct map *grown, const struct panel *panel, size_t first)
{
    const char *last = NULL;
    for (size_t id = first; id < panel_series_count(panel); id++) {
        const char *product = panel_series(panel, (uint32_t)id)->key.product;
        for (size_t len = strlen(product); len > 0 && product != last; len--)
            map_put(grown, product, len, 0);
        last = product;
    }
}

/* ---- scopes ---- */

/* What a role's series depend on besides the product. */
static bool reads_place(enum series_role name, enum role_place place)
{
    return series_roles[name].reporter == place || series_roles[name].partner == place;
}

void bound_rule_push_use(struct bound_rule *bound, struct series_use use)
{
    bound->uses = alloc_grow(bound->uses, bound->use_count, &bound->use_cap, sizeof *bound->uses);
    bound->uses[bound->use_count++] = use;
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

static void keep_scope(struct bound_rule *bound, const struct scope *scope, const struct binding *bindings)
{
    for (size_t role = 0; role < bound->rule->program.role_count; role++)
        push_binding(bound, bindings[role]);
    bound->scopes = alloc_grow(bound->scopes, bound->len, &bound->cap, sizeof *bound->scopes);
    bound->scopes[bound->len++] = *scope;
}

static void push_scope(struct scope_finder *finder, struct bind_place *place, size_t market, size_t origin)
{
    bool named = finder->named && !finder->bound->rule->all_markets;
    push_bindings(finder, place, market, origin);
    if (named || has_series(finder))
        keep_scope(finder->bound, &place->scope, finder->now);
}

/* ---- products as they were bound before ---- */

static bool is_in(const char *code, const struct map *grown)
{
    uint32_t number;
    return map_get(grown, code, strlen(code), &number);
}

static bool any_grown(const struct basket_codes *codes, const struct map *grown)
{
    bool any = false;
    for (size_t i = 0; i < codes->len && !any; i++)
        any = is_in(codes->items[i].code, grown);
    return any;
}

static bool basket_grown(const struct basket *basket, const struct map *grown)
{
    bool any = any_grown(&basket->codes, grown) || any_grown(&basket->inputs, grown);
    for (size_t i = 0; i < basket->part_of.len && !any; i++)
        any = is_in(basket->part_of.items[i], grown);
    return any;
}

/* Whether any role may read a series of the product that was not there before. */
static bool product_grown(
    const struct bind_context *context, const char *product, const struct basket *basket)
{
    const struct basket_codes *history = concordance_history(&context->reference->concordance, product);
    if (basket != NULL)
        return basket_grown(basket, context->grown);
    return is_in(product, context->grown) || (history != NULL && any_grown(history, context->grown));
}

/* Copies the product's scopes, bindings and uses, with the uses where they now stand. */
static void take_product(
    struct bound_rule *bound, const struct bound_rule *before, uint32_t number, const char *product)
{
    struct bound_product from = before->products[number], end = before->products[number + 1];
    size_t roles = bound->rule->program.role_count;
    uint32_t moved = (uint32_t)(bound->use_count - from.use);
    for (size_t use = from.use; use < end.use; use++)
        bound_rule_push_use(bound, before->uses[use]);
    for (size_t i = from.scope; i < end.scope; i++) {
        struct scope scope = before->scopes[i];
        struct binding bindings[ROLE_COUNT];
        scope.product = product; /* its text may end with the binding before */
        for (size_t role = 0; role < roles; role++) {
            bindings[role] = before->bindings[i * roles + role];
            bindings[role].first += moved;
        }
        keep_scope(bound, &scope, bindings);
    }
}

/* ---- products ---- */

static void push_place(struct bound_rule *bound)
{
    bound->products =
        alloc_grow(bound->products, bound->numbers.len, &bound->product_cap, sizeof *bound->products);
    bound->products[bound->numbers.len] = (struct bound_product){bound->len, bound->use_count};
}

/* One product in every market and origin of the rule. */
static void find_product(struct scope_finder *finder, struct bind_place *place, const char *product)
{
    const struct rule *rule = finder->bound->rule;
    for (size_t m = 0; m < finder->markets.len; m++) {
        place->scope = (struct scope){product, finder->markets.items[m], ""};
        if (rule->origins.len == 0)
            push_scope(finder, place, m, 0);
        for (size_t o = 0; o < rule->origins.len; o++) {
            place->scope.origin = rule->origins.items[o];
            push_scope(finder, place, m, o);
        }
    }
}

/* Each product once. */
static void push_product(struct scope_finder *finder, const char *product)
{
    struct bound_rule *bound = finder->bound;
    struct bind_place place = {.basket = baskets_find(&finder->context->reference->baskets, product)};
    size_t len = strlen(product);
    uint32_t number;
    if (map_get(&bound->numbers, product, len, &number))
        return;
    push_place(bound);
    map_put(&bound->numbers, product, len, (uint32_t)bound->numbers.len);
    if (finder->before != NULL && map_get(&finder->before->numbers, product, len, &number) &&
        !product_grown(finder->context, product, place.basket))
        take_product(bound, finder->before, number, product);
    else
        find_product(finder, &place, product);
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

/* Room for as much as there was and a little more: fresh memory is dear where it is had by doubling. */
static void reserve(struct bound_rule *bound, const struct bound_rule *before)
{
    size_t roles = bound->rule->program.role_count;
    bound->cap = before->len + before->len / 16 + 1;
    bound->binding_cap = bound->cap * roles;
    bound->use_cap = before->use_count + before->use_count / 16 + 1;
    bound->scopes = alloc_resize(NULL, bound->cap, sizeof *bound->scopes);
    bound->bindings = alloc_resize(NULL, bound->binding_cap, sizeof *bound->bindings);
    bound->uses = alloc_resize(NULL, bound->use_cap, sizeof *bound->uses);
}

static void find_scopes(
    struct bound_rule *bound, const struct bound_rule *before, const struct bind_context *context)
{
    struct scope_finder finder = {.bound = bound, .context = context, .markets = bound->rule->markets};
    if (bound->rule->all_markets)
        finder.markets = context->markets;
    bound->market_count = finder.markets.len;
    if (before != NULL && before->market_count == bound->market_count) { /* markets do not go */
        finder.before = before;
        reserve(bound, before);
    }
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
    push_place(bound);
    alloc_free(finder.pairs);
}

static void find_thresholds(struct bound_rule *bound, const struct bind_context *context)
{
    bound->thresholds = alloc_resize(NULL, bound->len, sizeof *bound->thresholds);
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

void bound_rule_init(struct bound_rule *bound, const struct rule *rule, const struct bound_rule *before,
    const struct bind_context *context)
{
    *bound = (struct bound_rule){.rule = rule};
    find_scopes(bound, before, context);
    find_thresholds(bound, context);
    bound->firsts = alloc_resize(NULL, bound->len, sizeof *bound->firsts);
    bound->horizons = alloc_resize(NULL, bound->len, sizeof *bound->horizons);
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
    uint32_t number;
    if (!map_get(&bound->numbers, scope->product, strlen(scope->product), &number))
        return false;
    for (size_t i = bound->products[number].scope; i < bound->products[number + 1].scope; i++)
        if (str_equal(bound->scopes[i].market, scope->market) &&
            str_equal(bound->scopes[i].origin, scope->origin)) {
            *ret_scope = (uint32_t)i;
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
        .numbers = owner->numbers,
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
        map_deinit(&bound->numbers);
        alloc_free(bound->products);
        alloc_free(bound->bindings);
        alloc_free(bound->uses);
        alloc_free(bound->firsts);
        alloc_free(bound->horizons);
        arena_deinit(&bound->texts);
    }
    *bound = (struct bound_rule){0};
}
