/* Small questions about text. A slice borrows; it need not end in NUL. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *data;
    size_t len;
};

struct slice slice_of(const char *s);
bool slice_equal(struct slice slice, const char *s);

bool str_equal(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);

/* Parses the whole text as a decimal integer. 0; -EINVAL not a number; -ERANGE too large. */
int str_to_int64(struct slice text, int64_t *ret_value);

/* Parses a plain decimal number (optional sign, digits, optional fraction; no exponent) exactly into a
 * fixed-point integer of `scale` units per 1 (a power of ten). Digits beyond the scale are rounded half away
 * from zero. 0; -EINVAL not a number; -ERANGE too large. */
int str_to_fixed(struct slice text, int64_t scale, int64_t *ret_value);

/* Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). */
bool str_is_utf8(struct slice text);

/* Whether it is UTF-8 on one line that can be shown anywhere: no control characters (C0, DEL, C1), no line or
 * paragraph separators, and no marks that reorder what stands around them (Unicode UAX 9: U+202A to U+202E,
 * U+2066 to U+2069). */
bool str_is_line(struct slice text);

/* The entry of `names` that `word` most likely meant, or NULL when none is near. */
const char *str_did_you_mean(struct slice word, const char *const *names, size_t n);

#endif
