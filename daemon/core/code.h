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

extern const struct shape code_country_shape, code_product_shape;

#endif
