/* Countries and customs territories, and what the field's code lists call them. Data, read from
 * feeds/countries.yaml. */
#ifndef CORE_COUNTRY_H
#define CORE_COUNTRY_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/node.h"

/* Code lists that feeds use. */
enum country_scheme {
    COUNTRY_ISO2, /* ISO 3166-1 alpha-2, EU, EA (EAEU) and W (the world); what tdwatch uses */
    COUNTRY_ISO3,
    COUNTRY_M49,
    COUNTRY_COMTRADE,
    COUNTRY_CENSUS, /* Schedule C; "-" is the world */
    COUNTRY_COMEXT,
    COUNTRY_SCHEME_COUNT
};

extern const char *const country_scheme_names[COUNTRY_SCHEME_COUNT + 1]; /* NULL-terminated */

struct country {
    const char *codes[COUNTRY_SCHEME_COUNT]; /* NULL where the list has none */
    const char *name;                        /* English, for who reads the file */
    struct place place;
};

struct countries {
    struct country *items;
    size_t len, cap;
    struct map numbers[COUNTRY_SCHEME_COUNT]; /* code to index in items */
    struct arena arena;
};

#define COUNTRIES_NULL ((struct countries){0})

extern const struct shape countries_shape; /* the list of them */

/* Adds the rows of a list; a code stands once in its scheme. 0, or -EINVAL with every fault in `diags` (codes
 * N0xx, and L0xx of core/row.h); the caller drops the table then. */
int countries_add(struct countries *countries, const struct node *list, struct diag_list *diags);
void countries_deinit(struct countries *countries);

/* NULL where the scheme has no such code. */
const struct country *countries_find(
    const struct countries *countries, enum country_scheme scheme, struct slice code);

#endif
