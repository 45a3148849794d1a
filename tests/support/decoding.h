/* Decoding in tests: a payload by the text of a descriptor, cases from files, cut and mutated payloads. */
#ifndef TESTS_DECODING_H
#define TESTS_DECODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "feeds/decode.h"

struct decoding {
    struct arena arena;
    struct diag_list diags;
    struct descriptor descriptor;
    struct observations rows;
    int r;
};

/* Countries are those of feeds/countries.yaml. The payload is called "a". Fails the test where the descriptor
 * is wrong, or where what came of the payload is neither rows nor faults. */
void decoding_run(struct decoding *decoding, const char *feed, struct slice payload);
void decoding_deinit(struct decoding *decoding);

/* The text of a file of the project; NULL with a message where it is not there. The caller frees it. */
char *decoding_read(const char *path, size_t *ret_len);

/* What came of it, a line for each row ("= VN export US 7210 2025-07 v=1500 q=2000t w=7 preliminary": figures
 * as they are kept) or fault ("! D016 3:12 text"; the place of a cell is its name). */
void decoding_print(struct decoding *decoding, struct buf *out);

/* Cases from a file: "feed NAME", the payload line by line with \xHH for bytes, then what comes of it as
 * decoding_print says it; of a fault's text only what is written has to be there. */
struct decoding_feed {
    const char *name, *text;
};

/* Makes the payload of its lines; NULL: it is its lines. */
typedef void decoding_maker(struct slice lines, struct buf *ret_payload);
void decoding_check_cases(
    const char *path, const struct decoding_feed *feeds, size_t n, decoding_maker *maker);

/* Cut short before byte `whole`, the payload never gives rows. */
void decoding_check_cuts(const char *feed, struct slice payload, size_t whole);

/* `n` mutants of the payload, the same on every machine, give rows or faults. */
void decoding_check_mutants(const char *feed, struct slice payload, size_t n);

/* The same of the text that the payload is made of. */
void decoding_check_made_mutants(const char *feed, struct slice lines, decoding_maker *maker, size_t n);

#endif
