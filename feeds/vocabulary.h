/* The words a descriptor translates a payload's texts into. */
#ifndef FEEDS_VOCABULARY_H
#define FEEDS_VOCABULARY_H

#include <stdint.h>

#include "base/str.h"
#include "feeds/descriptor.h"

/* How messages call a field: "flow". */
const char *vocabulary_role_name(enum field_role role);

/* What a field's text must be: "a country code: two upper-case letters, or W for the world". NULL for
 * figures. */
const char *vocabulary_expected(enum field_role role);

/* Reads "2026" as its first month, where another field says the month. 0, or -EINVAL. */
int vocabulary_read_year(struct slice text, uint32_t *ret_number);

/* Reads a field's text, after map and prefix, into the number it stands for: flows and periods as they are in
 * an observation, months of the year as a distance from January, flags as their bit. Codes and units have no
 * number and give 0. 0, or -EINVAL. */
int vocabulary_read(enum field_role role, struct slice text, uint32_t *ret_number);

#endif
