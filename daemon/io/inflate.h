/* Decodes a gzip body (RFC 1952) as it arrives.
 *
 * libcurl's own decoder reports success on a body cut in half, and its size limit does not see decoded bytes;
 * this one knows whether the trailer came, and stops a bomb. */
#ifndef IO_INFLATE_H
#define IO_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
    INFLATE_RATIO_MAX = 200, /* decoded : received. Trade tables reach 30; deflate itself can do 1032 */
    INFLATE_RATIO_FROM = 1024 * 1024 /* decoded bytes; below it a ratio proves nothing */
};

struct inflate;

struct inflate *inflate_new(void);
void inflate_free(struct inflate *inflate);

/* Appends the decoded bytes to `out`. 0; -EBADMSG where it is no gzip or damaged; -EMSGSIZE over the buffer's
 * maximum or the ratio. */
int inflate_feed(struct inflate *inflate, const void *bytes, size_t n, struct buf *out);

/* Whether the stream has come to its trailer, checksum and length included. */
bool inflate_is_complete(const struct inflate *inflate);

#endif
