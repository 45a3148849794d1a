#include "core/selector.h"

#include <string.h>

#include "base/shape.h"
#include "core/code.h"

/* A code of a named classification ("nso:seafood") or an HS number of 2 to 10 digits. */
static bool is_code(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    bool is_hs = text[digits] == '\0' && digits >= 2 && digits <= 10;
    return is_hs || (strchr(text, ':') != NULL && code_is_product(slice_of(text)));
}

/* The beginning of a code: digits, or the name of a classification with its colon. */
static bool is_beginning(const char *text)
{
    bool is_hs = text[strspn(text, "0123456789")] == '\0' && strlen(text) <= 10;
    return is_hs || (strchr(text, ':') != NULL && code_is_product(slice_of(text)));
}

/* The schema knows no baskets: any name may be one. */
const struct shape selector_shape = {
    .kind = SHAPE_TEXT,
    .name = "selector",
    .expected = "expected baskets, a basket's id, a code such as 7210 or nso:seafood, or \"72*\"",
    .pattern = "^("
               "[a-z0-9._:-]+"                        /* baskets, one of them, or an HS number */
               "|[A-Za-z0-9._-]*:[A-Za-z0-9:._-]*"    /* nso:seafood */
               "|[0-9]{1,10}[*]"                      /* "72*" */
               "|[A-Za-z0-9._-]*:[A-Za-z0-9:._-]*[*]" /* "nso:*" */
               ")$",
    .max_length = CODE_SIZE,
    .also = ALSO_INTEGER,
    .max = INT64_C(9999999999),
};

bool selector_read(
    const char *text, const struct baskets *baskets, struct arena *arena, struct selector *ret_selector)
{
    size_t len = strlen(text);
    struct selector selector = {SELECT_CODE, text};
    if (str_equal(text, "baskets")) {
        selector.kind = SELECT_BASKETS;
    } else if (baskets_find(baskets, text) != NULL) {
        selector.kind = SELECT_BASKET;
    } else if (len > 1 && text[len - 1] == '*') {
        selector.kind = SELECT_PREFIX;
        selector.text = arena_strndup(arena, text, len - 1);
        if (!is_beginning(selector.text))
            return false;
    } else if (!is_code(text)) {
        return false;
    }
    *ret_selector = selector;
    return true;
}

bool selector_matches(const struct selector *selector, const struct baskets *baskets, const char *product)
{
    switch (selector->kind) {
    case SELECT_BASKETS:
        return baskets_find(baskets, product) != NULL;
    case SELECT_BASKET:
    case SELECT_CODE:
        return str_equal(product, selector->text);
    case SELECT_PREFIX:
        return baskets_find(baskets, product) == NULL && str_starts(product, selector->text);
    }
    return false;
}

static bool is_basket_kind(const struct selector *selector)
{
    return selector->kind == SELECT_BASKETS || selector->kind == SELECT_BASKET;
}

bool selector_overlaps(const struct selector *a, const struct selector *b)
{
    if (is_basket_kind(a) != is_basket_kind(b))
        return false; /* a scope's product is a basket or a code */
    if (a->kind == SELECT_BASKETS || b->kind == SELECT_BASKETS)
        return true;
    if (a->kind == SELECT_PREFIX && str_starts(b->text, a->text))
        return true;
    if (b->kind == SELECT_PREFIX && str_starts(a->text, b->text))
        return true;
    return str_equal(a->text, b->text);
}
