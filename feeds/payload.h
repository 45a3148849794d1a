/* A payload as bytes: what can be said of it before it is decoded, and how messages cite it. */
#ifndef FEEDS_PAYLOAD_H
#define FEEDS_PAYLOAD_H

#include "base/diag.h"
#include "base/str.h"
#include "feeds/descriptor.h"

/* Refuses what is no payload of this feed at all: empty, a web page, another format, cut off. A 200 with such
 * a body is the usual way in which a source fails. Only first and last bytes are read. 0, or -EBADMSG with
 * one error in `diags` (D001…D007). */
int payload_check(
    const struct descriptor *descriptor, struct slice payload, const char *file, struct diag_list *diags);

/* The same for a payload of a feed whose documents come in archives. */
int payload_check_archive(
    const struct descriptor *descriptor, struct slice payload, const char *file, struct diag_list *diags);

/* Finds the byte that makes it no text: a NUL, one that is not UTF-8, in CSV a carriage return without a line
 * feed. Decoders see such bytes on their way; this says which it was, and where. 0, also for a format that is
 * no text, or -EBADMSG with one error in `diags` (D003, D005, D006). */
int payload_check_bytes(
    const struct descriptor *descriptor, struct slice payload, const char *file, struct diag_list *diags);

/* Whether it begins like a ZIP archive, as workbooks do. */
bool payload_is_archive(struct slice payload);

/* The place of byte `offset`. Columns are bytes, as everywhere in messages. */
struct place payload_place(struct slice payload, const char *file, size_t offset);

/* The payload behind its byte order mark, where it has one. */
struct slice payload_body(struct slice payload);

/* A text of the payload for a message: in quotes, at most QUOTE_BYTES of it, control bytes escaped. The text
 * is UTF-8. Returns buf. */
enum { QUOTE_BYTES = 40, QUOTE_SIZE = QUOTE_BYTES * 4 + 8 };
const char *payload_quote(struct slice text, char buf[QUOTE_SIZE]);

#endif
