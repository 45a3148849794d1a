#include "core/selector.h"

#include <stdio.h>
#include <string.h>

#include "base/shape.h"
#include "core/code.h"

enum { DIGITS_MAX = 10 };

#define DIGITS "0123456789"

#define CLASSIFIED "[A-Za-z0-9._-]*:[A-Za-z0-9:._-]*"
#define RANGE                                                                                                \
    "([0-9]-[0-9]|[0-9]{2}-[0-9]{2}|[0-9]{3}-[0-9]{3}|[0-9]{4}-[0-9]{4}|[0-9]{5}-[0-9]{5}"                   \
    "|[0-9]{6}-[0-9]{6}|[0-9]{7}-[0-9]{7}|[0-9]{8}-[0-9]{8}|[0-9]{9}-[0-9]{9}|[0-9]{10}-[0-9]{10})"

/* The schema knows no baskets, so any name may be one, and it does not compare the two ends of a range. */
const struct shape selector_shape = {
    .kind = SHAPE_TEXT,
    .name = "selector",
    .expected = "expected baskets, baskets of cbam, a basket's id, a code such as 7210 or nso:seafood, "
                "\"72*\", \"0301-0307\", or hs6 in \"72-73\"",
    .pattern = "^("
               "[a-z0-9._:-]+"      /* baskets, one of them, an HS number, a range, hs6 */
               "|" CLASSIFIED       /* nso:seafood */
               "|[0-9]{1,10}[*]"    /* "72*" */
               "|" CLASSIFIED "[*]" /* "nso:*" */
               "|baskets of [a-z0-9._:-]+"
               "|\"" RANGE "\"" /* quotes that are a part of the text */
               "|hs(2|4|6|8|10) in ([0-9]+|" RANGE "|\"" RANGE "\")"
               ")$",
    .max_length = CODE_SIZE,
    .also = ALSO_INTEGER,
    .max = INT64_C(9999999999),
};

/* ---- reading ---- */

/* A code of a named classification ("nso:seafood") or an HS number of 2 to 10 digits. */
static bool is_code(const char *text)
{
    size_t digits = strspn(text, DIGITS);
    bool is_hs = text[digits] == '\0' && digits >= 2 && digits <= DIGITS_MAX;
    return is_hs || (strchr(text, ':') != NULL && code_is_product(slice_of(text)));
}

/* The beginning of a code: digits, or the name of a classification with its colon. */
static bool is_beginning(const char *text)
{
    bool is_hs = text[strspn(text, DIGITS)] == '\0' && strlen(text) <= DIGITS_MAX;
    return is_hs || (strchr(text, ':') != NULL && code_is_product(slice_of(text)));
}

/* "0301-0307", also in quotes: two beginnings of the same length, in order. */
static bool read_range(const char *text, struct arena *arena, struct selector *selector)
{
    char quote = text[0] == '"' ? '"' : '\0';
    text += quote != '\0';
    size_t first = strspn(text, DIGITS);
    size_t last = text[first] == '-' ? strspn(text + first + 1, DIGITS) : 0;
    const char *end = text + first + 1 + last;
    if (first == 0 || first != last || first > DIGITS_MAX || strncmp(text, text + first + 1, first) > 0 ||
        *end != quote || (quote != '\0' && end[1] != '\0'))
        return false;
    selector->text = arena_strndup(arena, text, first);
    selector->last = arena_strndup(arena, text + first + 1, last);
    return true;
}

/* "hs6", "hs6 in 72-73", "hs4 in 72". */
static bool read_level(const char *text, struct arena *arena, struct selector *selector)
{
    static const char *const levels[] = {"hs2", "hs4", "hs6", "hs8", "hs10"};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        size_t len = strlen(levels[i]);
        if (strncmp(text, levels[i], len) != 0 || (text[len] != '\0' && text[len] != ' '))
            continue;
        *selector = (struct selector){SELECT_LEVEL, "", "", 2 * (int)(i + 1)};
        if (text[len] == '\0')
            return true;
        if (strncmp(text + len, " in ", 4) != 0)
            return false;
        const char *part = text + len + 4;
        if (read_range(part, arena, selector))
            return true;
        selector->text = selector->last = part;
        return part[0] != '\0' && part[strspn(part, DIGITS)] == '\0';
    }
    return false;
}

static bool read_group(const char *text, struct selector *selector)
{
    if (!str_starts(text, "baskets"))
        return false;
    const char *rest = text + strlen("baskets");
    *selector = (struct selector){.kind = SELECT_BASKETS, .text = ""};
    if (rest[0] == '\0')
        return true;
    selector->text = rest + 4;
    return str_starts(rest, " of ") && rest[4] != '\0';
}

bool selector_read(
    const char *text, const struct baskets *baskets, struct arena *arena, struct selector *ret_selector)
{
    size_t len = strlen(text);
    struct selector selector = {SELECT_CODE, text, NULL, 0};
    if (baskets_find(baskets, text) != NULL) {
        selector.kind = SELECT_BASKET;
    } else if (len > 1 && text[len - 1] == '*') {
        selector.kind = SELECT_PREFIX;
        selector.text = arena_strndup(arena, text, len - 1);
        if (!is_beginning(selector.text))
            return false;
    } else if (read_range(text, arena, &selector)) {
        selector.kind = SELECT_RANGE;
    } else if (!read_level(text, arena, &selector) && !read_group(text, &selector) && !is_code(text)) {
        return false;
    }
    *ret_selector = selector;
    return true;
}

/* ---- matching ---- */

static bool is_in_range(const struct selector *selector, const char *code)
{
    size_t len = strlen(selector->text);
    return code[strspn(code, DIGITS)] == '\0' && strlen(code) >= len &&
           strncmp(code, selector->text, len) >= 0 && strncmp(code, selector->last, len) <= 0;
}

bool selector_holds_code(const struct selector *selector, const char *code)
{
    switch (selector->kind) {
    case SELECT_BASKETS:
    case SELECT_BASKET:
        break;
    case SELECT_CODE:
        return str_equal(code, selector->text);
    case SELECT_PREFIX:
        return str_starts(code, selector->text);
    case SELECT_RANGE:
    case SELECT_LEVEL:
        return is_in_range(selector, code);
    }
    return false;
}

static bool same_group(const struct selector *selector, const struct basket *basket)
{
    return str_equal(selector->text, basket->group != NULL ? basket->group : "");
}

/* A code selects a basket that has it, or one below it. */
static bool selects_basket(const struct selector *selector, const struct basket *basket)
{
    if (selector->kind == SELECT_BASKETS)
        return same_group(selector, basket);
    if (selector->kind == SELECT_BASKET)
        return str_equal(selector->text, basket->id);
    for (size_t i = 0; i < basket->codes.len; i++) {
        const char *code = basket->codes.items[i].code;
        if (selector_holds_code(selector, code) ||
            (selector->kind == SELECT_CODE && str_starts(code, selector->text)))
            return true;
    }
    return false;
}

bool selector_matches(const struct selector *selector, const struct baskets *baskets, const char *product)
{
    const struct basket *basket = baskets_find(baskets, product);
    if (basket != NULL)
        return selects_basket(selector, basket);
    bool level = selector->kind != SELECT_LEVEL || strlen(product) == (size_t)selector->digits;
    return level && selector_holds_code(selector, product);
}

static bool is_basket_kind(const struct selector *selector)
{
    return selector->kind == SELECT_BASKETS || selector->kind == SELECT_BASKET;
}

/* Whether some basket is selected by both. */
static bool share_basket(const struct selector *a, const struct selector *b, const struct baskets *baskets)
{
    for (size_t i = 0; i < baskets->len; i++)
        if (selects_basket(a, &baskets->items[i]) && selects_basket(b, &baskets->items[i]))
            return true;
    return false;
}

/* The least and the greatest beginning of what a selector of codes holds. */
static void ends_of(const struct selector *selector, const char **ret_first, const char **ret_last)
{
    bool ranged = selector->kind == SELECT_RANGE || selector->kind == SELECT_LEVEL;
    *ret_first = selector->text;
    *ret_last = ranged ? selector->last : selector->text;
}

/* Compares beginnings of different lengths by what both have. */
static int compare_beginnings(const char *a, const char *b)
{
    size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return strncmp(a, b, len);
}

bool selector_overlaps(const struct selector *a, const struct selector *b, const struct baskets *baskets)
{
    if (is_basket_kind(a) || is_basket_kind(b))
        return share_basket(a, b, baskets);
    if (a->kind == SELECT_CODE && b->kind == SELECT_CODE)
        return str_equal(a->text, b->text);
    if (a->kind == SELECT_LEVEL && b->kind == SELECT_LEVEL && a->digits != b->digits)
        return false;
    const char *a_first, *a_last, *b_first, *b_last;
    ends_of(a, &a_first, &a_last);
    ends_of(b, &b_first, &b_last);
    return compare_beginnings(a_first, b_last) <= 0 && compare_beginnings(b_first, a_last) <= 0;
}
