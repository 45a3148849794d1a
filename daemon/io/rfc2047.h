/* Text beyond ASCII in mail headers (RFC 2047). */
#ifndef IO_RFC2047_H
#define IO_RFC2047_H

#include <stddef.h>

#include "base/buf.h"

/* Appends the text as it may stand in a header's body: printable ASCII as it is, anything else as UTF-8
 * encoded-words with one space between them, which is where a line may be folded. No word passes 75
 * characters or splits a UTF-8 sequence, and the first fits a line of 76 whose header name takes `column`
 * characters. Never writes CR or LF. 0, or -EMSGSIZE. */
int rfc2047_encode(const char *text, size_t column, struct buf *out);

#endif
