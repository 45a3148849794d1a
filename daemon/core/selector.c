#include "core/selector.h"

#include <string.h>

/* A code of a named classification ("nso:seafood") or an HS number of 2 to 10 digits. */
static bool is_code(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return (text[digits] == '\0' && digits >= 2 && digits <= 10) || strchr(text, ':') != NULL;
}

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
        if (strspn(selector.text, "0123456789") != len - 1 && strchr(selector.text, ':') == NULL)
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
