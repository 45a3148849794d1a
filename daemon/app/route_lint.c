#include "app/route_lint.h"

#include <string.h>

#include "app/announce.h"
#include "base/alloc.h"

/* Stands for all that no route and no receiver names. */
static const char other[] = "other";

enum { ALERTS_MAX = 20000 }; /* of one rule; what it ranges over may be large */

struct names {
    const char **items;
    size_t len, cap;
};

struct lint {
    const struct setup *setup;
    struct diag_list *diags;
    bool *routes, *receivers;       /* reached by some alert */
    struct names products, markets; /* that routes and receivers name; products: codes */
};

/* ---- names ---- */

static void add(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->len; i++)
        if (str_equal(names->items[i], name))
            return;
    names->items = alloc_grow(names->items, names->len, &names->cap, sizeof *names->items);
    names->items[names->len++] = name;
}

static void add_selector(struct lint *lint, const struct selector *selector)
{
    const struct basket *basket = selector->kind == SELECT_BASKET
                                      ? baskets_find(&lint->setup->reference.baskets, selector->text)
                                      : NULL;
    if (selector->kind == SELECT_CODE || selector->kind == SELECT_PREFIX || selector->kind == SELECT_RANGE)
        add(&lint->products, selector->text);
    for (size_t i = 0; basket != NULL && i < basket->codes.len; i++)
        add(&lint->products, basket->codes.items[i].code);
}

static void add_filter(struct lint *lint, const struct filter *filter)
{
    for (size_t i = 0; i < filter->product_count; i++)
        add_selector(lint, &filter->products[i]);
    for (size_t i = 0; i < filter->markets.len; i++)
        add(&lint->markets, filter->markets.items[i]);
}

/* ---- what a rule ranges over ---- */

static void add_baskets(const struct lint *lint, const char *group, struct names *products)
{
    const struct baskets *baskets = &lint->setup->reference.baskets;
    for (size_t i = 0; i < baskets->len; i++)
        if (str_equal(group, baskets->items[i].group != NULL ? baskets->items[i].group : ""))
            add(products, baskets->items[i].id);
}

/* The named codes that it may hold, and one that is not named. */
static void add_codes(const struct lint *lint, const struct selector *selector, struct names *products)
{
    for (size_t i = 0; i < lint->products.len; i++)
        if (selector_holds_code(selector, lint->products.items[i]))
            add(products, lint->products.items[i]);
    add(products, selector->text[0] != '\0' ? selector->text : other);
}

static struct names products_of(const struct lint *lint, const struct rule *rule)
{
    struct names products = {0};
    for (size_t i = 0; i < rule->product_count; i++) {
        const struct selector *selector = &rule->products[i];
        if (selector->kind == SELECT_BASKETS)
            add_baskets(lint, selector->text, &products);
        else if (selector->kind == SELECT_BASKET || selector->kind == SELECT_CODE)
            add(&products, selector->text);
        else
            add_codes(lint, selector, &products);
    }
    return products;
}

static struct names markets_of(const struct lint *lint, const struct rule *rule)
{
    struct names markets = {0};
    for (size_t i = 0; i < rule->markets.len; i++)
        add(&markets, rule->markets.items[i]);
    for (size_t i = 0; rule->all_markets && i < lint->markets.len; i++)
        add(&markets, lint->markets.items[i]);
    if (rule->all_markets)
        add(&markets, other);
    return markets;
}

/* ---- alerts ---- */

/* Whether somebody is told of such an alert; remembers which routes and receivers it reaches. */
static bool ask(struct lint *lint, const struct labels *labels)
{
    const struct config *config = lint->setup->config;
    const struct baskets *baskets = &lint->setup->reference.baskets;
    struct routed routed;
    bool somebody = false;
    routing_route(&config->routing, labels, baskets, &routed);
    for (size_t i = 0; i < routed.len; i++)
        lint->routes[routed.routes[i]] = true;
    for (size_t i = 0; i < config->receiver_count; i++) {
        struct follower follower = config_follower(&config->receivers[i]);
        if (lint->receivers[i] && somebody)
            continue;
        if (routing_reach(&config->routing, &routed, labels, baskets, &follower, NULL) == REACH_TOLD)
            lint->receivers[i] = somebody = true;
    }
    return somebody;
}

/* How many alerts a rule can raise, and of how many nobody is told. */
struct tally {
    size_t asked, untold;
    struct alert_scope example; /* of an untold one */
};

static void ask_scope(struct lint *lint, const struct labels *labels, struct tally *tally)
{
    if (tally->asked == ALERTS_MAX)
        return;
    tally->asked++;
    if (ask(lint, labels))
        return;
    if (tally->untold++ == 0)
        tally->example = labels->scope;
}

static void ask_market(struct lint *lint, const struct rule *rule, struct labels labels, struct tally *tally)
{
    if (rule->origins.len == 0)
        ask_scope(lint, &labels, tally);
    for (size_t i = 0; i < rule->origins.len; i++) {
        labels.scope.origin = rule->origins.items[i];
        ask_scope(lint, &labels, tally);
    }
}

static void warn_untold(struct lint *lint, const struct rule *rule, const struct tally *tally)
{
    if (tally->untold == 0)
        return;
    if (tally->untold == tally->asked)
        diag_warning(lint->diags, rule->place, "W023", "alerts of '%s' reach nobody", rule->id);
    else
        diag_warning(lint->diags, rule->place, "W023",
            "alerts of '%s' about some products or markets reach nobody, for example %.40s in %s", rule->id,
            tally->example.product, tally->example.market);
    diag_hint(lint->diags,
        "add a receiver that follows them, or a route to one; shadow: true says that nobody "
        "is meant to know");
}

static void ask_rule(struct lint *lint, const struct rule *rule)
{
    struct names products = products_of(lint, rule), markets = markets_of(lint, rule);
    struct tally tally = {0};
    for (size_t p = 0; p < products.len; p++)
        for (size_t m = 0; m < markets.len; m++) {
            struct labels labels = {
                {rule->id, products.items[p], markets.items[m], ""}, rule->severity, rule->audience, false};
            ask_market(lint, rule, labels, &tally);
        }
    warn_untold(lint, rule, &tally);
    alloc_free(products.items);
    alloc_free(markets.items);
}

static void ask_feeds(struct lint *lint)
{
    struct labels labels;
    bool told = false;
    for (size_t i = 0; announce_feed_labels(i, &labels); i++)
        told = ask(lint, &labels) || told;
    if (told || lint->setup->feed_count == 0)
        return;
    diag_warning(lint->diags, (struct place){.file = lint->setup->config->path}, "W023",
        "alerts about feeds that fail reach nobody");
    diag_hint(lint->diags, "give a receiver audience: internal");
}

/* ---- what is never reached ---- */

static void warn_routes(struct lint *lint)
{
    const struct routing *routing = &lint->setup->config->routing;
    for (size_t i = 0; i < routing->len; i++) {
        const struct route *by = routing_shadow(routing, i);
        if (by != NULL) {
            diag_warning(lint->diags, routing->items[i].place, "W020",
                "this route is never reached: the one on line %d matches whatever it does", by->place.line);
            diag_hint(lint->diags, "put the narrower one first, or add continue: true to the wider one");
        } else if (!lint->routes[i]) {
            diag_warning(
                lint->diags, routing->items[i].place, "W021", "no alert of the rules reaches this route");
            diag_hint(
                lint->diags, "check the names of rules, products and markets, and the routes before it");
        }
    }
}

static void warn_receivers(struct lint *lint)
{
    const struct config *config = lint->setup->config;
    for (size_t i = 0; i < config->receiver_count; i++) {
        if (lint->receivers[i])
            continue;
        diag_warning(lint->diags, config->receivers[i].place, "W022", "no alert of the rules reaches '%s'",
            config->receivers[i].name);
        diag_hint(lint->diags, "tdwatch route says for a product and a market who is told, and why not");
    }
}

void route_lint(const struct setup *setup, struct diag_list *diags)
{
    const struct config *config = setup->config;
    struct arena arena = ARENA_NULL;
    struct lint lint = {setup, diags, NULL, NULL, {0}, {0}};
    if (config->receiver_count == 0 || setup->ruleset == NULL || setup->ruleset->len == 0)
        return;
    lint.routes = arena_array(&arena, config->routing.len, sizeof *lint.routes);
    lint.receivers = arena_array(&arena, config->receiver_count, sizeof *lint.receivers);
    for (size_t i = 0; i < config->routing.len; i++)
        add_filter(&lint, &config->routing.items[i].filter);
    for (size_t i = 0; i < config->receiver_count; i++)
        add_filter(&lint, &config->receivers[i].follows);
    for (size_t i = 0; i < setup->ruleset->len; i++)
        if (!setup->ruleset->rules[i].shadow)
            ask_rule(&lint, &setup->ruleset->rules[i]);
    ask_feeds(&lint);
    warn_routes(&lint);
    warn_receivers(&lint);
    alloc_free(lint.products.items);
    alloc_free(lint.markets.items);
    arena_deinit(&arena);
}
