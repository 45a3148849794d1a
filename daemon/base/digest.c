#include "base/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct digest digest_of(const void *bytes, size_t len)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (EVP_Digest(bytes, len, raw, &n, EVP_sha256(), NULL) != 1)
        abort(); /* only out of memory */
    struct digest digest;
    for (unsigned i = 0; i < n; i++)
        snprintf(digest.hex + (size_t)i * 2, 3, "%02x", raw[i]);
    return digest;
}
