#include "core/filter.h"

#include <string.h>

#include "core/code.h"

/* ---- texts ---- */

static bool pattern_matches(const char *pattern, const char *text)
{
    size_t len = strlen(pattern);
    if (len > 0 && pattern[len - 1] == '*')
        return strncmp(pattern, text, len - 1) == 0;
    return str_equal(pattern, text);
}

bool filter_names(const struct texts *patterns, const char *text)
{
    for (size_t i = 0; i < patterns->len; i++)
        if (pattern_matches(patterns->items[i], text))
            return true;
    return patterns->len == 0;
}

static bool has(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return texts->len == 0;
}

/* ---- products ---- */

/* One product meets another at, below or above its codes, so that who follows a heading hears of its chapter.
 */
static bool selector_meets(
    const struct selector *selector, const struct baskets *baskets, const char *product)
{
    struct basket_target target = {NULL, {&selector->text, 1}};
    switch (selector->kind) {
    case SELECT_BASKET:
        target = (struct basket_target){selector->text, {NULL, 0}};
        return baskets_meet(baskets, &target, product);
    case SELECT_CODE:
        return baskets_meet(baskets, &target, product);
    case SELECT_BASKETS:
    case SELECT_PREFIX:
    case SELECT_RANGE:
    case SELECT_LEVEL:
        break;
    }
    return selector_matches(selector, baskets, product);
}

static bool meets_some(const struct filter *filter, const struct baskets *baskets, const char *product)
{
    for (size_t i = 0; i < filter->product_count; i++)
        if (selector_meets(&filter->products[i], baskets, product))
            return true;
    return false;
}

/* ---- matching ---- */

static bool in_set(unsigned set, int value)
{
    return set == 0 || (set & 1U << value) != 0;
}

static bool matches_scope(
    const struct filter *filter, const struct labels *labels, const struct baskets *baskets)
{
    if (filter->product_count == 0 && filter->markets.len == 0 && filter->origins.len == 0)
        return true;
    if (labels->feed || str_equal(labels->scope.product, "*"))
        return false;
    return has(&filter->markets, labels->scope.market) && has(&filter->origins, labels->scope.origin) &&
           (filter->product_count == 0 || meets_some(filter, baskets, labels->scope.product));
}

bool filter_matches(const struct filter *filter, const struct labels *labels, const struct baskets *baskets)
{
    unsigned about = labels->feed ? ABOUT_FEEDS : ABOUT_TRADE;
    return (filter->abouts == 0 || (filter->abouts & about) != 0) &&
           in_set(filter->severities, (int)labels->severity) &&
           in_set(filter->audiences, (int)labels->audience) &&
           filter_names(&filter->rules, labels->scope.rule) && matches_scope(filter, labels, baskets);
}

/* ---- covering ---- */

/* Whether a set that holds everything where it is empty holds all of the other. */
static bool set_covers(unsigned wide, unsigned narrow)
{
    return wide == 0 || (narrow != 0 && (narrow & ~wide) == 0);
}

static bool texts_cover(
    const struct texts *wide, const struct texts *narrow, bool holds(const struct texts *, const char *))
{
    if (wide->len == 0)
        return true;
    for (size_t i = 0; i < narrow->len; i++)
        if (!holds(wide, narrow->items[i]))
            return false;
    return narrow->len > 0;
}

static bool selector_covers(const struct selector *wide, const struct selector *narrow)
{
    if (wide->kind == SELECT_CODE && narrow->kind == SELECT_CODE)
        return code_is_within(narrow->text, wide->text);
    if (wide->kind != narrow->kind || wide->digits != narrow->digits)
        return false;
    if (wide->kind == SELECT_PREFIX)
        return str_starts(narrow->text, wide->text);
    bool same_end = wide->last == NULL ? narrow->last == NULL
                                       : narrow->last != NULL && str_equal(wide->last, narrow->last);
    return str_equal(wide->text, narrow->text) && same_end;
}

static bool products_cover(const struct filter *wide, const struct filter *narrow)
{
    if (wide->product_count == 0)
        return true;
    for (size_t i = 0; i < narrow->product_count; i++) {
        bool covered = false;
        for (size_t k = 0; k < wide->product_count && !covered; k++)
            covered = selector_covers(&wide->products[k], &narrow->products[i]);
        if (!covered)
            return false;
    }
    return narrow->product_count > 0;
}

bool filter_covers(const struct filter *wide, const struct filter *narrow)
{
    return set_covers(wide->severities, narrow->severities) &&
           set_covers(wide->audiences, narrow->audiences) && set_covers(wide->abouts, narrow->abouts) &&
           texts_cover(&wide->rules, &narrow->rules, filter_names) &&
           texts_cover(&wide->markets, &narrow->markets, has) &&
           texts_cover(&wide->origins, &narrow->origins, has) && products_cover(wide, narrow);
}
