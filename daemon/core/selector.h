/* Selectors of products: how rules name what they range over.
 *
 *   baskets         every basket of no group        baskets of cbam   every basket of a group
 *   plywood         one basket
 *   7210, nso:toys  one code                        "72*"             every code with that beginning
 *   "0301-0307"     every code in that range        hs6               every code of six digits, rolled up
 *                                                   hs6 in "72-73"    those of a range */
#ifndef CORE_SELECTOR_H
#define CORE_SELECTOR_H

#include <stdbool.h>

#include "core/basket.h"

extern const struct shape selector_shape; /* what it reads */

enum selector_kind {
    SELECT_BASKETS, /* text: the group, or "" */
    SELECT_BASKET,
    SELECT_CODE,
    SELECT_PREFIX,
    SELECT_RANGE, /* text … last: HS beginnings of the same length */
    SELECT_LEVEL, /* digits; text … last, or "" for all */
};

struct selector {
    enum selector_kind kind;
    const char *text; /* basket id, code, group, or the beginning without its star */
    const char *last; /* SELECT_RANGE, SELECT_LEVEL: the end of the range */
    int digits;       /* SELECT_LEVEL: 2, 4, 6, 8 or 10 */
};

/* Reads one selector. `text` is borrowed where it needs no change, else copied into `arena`. False where it
 * is neither a basket nor a code. */
bool selector_read(
    const char *text, const struct baskets *baskets, struct arena *arena, struct selector *ret_selector);

/* Whether a code of the history is selected, without regard to its level. */
bool selector_holds_code(const struct selector *selector, const char *code);

/* Whether a scope's product (basket id or code) is selected. A selector of codes selects a basket by its
 * codes: one of them is enough. */
bool selector_matches(const struct selector *selector, const struct baskets *baskets, const char *product);

/* Whether some product may be selected by both. */
bool selector_overlaps(const struct selector *a, const struct selector *b, const struct baskets *baskets);

#endif
