/* The concordance of the editions of the Harmonized System: which codes became which ones, and when.
 *
 * A row is closed: what its old codes held together, its new codes hold together, no more and no less. So the
 * sum of one side is the sum of the other, and a product that has one side whole goes on in the other side.
 * Of a product that has a side only in part nothing is known beyond the change, and nothing is guessed.
 * Data, read from feeds/concordance.yaml, every row with its source. */
#ifndef CORE_CONCORDANCE_H
#define CORE_CONCORDANCE_H

#include "base/map.h"
#include "core/basket.h"

struct code_change {
    const char *edition;        /* "HS 2022" */
    int32_t from;               /* the first month of the new codes */
    struct texts before, after; /* a code that is on both sides has become wider or narrower */
    const char *source;
    struct place place;
};

struct concordance {
    struct code_change *items; /* by month, once they are sealed */
    size_t len, cap;
    struct basket_codes *histories; /* of single codes */
    size_t history_len, history_cap;
    struct map by_code; /* to their histories */
    struct arena arena;
};

#define CONCORDANCE_NULL ((struct concordance){0})

extern const struct shape concordance_shape; /* the list of them */

/* Adds the rows of a list. 0, or -EINVAL with every fault in `diags` (V0xx, and L0xx of core/row.h); the
 * caller drops the table then. */
int concordance_add(struct concordance *concordance, const struct node *list, struct diag_list *diags);

/* After the last row: nothing else may be called before it. */
void concordance_seal(struct concordance *concordance);
void concordance_deinit(struct concordance *concordance);

/* A product's codes with those that they became and came from, each with its months, where the product has
 * one side of a row whole. A code with months of its own stays as it is. `except`: codes below them that are
 * not the product's. In `arena`. */
struct basket_codes concordance_follow(const struct concordance *concordance,
    const struct basket_codes *codes, const struct texts *except, struct arena *arena);

/* The same of one code; NULL where it is its whole history. */
const struct basket_codes *concordance_history(const struct concordance *concordance, const char *code);

/* The codes, and those that any of them became or came from, in part or whole: what a list of another edition
 * is about. In `arena`. */
struct texts concordance_widen(
    const struct concordance *concordance, const struct texts *codes, struct arena *arena);

/* Warns of each basket of a file whose figures begin or end at a change, since it names codes of one side
 * only, and not all of them (W018). NULL: of every file. */
void concordance_lint(const struct concordance *concordance, const struct baskets *baskets, const char *file,
    struct diag_list *diags);

#endif
