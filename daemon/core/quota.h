/* Quantity limits that are exact in law: tariff-rate quotas (EU steel) and trigger volumes of free-trade
 * agreements (EAEU, Art. 2.10). Data, read from feeds/quotas*.yaml, effective-dated, each row with its
 * source. */
#ifndef CORE_QUOTA_H
#define CORE_QUOTA_H

#include "core/basket.h"
#include "core/observation.h"

struct quota {
    const char *id;
    const char *market, *against; /* `against` "W": shared by all origins; the imports of all count */
    const char *basket;           /* what it limits: a basket … */
    struct texts codes;           /* … or HS codes; exactly one of both */
    enum column column;           /* what is limited */
    int64_t limit;                /* for one year or quarter, in thousandths, as figures are */
    int months;                   /* length of its period: 12 or 3 */
    int starts;                   /* month 1…12 in which its year begins; quarters follow from it */
    int32_t from, to;             /* first and last month in force; PERIOD_NONE: open */
    const char *title, *source;
    struct place place;
};

struct quotas {
    struct quota *items;
    size_t len, cap;
    struct arena arena;
};

#define QUOTAS_NULL ((struct quotas){0})

extern const struct shape quotas_shape;       /* the list of them */
extern const struct shape short_quotas_shape; /* of rows that are filled in, see app/rule_test_tables.c */

/* Adds the rows of a list; an id may come again for other months. `baskets` must be complete, and are not
 * kept. 0, or -EINVAL with every fault in `diags` (codes Q0xx; L0xx of core/row.h, B01x of core/basket.h);
 * the caller drops the table then. */
int quotas_add(
    struct quotas *quotas, const struct node *list, const struct baskets *baskets, struct diag_list *diags);
void quotas_deinit(struct quotas *quotas);

/* Whether it limits the product (basket id or code), see baskets_meet. */
bool quota_covers(const struct quota *quota, const struct baskets *baskets, const char *product);

bool quota_is_in_force(const struct quota *quota, int32_t period);

/* The first month of the quota's year or quarter that `period` lies in. */
int32_t quota_start(const struct quota *quota, int32_t period);

#endif
