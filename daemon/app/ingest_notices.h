/* The way of notices: payload → notices → store → cases → rules. Its steps stand between those of ingest.c.
 */
#ifndef APP_INGEST_NOTICES_H
#define APP_INGEST_NOTICES_H

#include "app/announce.h"
#include "core/notice.h"

/* Reads a payload, all its answers or none. A search whose pages do not have as many documents as it counts
 * is not whole. 0, or -EBADMSG with every fault in `diags` (codes P0xx); notices_deinit in any case. */
int ingest_read_notices(const struct setup *setup, const struct descriptor *feed,
    const struct engine_message *message, const char *file, struct notices *ret_notices,
    struct diag_list *diags);

/* Inside the transaction: keeps what is new, and lets the cases that come of it into force. */
int ingest_commit_notices(struct engine *engine, const struct notices *notices, int64_t payload,
    const struct announcement *why, size_t *ret_kept);

#endif
