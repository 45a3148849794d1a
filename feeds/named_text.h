/* What a service says in an answer that is no payload: a text by the name of its element, attribute or
 * member, as <ns:status>SUBMITTED</ns:status> or {"status": "SUBMITTED"}. Prefixes and depth do not matter,
 * nor does the case of letters. */
#ifndef FEEDS_NAMED_TEXT_H
#define FEEDS_NAMED_TEXT_H

#include <stdbool.h>

#include "base/str.h"

enum { NAMED_TEXT_SIZE = 256 };

/* Finds the first text of that name, or the first that is `text`, into buf. False: there is none, it is
 * longer than buf, or the answer is neither XML nor JSON. An answer that is broken or cut off says what
 * stands before that. */
bool named_text_find(struct slice answer, const char *name, const char *text, char buf[NAMED_TEXT_SIZE]);

#endif
