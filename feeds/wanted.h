/* The names that a feed reads, for payloads whose records name their fields themselves (JSON objects, XML).
 *
 * Such a record may leave out a field, which is then absent. A name that no record has is a fault: the source
 * has renamed it. */
#ifndef FEEDS_WANTED_H
#define FEEDS_WANTED_H

#include <stdbool.h>

#include "base/diag.h"
#include "feeds/decode.h"
#include "feeds/descriptor.h"

enum { WANTED_MAX = 64, FIELD_BYTES_MAX = 64 * 1024 };

struct wanted {
    struct slice names[WANTED_MAX]; /* each once */
    size_t len;
    bool ignore_case;
    bool ever[WANTED_MAX]; /* whether any record had it */

    /* The record that is being cut. */
    struct slice fields[WANTED_MAX];
    size_t starts[WANTED_MAX];
    bool has[WANTED_MAX];
};

/* Borrows the names. */
void wanted_init(struct wanted *wanted, const struct descriptor *descriptor, bool ignore_case);

/* The place of a name, or -1. */
int wanted_find(const struct wanted *wanted, struct slice name);

/* Begins a record: it has none of them so far. `offset` is its first byte. */
void wanted_begin(struct wanted *wanted, size_t offset);

/* Text for field `i`, borrowed; it stands at `start`. */
void wanted_set(struct wanted *wanted, size_t i, struct slice text, size_t start);

/* Refuses each name that no record had, with what the first record has instead. 0, or -EBADMSG. */
int wanted_check(const struct wanted *wanted, struct place place, const char *const *first, size_t first_len,
    struct diag_list *diags);

#endif
