/* SHA-256 (FIPS 180-4) of bytes, as lower-case hexadecimal text. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

enum { DIGEST_SIZE = 65 }; /* with the NUL */

struct digest {
    char hex[DIGEST_SIZE];
};

struct digest digest_of(const void *bytes, size_t len);

#endif
