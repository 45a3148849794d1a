/* Selectors of products: how rules name what they range over.
 *
 *   baskets        every basket              plywood     one basket
 *   7210, nso:toys one code                  "72*"       every code with that beginning */
#ifndef CORE_SELECTOR_H
#define CORE_SELECTOR_H

#include <stdbool.h>

#include "core/basket.h"

extern const struct shape selector_shape;

enum selector_kind { SELECT_BASKETS, SELECT_BASKET, SELECT_CODE, SELECT_PREFIX };

struct selector {
    enum selector_kind kind;
    const char *text; /* basket id, code, or the beginning without its star */
};

/* Reads one selector. `text` is borrowed where it needs no change, else copied into `arena`. False where it
 * is neither a basket nor a code. */
bool selector_read(
    const char *text, const struct baskets *baskets, struct arena *arena, struct selector *ret_selector);

/* Whether a scope's product (basket id or code) is selected. */
bool selector_matches(const struct selector *selector, const struct baskets *baskets, const char *product);

/* Whether some product may be selected by both. */
bool selector_overlaps(const struct selector *a, const struct selector *b);

#endif
