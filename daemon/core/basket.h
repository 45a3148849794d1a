/* Baskets: a product as people speak of it, its codes, and the codes of the inputs it is made of.
 *
 * Data, not code: read from feeds/baskets.yaml, every entry with its source. */
#ifndef CORE_BASKET_H
#define CORE_BASKET_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/keys.h"
#include "base/node.h"

extern const struct shape baskets_shape;

enum language { LANGUAGE_VI, LANGUAGE_EN, LANGUAGE_COUNT };

struct phrase {
    const char *text[LANGUAGE_COUNT]; /* NULL where it is not given */
};

struct basket {
    const char *id;
    struct phrase title;
    struct texts codes;  /* product codes; "nso:…" or HS */
    struct texts inputs; /* product codes of its inputs; may be empty */
    const char *source;  /* who says so */
    struct place place;
};

struct baskets {
    struct basket *items; /* in file order */
    size_t len;
    struct arena arena;
};

#define BASKETS_NULL ((struct baskets){0})

/* Reads a document { baskets: [ … ] }. Texts are copied. 0, or -EINVAL with every fault in `diags` (codes
 * B0xx). */
int baskets_read(const struct node *document, struct baskets *ret_baskets, struct diag_list *diags);
void baskets_deinit(struct baskets *baskets);

const struct basket *baskets_find(const struct baskets *baskets, const char *id);

extern const struct key phrase_keys[LANGUAGE_COUNT];
extern const struct shape phrase_shape;

/* Reads { vi: …, en: … }; both are required. */
int phrase_read(const struct node *node, const char *what, struct phrase *ret_phrase, struct arena *arena,
    struct diag_list *diags);

#endif
