/* link: daemon/base/alloc daemon/base/buf daemon/base/str feeds/named_text */
/* Arbitrary bytes as what a service says. What is found stands in them, and is found again when it is asked
 * for. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/named_text.h"

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "property broken: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const names[] = {"id", "status", "faultcode"};
    struct slice answer = {(const char *)bytes, len};
    char found[NAMED_TEXT_SIZE], again[NAMED_TEXT_SIZE];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!named_text_find(answer, names[i], NULL, found))
            continue;
        must(found[0] != '\0' && strlen(found) < NAMED_TEXT_SIZE, "a text is neither empty nor too long");
        must(named_text_find(answer, names[i], found, again), "what is there is found");
        must(strcmp(found, again) == 0, "and is the same");
    }
    return 0;
}
