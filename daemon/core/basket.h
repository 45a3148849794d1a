/* Baskets: a product as people speak of it, its codes, and the codes of the inputs it is made of.
 *
 * Data, not code: read from feeds/baskets*.yaml, every entry with its source. A code is an HS number of 2 to
 * 10 digits and stands for all that is below it, or a code of another classification ("nso:seafood"). */
#ifndef CORE_BASKET_H
#define CORE_BASKET_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/keys.h"
#include "base/node.h"

struct row_reader;

enum language { LANGUAGE_VI, LANGUAGE_EN, LANGUAGE_COUNT };

struct phrase {
    const char *text[LANGUAGE_COUNT]; /* NULL where it is not given */
};

/* A code and the months in which its classification has it: 8541.40 until 2021-12, 8541.43 from 2022-01.
 * Outside them its trade is nothing, and not missing. */
struct basket_code {
    const char *code;
    const char *ex;      /* which part of the code is the product; NULL: all of it */
    int32_t from, until; /* periods; PERIOD_NONE: open */
};

struct basket_codes {
    struct basket_code *items;
    size_t len;
};

struct basket {
    const char *id;
    const char *group; /* "nso", "cbam": its own selection; NULL: one of `baskets` */
    struct phrase title;
    struct basket_codes codes;
    struct basket_codes inputs; /* may be empty */
    struct texts except;        /* codes below `codes` that do not belong to it */
    struct texts part_of;       /* codes of the whole that it is a part of (series `whole`); may be empty */
    struct texts names;         /* what notices call it; may be empty */
    const char *source;         /* who says so */
    struct place place;
};

extern const struct shape baskets_shape; /* the list of them */

struct baskets {
    struct basket *items; /* in file order */
    size_t len, cap;
    struct arena arena;
};

#define BASKETS_NULL ((struct baskets){0})

/* Adds the baskets of a list; ids are unique across all of them. Texts are copied. 0, or -EINVAL with every
 * fault in `diags` (codes B0xx, and L0xx of core/row.h). A basket with faults is added all the same where its
 * id could be read, so that what names it is not reported as well; the caller drops the table. */
int baskets_add(struct baskets *baskets, const struct node *list, struct diag_list *diags);
void baskets_deinit(struct baskets *baskets);

const struct basket *baskets_find(const struct baskets *baskets, const char *id);

/* The id that comes nearest, or NULL. The arena is for work only. */
const char *baskets_did_you_mean(const struct baskets *baskets, const char *id, struct arena *arena);

/* Whether a code lies in the basket: at or below one of its codes, and not at or below an exception. */
bool basket_holds(const struct basket *basket, const char *code);

/* What a row of another table is on: one of both, the other is NULL or empty. */
struct basket_target {
    const char *basket; /* id */
    struct texts codes;
};

extern const char *const basket_target_keys[]; /* NULL-terminated, for shapes */

/* Checks a target that was read from the keys `basket` and `codes` of a row. */
void baskets_check_target(
    const struct baskets *baskets, const struct row_reader *row, const struct basket_target *target);

/* Whether the target and the product (basket id or code) meet: the same basket, or codes of which one lies at
 * or below the other and not at or below an exception of its basket. Coarse on purpose: a chapter is
 * concerned by a measure on one of its headings. */
bool baskets_meet(const struct baskets *baskets, const struct basket_target *target, const char *product);

extern const struct key phrase_language_keys[LANGUAGE_COUNT];
extern const struct shape phrase_shape; /* what it reads */

/* Reads { vi: …, en: … }; both are required. */
int phrase_read(const struct node *node, const char *what, struct phrase *ret_phrase, struct arena *arena,
    struct diag_list *diags);

#endif
