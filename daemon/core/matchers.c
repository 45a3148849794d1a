#include "core/matchers.h"

#include <errno.h>
#include <string.h>

#include "core/code.h"

enum { VALUES_MAX = 100, TEXT_MAX = 4096 };

/* ---- reading ---- */

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

bool matcher_texts_are_empty(const struct matcher_texts *texts)
{
    return !is_given(texts->rule) && !is_given(texts->product) && !is_given(texts->market) &&
           !is_given(texts->origin) && !is_given(texts->severity);
}

/* Cuts at commas. -EINVAL: an empty value, or more than anybody means. */
static int split(const char *text, struct arena *arena, struct texts *ret_values, const char **ret_fault)
{
    *ret_values = (struct texts){0};
    if (!is_given(text))
        return 0;
    if (strlen(text) > TEXT_MAX || !str_is_line(slice_of(text))) {
        *ret_fault = "a matcher is longer than 4096 bytes, or holds control characters";
        return -EINVAL;
    }
    const char **values = arena_array(arena, VALUES_MAX, sizeof *values);
    size_t n = 0;
    for (const char *p = text;; p++) {
        size_t len = strcspn(p, ",");
        if (len == 0 || n == VALUES_MAX) {
            *ret_fault = arena_printf(
                arena, "'%.60s': expected one to %d values with commas between them", text, (int)VALUES_MAX);
            return -EINVAL;
        }
        values[n++] = arena_strndup(arena, p, len);
        p += len;
        if (*p == '\0')
            break;
    }
    *ret_values = (struct texts){values, n};
    return 0;
}

static int read_products(const struct texts *values, const struct baskets *baskets, struct arena *arena,
    struct matchers *matchers, const char **ret_fault)
{
    matchers->products = arena_array(arena, values->len, sizeof *matchers->products);
    matchers->product_count = values->len;
    for (size_t i = 0; i < values->len; i++) {
        if (selector_read(values->items[i], baskets, arena, &matchers->products[i]))
            continue;
        const char *near = baskets_did_you_mean(baskets, values->items[i], arena);
        *ret_fault = arena_printf(arena,
            "product '%.60s' is neither a basket nor a code such as 7210, \"72*\" or hs6 in 72%s%s%s",
            values->items[i], near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : "");
        return -EINVAL;
    }
    return 0;
}

static int check_countries(
    const struct texts *values, const char *label, struct arena *arena, const char **ret_fault)
{
    for (size_t i = 0; i < values->len; i++) {
        if (code_is_country(slice_of(values->items[i])))
            continue;
        *ret_fault = arena_printf(
            arena, "%s '%.60s': expected a country in two upper-case letters", label, values->items[i]);
        return -EINVAL;
    }
    return 0;
}

static int read_severities(
    const struct texts *values, struct arena *arena, unsigned *ret_severities, const char **ret_fault)
{
    unsigned severities = 0;
    for (size_t i = 0; i < values->len; i++) {
        int severity = 0;
        while (
            severity < SEVERITY_COUNT && !str_equal(severity_name((enum severity)severity), values->items[i]))
            severity++;
        if (severity == SEVERITY_COUNT) {
            *ret_fault = arena_printf(
                arena, "severity '%.60s': expected watch, caution, warning or critical", values->items[i]);
            return -EINVAL;
        }
        severities |= 1U << severity;
    }
    *ret_severities = severities;
    return 0;
}

int matchers_read(const struct matcher_texts *texts, const struct baskets *baskets, struct arena *arena,
    struct matchers *ret_matchers, const char **ret_fault)
{
    struct matchers matchers = {0};
    struct texts products, severities;
    if (split(texts->rule, arena, &matchers.rules, ret_fault) < 0 ||
        split(texts->product, arena, &products, ret_fault) < 0 ||
        split(texts->market, arena, &matchers.markets, ret_fault) < 0 ||
        split(texts->origin, arena, &matchers.origins, ret_fault) < 0 ||
        split(texts->severity, arena, &severities, ret_fault) < 0 ||
        read_products(&products, baskets, arena, &matchers, ret_fault) < 0 ||
        check_countries(&matchers.markets, "market", arena, ret_fault) < 0 ||
        check_countries(&matchers.origins, "origin", arena, ret_fault) < 0 ||
        read_severities(&severities, arena, &matchers.severities, ret_fault) < 0)
        return -EINVAL;
    *ret_matchers = matchers;
    return 0;
}

/* ---- matching ---- */

static bool texts_hold(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return texts->len == 0;
}

static bool holds_code(const struct selector *selector, const struct baskets *baskets, const char *code)
{
    const struct basket *basket;
    switch (selector->kind) {
    case SELECT_BASKETS:
        return false;
    case SELECT_BASKET:
        basket = baskets_find(baskets, selector->text);
        return basket != NULL && basket_holds(basket, code);
    case SELECT_CODE:
        return code_is_within(code, selector->text);
    case SELECT_PREFIX:
    case SELECT_RANGE:
        return selector_holds_code(selector, code);
    case SELECT_LEVEL:
        return strlen(code) == (size_t)selector->digits && selector_holds_code(selector, code);
    }
    return false;
}

/* A basket lies in codes where all of its codes do. */
static bool holds_basket(
    const struct selector *selector, const struct baskets *baskets, const struct basket *basket)
{
    if (selector->kind == SELECT_BASKETS || selector->kind == SELECT_BASKET)
        return selector_matches(selector, baskets, basket->id);
    for (size_t i = 0; i < basket->codes.len; i++)
        if (!holds_code(selector, baskets, basket->codes.items[i].code))
            return false;
    return basket->codes.len > 0;
}

static bool products_hold(const struct matchers *matchers, const struct baskets *baskets, const char *product)
{
    const struct basket *basket = baskets_find(baskets, product);
    for (size_t i = 0; i < matchers->product_count; i++) {
        const struct selector *selector = &matchers->products[i];
        if (basket != NULL ? holds_basket(selector, baskets, basket) : holds_code(selector, baskets, product))
            return true;
    }
    return matchers->product_count == 0;
}

bool matchers_hold(const struct matchers *matchers, const struct baskets *baskets,
    const struct alert_scope *scope, enum severity severity)
{
    return texts_hold(&matchers->rules, scope->rule) && texts_hold(&matchers->markets, scope->market) &&
           texts_hold(&matchers->origins, scope->origin) &&
           (matchers->severities == 0 || (matchers->severities & 1U << severity) != 0) &&
           products_hold(matchers, baskets, scope->product);
}

/* ---- printing ---- */

const char *matcher_texts_format(const struct matcher_texts *texts, struct arena *arena)
{
    const struct {
        const char *label, *values;
    } parts[] = {{"rule", texts->rule}, {"product", texts->product}, {"market", texts->market},
        {"origin", texts->origin}, {"severity", texts->severity}};
    const char *text = "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (is_given(parts[i].values))
            text = arena_printf(
                arena, "%s%s%s=%s", text, text[0] != '\0' ? " " : "", parts[i].label, parts[i].values);
    return text[0] != '\0' ? text : "everything";
}
