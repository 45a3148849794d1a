/* What an answer says that has no records: its first few texts, each with the names that lead to it. Mostly
 * the source tells there what is wrong. */
#ifndef FEEDS_SAID_H
#define FEEDS_SAID_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"

struct said {
    struct buf text;
    bool enough;
};

void said_init(struct said *said);
void said_deinit(struct said *said);

/* Keeps a text, unless it is empty or there are enough. */
void said_add(struct said *said, const struct slice *path, size_t n, struct slice text);

/* Refuses an answer: "the payload has no WHAT; it says …". Returns -EBADMSG. */
int said_refuse(const struct said *said, const char *what, struct place place, struct diag_list *diags);

#endif
