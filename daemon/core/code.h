/* Codes of countries and products: what may stand in an observation. */
#ifndef CORE_CODE_H
#define CORE_CODE_H

#include <stdbool.h>

#include "base/shape.h"
#include "base/str.h"

enum { CODE_SIZE = 64 }; /* with the NUL; the panel keeps no longer ones */

/* Two upper-case letters (ISO 3166-1 alpha-2), or "W" for the world. */
bool code_is_country(struct slice text);

/* 1 to CODE_SIZE - 1 of A-Z a-z 0-9 : . _ - */
bool code_is_product(struct slice text);

/* An HS number, or a country's breakdown of one: 2, 4, 6 or 8 to 10 digits (Japan has 9). */
bool code_is_hs(struct slice text);

/* Whether it is the code `whole`, or an HS number below the HS number `whole`. */
bool code_is_within(const char *code, const char *whole);
extern const struct shape code_country_shape; /* without the world */
extern const struct shape code_country_or_world_shape, code_product_shape;

#endif
