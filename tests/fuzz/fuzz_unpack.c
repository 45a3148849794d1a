/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str feeds/unpack feeds/payload */
/* Arbitrary bytes as an archive: what comes out keeps the limits, and what does not is refused with one
 * reason. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "feeds/unpack.h"

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "property broken: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
const char *__asan_default_options(void);

/* libarchive asks for as much as a header says, terabytes too, and knows what to do when it gets none; where
 * it gets them, it touches no more than there are bytes. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=1024";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum { MAX = 4 * 1024 * 1024 };
    for (int kind = UNPACK_7Z; kind <= UNPACK_ZIP; kind++) {
        struct descriptor descriptor = {.feed = "f", .unpack = kind, .max_bytes = MAX};
        struct decode_input input = {&descriptor, NULL, {(const char *)bytes, len}, "fuzz", 1, NULL};
        struct diag_list diags = DIAG_LIST_NULL;
        struct unpacked unpacked;
        int r = unpack_payload(&input, &unpacked, &diags);
        must((r == 0) == (diags.errors == 0) && diags.errors <= 1,
            "refused with one reason, accepted without");
        must(unpacked.input.payload.len <= MAX, "no more than is allowed");
        must(str_is_utf8(slice_of(unpacked.input.file)), "the name is UTF-8");
        unpacked_deinit(&unpacked);
        diag_list_deinit(&diags);
    }
    return 0;
}
