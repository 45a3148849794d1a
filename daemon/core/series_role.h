/* The series of a rule's scope by what they are to it (home h, product p, market m, origin o): `exports` are
 * h's exports of p to m as h reports them. One table; baskets and origins fill it in when a rule set is bound
 * to a panel. */
#ifndef CORE_SERIES_ROLE_H
#define CORE_SERIES_ROLE_H

#include <stdbool.h>

#include "base/str.h"
#include "core/observation.h"
#include "core/scope.h"

enum series_role {
    ROLE_EXPORTS,     /* h's exports of p to m */
    ROLE_EXPORTS_ALL, /* h's exports of p to the world */
    ROLE_IMPORTS,     /* m's imports of p from h: what the law measures */
    ROLE_MARKET,      /* m's imports of p from the world */
    ROLE_FROM_ORIGIN, /* m's imports of p from o */
    ROLE_INPUTS,      /* h's imports of p's inputs from o; from the world where the scope has no origin */
    ROLE_SAME_FROM_ORIGIN, /* h's imports of p itself from o */
    ROLE_WHOLE,            /* h's exports to m of the whole that p is a part of (a basket's part_of) */
    ROLE_BY_MARKET,        /* h's exports of p to every market; only functions name it */
    ROLE_BY_ORIGIN,        /* m's imports of p from every origin; only functions name it */
    ROLE_COUNT,
    ROLE_RIVALS = ROLE_COUNT, /* market less imports: a difference, not a series */
};

enum role_place {
    PLACE_HOME,
    PLACE_MARKET,
    PLACE_ORIGIN,
    PLACE_WORLD,
    PLACE_EACH /* every country there is */
};

/* Which codes of a basket its series have. A product that is no basket is its own code, and has no others. */
enum role_codes { CODES_PRODUCT, CODES_INPUTS, CODES_WHOLE };

struct role {
    const char *name;
    enum role_place reporter, partner;
    enum flow flow;
    enum role_codes codes;
};

extern const struct role series_roles[ROLE_COUNT];

/* The country at a place of a scope; the world where the place is every country, or an origin that the scope
 * does not have. */
const char *series_role_country(enum role_place place, const struct scope *scope, const char *home);

/* What an expression takes of a series. */
enum series_column { SERIES_VALUE, SERIES_QUANTITY, SERIES_WEIGHT, SERIES_UNIT_VALUE, SERIES_COLUMN_COUNT };

/* The series that an expression may name, rivals among them; NULL behind the last. */
enum { SERIES_NAMES = ROLE_BY_MARKET + 1 };
extern const char *const series_names[SERIES_NAMES + 1];

/* The role with this name, ROLE_RIVALS among them, or -1; and its name. */
int series_role_find(struct slice name);
const char *series_role_name(enum series_role role);

extern const char *const series_column_names[SERIES_COLUMN_COUNT];

#endif
