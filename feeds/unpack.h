/* Payloads that come in an archive (7z or ZIP): its one file is the document that is decoded.
 *
 * It is at most max_bytes of the feed and UNPACK_RATIO_MAX times the archive. Nothing is written anywhere by
 * a name of the archive. */
#ifndef FEEDS_UNPACK_H
#define FEEDS_UNPACK_H

#include "base/buf.h"
#include "feeds/decode.h"

enum { UNPACK_RATIO_MAX = 200 };

extern const char *const unpack_names[]; /* of enum feed_unpack; NULL-terminated */

struct archive;

/* The document of an archive, being read. */
struct unpacking {
    const struct decode_input *input;
    struct archive *archive;
    const char *file; /* how messages call the document: ARCHIVE:FILE */
    size_t room;      /* bytes that may still come */
    bool ended;
    struct arena arena;
};

/* Finds the archive's file. 0, or -EBADMSG with one fault in `diags` (D001, D002, D007, D059). unpack_end in
 * either case. */
int unpack_begin(const struct decode_input *input, struct unpacking *ret_unpacking, struct diag_list *diags);

/* Appends to `bytes` until it has `len` of them or the document ends. 0, or -EBADMSG with one fault in
 * `diags` (D058 too large, D059 damaged, or not the only file). */
int unpack_read(struct unpacking *unpacking, struct buf *bytes, size_t len, struct diag_list *diags);
void unpack_end(struct unpacking *unpacking);

/* The document of a payload as a whole; the payload itself where its feed has no archives. */
struct unpacked {
    struct decode_input input; /* with the document and its name */
    struct buf bytes;
    struct arena arena;
};

/* 0, or -EBADMSG with one fault in `diags`. unpacked_deinit in either case. */
int unpack_payload(const struct decode_input *input, struct unpacked *ret_unpacked, struct diag_list *diags);
void unpacked_deinit(struct unpacked *unpacked);

#endif
