/* What text may become part of a protocol's dialogue. libcurl passes on what it is given: a CR LF in a header
 * or an address is a second header or a second recipient (measured with 7.88). */
#ifndef IO_WIRE_TEXT_H
#define IO_WIRE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* "Name: value": a token, a colon, and a value that is not blank; printable ASCII and tabs, at most `max`
 * bytes. */
bool wire_text_is_header(const char *header, size_t max);

/* A copy whose every line end (CR LF, LF, CR) is CR LF. alloc_free it. */
char *wire_text_crlf(const char *text);

/* Makes one line for people out of what a peer said: copies at most size - 1 bytes, everything but printable
 * ASCII becomes '?'. */
void wire_text_one_line(const char *bytes, size_t n, char *line, size_t size);

#endif
