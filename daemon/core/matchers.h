/* Matchers: which alerts somebody means, by their labels. What silences and `tdwatch alerts` choose by.
 *
 * Each label takes several values, of which one is enough; all labels that are given must fit. A product
 * stands for what lies wholly in it, and for nothing else: the code 7210 for 72101200 and for a basket of
 * such codes, never for chapter 72. So no matcher reaches an alert that says more than was meant. */
#ifndef CORE_MATCHERS_H
#define CORE_MATCHERS_H

#include "core/alert.h"
#include "core/selector.h"

/* As people write them: values with commas between them, "" or NULL for any. */
struct matcher_texts {
    const char *rule, *product, *market, *origin, *severity;
};

struct matchers {
    struct texts rules, markets, origins;
    struct selector *products; /* as in rules: basket, code, "72*", range, "hs6 in 72" */
    size_t product_count;
    unsigned severities; /* bits of enum severity; 0: any */
};

/* Reads the texts into `arena`; `baskets` is not kept. 0, or -EINVAL with a sentence in *ret_fault. */
int matchers_read(const struct matcher_texts *texts, const struct baskets *baskets, struct arena *arena,
    struct matchers *ret_matchers, const char **ret_fault);

/* Whether no label is given, so that every alert fits. */
bool matcher_texts_are_empty(const struct matcher_texts *texts);

bool matchers_hold(const struct matchers *matchers, const struct baskets *baskets,
    const struct alert_scope *scope, enum severity severity);

/* "rule=export-surge product=72*,toys": for lists. In `arena`; "everything" where none is given. */
const char *matcher_texts_format(const struct matcher_texts *texts, struct arena *arena);

#endif
