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
    bool optional[WANTED_MAX];            /* no record need have it */
    bool ever[WANTED_MAX];                /* whether any record had it */
    const char *first[RECORD_FIELDS_MAX]; /* names that the first record has */
    size_t first_len;
    bool first_ended;
    struct arena arena;
    struct diag_list *diags;
    size_t faults_before, errors_before;

    /* The record that is being cut. */
    struct slice fields[WANTED_MAX];
    size_t starts[WANTED_MAX];
    bool has[WANTED_MAX];
};

/* Borrows the names. Faults that are in `diags` already are not of this payload. */
void wanted_init(struct wanted *wanted, const struct descriptor *descriptor, struct diag_list *diags);
void wanted_deinit(struct wanted *wanted);

/* The place of a name, or -1. Where the case of letters differs it is the same name: sources change it
 * without a word. */
int wanted_find(const struct wanted *wanted, struct slice name);

/* Begins a record: it has none of them so far. `offset` is its first byte. */
void wanted_begin(struct wanted *wanted, size_t offset);

/* A name that the record has, for the message that another is missing. */
void wanted_note(struct wanted *wanted, struct slice name);

/* Text for field `i`, borrowed; it stands at `start`. */
void wanted_set(struct wanted *wanted, size_t i, struct slice text, size_t start);

/* Ends the record. */
void wanted_end(struct wanted *wanted);

/* Refuses each name that no record had and one should, if there was a record. It is then the only fault of
 * the payload: the others come from it. 0, or -EBADMSG. */
int wanted_check(struct wanted *wanted, struct place place);

#endif
