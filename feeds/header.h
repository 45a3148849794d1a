/* The names of a payload's columns: which stands where, and what is said of one that does not. */
#ifndef FEEDS_HEADER_H
#define FEEDS_HEADER_H

#include "base/diag.h"
#include "feeds/record.h"

/* Refuses each name that stands twice (D011): of two columns nobody knows which is meant, even where the feed
 * reads neither today. */
void header_check(const struct record *names, const char *file, struct diag_list *diags);

/* The place of a column, else that of the only one whose name differs in the case of letters or in blanks
 * around it; the number of names where there is none. */
size_t header_find(const struct record *names, const char *column);

/* Refuses the payload for the lack of a column (D010). The commonest change of a source is a renamed one, so
 * the answer is put into the message. */
void header_refuse(const struct record *names, const char *column, const char *file, struct diag_list *diags);

#endif
