#include "app/explain_find.h"

#include <ctype.h>
#include <errno.h>

/* What is looked for, and where the reason goes. */
struct search {
    const struct setup *setup;
    const struct judge *judge;
    struct alert_scope wanted;
    struct arena *arena;
    const char **ret_text;
};

static const char *join(const struct texts *texts, struct arena *arena)
{
    const char *all = "";
    for (size_t i = 0; i < texts->len; i++)
        all = arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", texts->items[i]);
    return all;
}

static bool holds(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return false;
}

/* "there is no rule 'x'; did you mean 'y'?" */
static int unknown_name(const struct search *search, const char *what, const char *name, struct texts known)
{
    const char *near = str_did_you_mean(slice_of(name), known.items, known.len);
    const char *hint = near != NULL ? arena_printf(search->arena, "; did you mean '%s'?", near) : "";
    *search->ret_text = arena_printf(search->arena, "there is no %s '%s'%s", what, name, hint);
    return -ENOENT;
}

static int no_such_rule(const struct search *search)
{
    const struct ruleset *ruleset = search->setup->ruleset;
    const char **names = arena_array(search->arena, ruleset->len, sizeof *names);
    for (size_t i = 0; i < ruleset->len; i++)
        names[i] = ruleset->rules[i].id;
    return unknown_name(search, "rule", search->wanted.rule, (struct texts){names, ruleset->len});
}

/* A word that is no basket and does not look like a code is a slip of the pen. */
static int no_such_product(const struct search *search)
{
    const struct baskets *baskets = &search->setup->reference.baskets;
    const char **names = arena_array(search->arena, baskets->len, sizeof *names);
    for (size_t i = 0; i < baskets->len; i++)
        names[i] = baskets->items[i].id;
    return unknown_name(search, "product", search->wanted.product, (struct texts){names, baskets->len});
}

static bool is_product(const struct search *search)
{
    const char *product = search->wanted.product;
    const char *colon = product;
    while (*colon != '\0' && *colon != ':')
        colon++;
    return baskets_find(&search->setup->reference.baskets, product) != NULL ||
           isdigit((unsigned char)product[0]) != 0 || *colon == ':';
}

static bool selects(const struct search *search, const struct rule *rule)
{
    for (size_t i = 0; i < rule->product_count; i++)
        if (selector_matches(&rule->products[i], &search->setup->reference.baskets, search->wanted.product))
            return true;
    return false;
}

/* Fills in the rule's only origin where none was given. */
static int settle_origin(struct search *search, const struct rule *rule)
{
    const char *origin = search->wanted.origin;
    if (rule->origins.len == 0 && origin != NULL) {
        *search->ret_text = arena_printf(search->arena, "the rule %s has no origins", rule->id);
        return -ENOENT;
    }
    if (origin == NULL && rule->origins.len > 1) {
        *search->ret_text =
            arena_printf(search->arena, "the rule %s has several origins; add --origin with one of %s",
                rule->id, join(&rule->origins, search->arena));
        return -ENOENT;
    }
    if (origin == NULL)
        search->wanted.origin = rule->origins.len == 1 ? rule->origins.items[0] : "";
    else if (!holds(&rule->origins, origin)) {
        *search->ret_text =
            arena_printf(search->arena, "the origin %s is not in the scope of %s, which has %s", origin,
                rule->id, join(&rule->origins, search->arena));
        return -ENOENT;
    }
    return 0;
}

static int no_such_scope(const struct search *search, const struct rule *rule)
{
    struct arena *arena = search->arena;
    const char *product = search->wanted.product, *market = search->wanted.market;
    if (!selects(search, rule) && !is_product(search))
        return no_such_product(search);
    if (!selects(search, rule))
        *search->ret_text = arena_printf(arena, "the product %s is not in the scope of %s (%s:%d)", product,
            rule->id, rule->place.file, rule->place.line);
    else if (!rule->all_markets && !holds(&rule->markets, market))
        *search->ret_text = arena_printf(arena, "the market %s is not in the scope of %s, which has %s",
            market, rule->id, join(&rule->markets, arena));
    else
        *search->ret_text = arena_printf(arena,
            "no source reports a series that %s would read for %s in %s, so it is not judged there", rule->id,
            product, market);
    return -ENOENT;
}

int explain_find(const struct setup *setup, const struct judge *judge, const struct alert_scope *wanted,
    struct arena *arena, struct scope_place *ret_place, const char **ret_text)
{
    struct search search = {setup, judge, *wanted, arena, ret_text};
    const struct rule *rule = ruleset_find(setup->ruleset, wanted->rule);
    if (rule == NULL)
        return no_such_rule(&search);
    int r = settle_origin(&search, rule);
    if (r < 0)
        return r;
    if (judge_find(judge, &search.wanted, &ret_place->rule, &ret_place->scope))
        return 0;
    return no_such_scope(&search, rule);
}
