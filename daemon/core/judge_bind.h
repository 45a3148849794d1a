/* The binding of one rule to a panel. Private to judge*.c. */
#ifndef CORE_JUDGE_BIND_H
#define CORE_JUDGE_BIND_H

#include "base/map.h"
#include "core/judge.h"
#include "core/panel_index.h"
#include "core/publication.h"

/* Where a product's scopes and uses begin; they end where those of the product behind it begin. */
struct bound_product {
    size_t scope, use;
};

/* One rule's scopes and the series each of their roles reads. Rules that range over the same and read the
 * same roles share them: the first of them owns them. */
struct bound_rule {
    const struct rule *rule;
    uint32_t owner;       /* number of the first rule with the same scopes; its own where none is before it */
    struct scope *scopes; /* those of a product in a row */
    size_t len, cap;
    struct map numbers;               /* of the products, in the order of their scopes */
    struct bound_product *products;   /* by number, and one more behind the last */
    size_t product_cap, market_count; /* that each product was looked for in */
    struct binding *bindings;         /* [scope * role_count + role] */
    size_t binding_len, binding_cap;
    struct series_use *uses; /* that the bindings point into */
    size_t use_count, use_cap;
    int32_t *firsts, *horizons; /* per scope: first period with any figure of its series, and the newest that
                                   can be judged */
    struct arena texts;         /* codes that are rolled up */

    /* its own */
    const double **thresholds; /* per scope */
    uint8_t *verdicts;         /* [scope * room + period - first] */
    int32_t first;
    size_t periods, room; /* that are judged, and that there is room for */
};

/* The products that begin with a code. */
struct bind_code {
    const char *code;
    struct panel_range products;
};

struct bind_context {
    const struct panel *panel;
    struct panel_index *index;
    const struct publications *publications;
    const struct reference *reference;
    const char *home;
    const struct sources *sources;
    struct texts markets;           /* every market there is: what `all` means */
    const uint32_t *source_numbers; /* in the index, of `sources` */
    uint32_t *bound_in;             /* per series: number of the newest binding that it is in, from 1 */
    uint32_t *bindings;             /* how many there have been */
    struct bind_code *newest;       /* that was looked up */
    const struct map *grown; /* all that the products of series added since the last binding begin with */
};

/* Where a role is bound. */
struct bind_place {
    struct scope scope;
    const struct basket *basket; /* NULL: the product is a code */
    struct panel_pair *pair;     /* of bind_pair */
};

/* Every market that the panel knows: where home exports to, or who reports imports from it. In order. */
struct texts bind_markets(const struct panel_index *index, const char *home, struct arena *arena);

/* Adds what the products of series from number `first` on begin with: every code that they lie at or below.
 */
void bind_find_grown(struct map *grown, const struct panel *panel, size_t first);

/* Fills an empty bound_rule: scopes, thresholds, bindings, horizons; verdicts are left to the judge.
 * `before`: the same rule as it was bound last, or NULL; products to which no series has been added since are
 * copied. */
void bound_rule_init(struct bound_rule *bound, const struct rule *rule, const struct bound_rule *before,
    const struct bind_context *context);
void bound_rule_deinit(struct bound_rule *bound, bool owns);

/* Whether the rule has this scope, whose number is stored; `scope->rule` is not looked at. */
bool bound_rule_find(const struct bound_rule *bound, const struct alert_scope *scope, uint32_t *ret_scope);

/* Whether the rule has the same scopes and roles, by the same numbers. */
bool bound_rule_fits(const struct bound_rule *bound, const struct rule *rule);

/* Fills an empty bound_rule with the scopes of `owner`, which must outlive it. `number`: of the owner. */
void bound_rule_share(struct bound_rule *bound, const struct rule *rule, const struct bound_rule *owner,
    uint32_t number, const struct bind_context *context);

/* Takes firsts and horizons from the series as they now are. */
void bound_rule_update_horizons(
    struct bound_rule *bound, const struct panel *panel, const struct publications *publications);

/* Whose trade a role reads in a scope, whatever the product; of a role of every country the first pair. NULL:
 * nobody reports it. */
struct panel_pair *bind_pair(
    enum series_role role, const struct scope *scope, const struct bind_context *context);

void bound_rule_push_use(struct bound_rule *bound, struct series_use use);

/* Appends the series of one role in one scope to bound->uses, by partner and product (judge_series.c). */
void bind_role(struct bound_rule *bound, enum series_role role, const struct bind_place *place,
    const struct bind_context *context);

#endif
