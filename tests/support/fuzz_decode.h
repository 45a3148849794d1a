/* What holds for any bytes that a decoder is given. */
#ifndef TESTS_FUZZ_DECODE_H
#define TESTS_FUZZ_DECODE_H

#include <stdint.h>

#include "feeds/decode.h"

/* Reads the columns f (flow X or M), c (partner), g (product), t (month), v (value), q (quantity), u (its
 * unit) and s (flags). */
struct descriptor fuzz_descriptor(enum feed_format format);

/* Decodes, and aborts where a promise of decode.h is broken. */
void fuzz_decode(const struct descriptor *descriptor, const uint8_t *bytes, size_t len);

#endif
