/* Payloads that come in an archive (7z or ZIP): its one file is the document that is decoded.
 *
 * It is read into memory, at most max_bytes of the feed and UNPACK_RATIO_MAX times the archive. Nothing is
 * written anywhere by a name of the archive. */
#ifndef FEEDS_UNPACK_H
#define FEEDS_UNPACK_H

#include "base/buf.h"
#include "feeds/decode.h"

enum { UNPACK_RATIO_MAX = 200 };

extern const char *const unpack_names[]; /* of enum feed_unpack; NULL-terminated */

struct unpacked {
    struct decode_input input; /* with the document, which messages call ARCHIVE:FILE */
    struct buf bytes;
    struct arena arena;
};

/* The document of a payload; the payload itself where its feed has no archives. 0, or -EBADMSG with one fault
 * in `diags` (D001, D002, D058, D059). unpacked_deinit in either case. */
int unpack_payload(const struct decode_input *input, struct unpacked *ret_unpacked, struct diag_list *diags);
void unpacked_deinit(struct unpacked *unpacked);

#endif
