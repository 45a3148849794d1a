/* The casebook: the store's notices, folded to cases, as the table that rules read beside those of files.
 * Where a file has a row for a case, that is the one. */
#ifndef APP_CASEBOOK_H
#define APP_CASEBOOK_H

#include "app/setup.h"
#include "core/trade_case.h"
#include "io/store.h"

/* Notices and what they come to. Texts of the cases stand with the notices. */
struct casebook {
    struct notices notices;
    struct trade_cases cases;
};

/* Reads the newest versions of all notices, and folds them. 0 or -errno; casebook_deinit in any case. */
int casebook_read(struct store *store, const struct countries *countries, struct casebook *ret_book);
void casebook_deinit(struct casebook *book);

/* The cases as a file of tables; "" where none can be a row, or a file has them all. 0, or -EMSGSIZE. */
int casebook_write(const struct casebook *book, const struct setup *setup, struct buf *out);

/* Puts such a text into the setup, see setup_take_cases. Faults of a table that we have written are our own:
 * they are logged, and the cases that were there stay. */
void casebook_apply(const char *text, struct setup *setup);

/* From the store into the setup, for commands that write nothing. 0 or -errno. */
int casebook_load(struct store *store, struct setup *setup);

enum { CASEBOOK_BYTES_MAX = 8 * 1024 * 1024 };

#endif
