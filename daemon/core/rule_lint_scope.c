/* What a rule and its overrides range over. */
#include <string.h>

#include "core/rule_lint_parts.h"

/* ---- W006: groups without baskets ---- */

static bool selects_any(const struct selector *selector, const struct baskets *baskets)
{
    for (size_t i = 0; i < baskets->len; i++)
        if (selector_matches(selector, baskets, baskets->items[i].id))
            return true;
    return false;
}

static void check_groups(struct rule_lint *lint)
{
    const struct rule *rule = lint->rule;
    const struct node *node = node_get(node_get(lint->map, "scope"), "product");
    for (size_t i = 0; i < rule->product_count; i++) {
        const struct selector *selector = &rule->products[i];
        if (selector->kind != SELECT_BASKETS || selects_any(selector, lint->baskets))
            continue;
        struct place place = node->kind == NODE_SEQUENCE ? node->items[i]->place : node->place;
        if (selector->text[0] == '\0')
            rule_warn(&lint->warnings, WARN_NOTHING, place, "there is no basket outside of groups");
        else
            rule_warn(
                &lint->warnings, WARN_NOTHING, place, "no basket has the group '%.64s'", selector->text);
    }
}

/* ---- W008: overrides behind others ---- */

static bool is_basket_kind(const struct selector *selector)
{
    return selector->kind == SELECT_BASKETS || selector->kind == SELECT_BASKET;
}

/* Whether every code of `narrow` is selected by `wide`, both selectors of codes. */
static bool holds_codes(const struct selector *wide, const struct selector *narrow)
{
    bool level = wide->kind == SELECT_LEVEL;
    if (is_basket_kind(wide) || wide->kind == SELECT_CODE ||
        (level && (narrow->kind != SELECT_LEVEL || narrow->digits != wide->digits)))
        return false;
    if (level && wide->text[0] == '\0')
        return true;
    const char *last = narrow->kind == SELECT_PREFIX ? narrow->text : narrow->last;
    return strlen(narrow->text) >= strlen(wide->text) && selector_holds_code(wide, narrow->text) &&
           selector_holds_code(wide, last);
}

/* A selector of codes selects baskets too: those must be selected as well. */
static bool holds_baskets(
    const struct selector *wide, const struct selector *narrow, const struct baskets *baskets)
{
    for (size_t i = 0; i < baskets->len; i++)
        if (selector_matches(narrow, baskets, baskets->items[i].id) &&
            !selector_matches(wide, baskets, baskets->items[i].id))
            return false;
    return true;
}

static bool selector_holds(
    const struct selector *wide, const struct selector *narrow, const struct baskets *baskets)
{
    if (!holds_baskets(wide, narrow, baskets))
        return false;
    if (is_basket_kind(narrow))
        return true;
    return narrow->kind == SELECT_CODE ? selector_matches(wide, baskets, narrow->text)
                                       : holds_codes(wide, narrow);
}

struct products {
    const struct selector *items;
    size_t len; /* 0: all of the rule */
};

static bool products_hold(struct products wide, struct products narrow, const struct baskets *baskets)
{
    if (wide.len == 0)
        return true;
    for (size_t i = 0; i < narrow.len; i++) {
        bool held = false;
        for (size_t k = 0; k < wide.len && !held; k++)
            held = selector_holds(&wide.items[k], &narrow.items[i], baskets);
        if (!held)
            return false;
    }
    return narrow.len > 0;
}

static bool texts_have(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return false;
}

/* `scope`: what the rule has; without any, all markets. */
static bool texts_hold(const struct texts *wide, const struct texts *narrow, const struct texts *scope)
{
    const struct texts *chosen = narrow->len > 0 ? narrow : scope;
    for (size_t i = 0; wide->len > 0 && i < chosen->len; i++)
        if (!texts_have(wide, chosen->items[i]))
            return false;
    return wide->len == 0 || chosen->len > 0;
}

static bool override_hides(
    const struct rule_lint *lint, const struct rule_override *wide, const struct rule_override *narrow)
{
    const struct rule *rule = lint->rule;
    struct products chosen = {narrow->products, narrow->product_count};
    if (chosen.len == 0)
        chosen = (struct products){rule->products, rule->product_count};
    return texts_hold(&wide->markets, &narrow->markets, &rule->markets) &&
           texts_hold(&wide->origins, &narrow->origins, &rule->origins) &&
           products_hold((struct products){wide->products, wide->product_count}, chosen, lint->baskets);
}

static void check_override(struct rule_lint *lint, size_t index)
{
    const struct rule_override *overrides = lint->rule->overrides;
    for (size_t i = 0; i < index; i++) {
        if (!override_hides(lint, &overrides[i], &overrides[index]))
            continue;
        rule_warn(&lint->warnings, WARN_HIDDEN, overrides[index].place,
            "this override never comes into force: the one on line %d matches all that it does",
            overrides[i].place.line);
        return;
    }
}

void rule_lint_scope(struct rule_lint *lint)
{
    check_groups(lint);
    for (size_t i = 1; i < lint->rule->override_count; i++)
        check_override(lint, i);
}
