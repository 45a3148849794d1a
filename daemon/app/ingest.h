/* The way of one datum, top to bottom: payload → decode → gate → panel → evaluate → alert step → COMMIT. */
#ifndef APP_INGEST_H
#define APP_INGEST_H

#include "app/engine_state.h"

/* What "the same payload" means: the digest of its bytes and of the descriptor they are read by. A mended
 * descriptor makes another payload of the same bytes. In `arena`. */
const char *ingest_identity(const struct descriptor *feed, struct digest payload, struct arena *arena);

/* Whether the feed's state comes from a payload that was read by this descriptor, or from none. */
bool ingest_is_current(const struct descriptor *feed, const struct feed_row *row);

/* What became of a payload. */
enum ingest_outcome {
    INGEST_ACCEPTED,
    INGEST_UNCHANGED,   /* the same bytes as last time */
    INGEST_QUARANTINED, /* faults; history is untouched */
};

struct ingest_report {
    enum ingest_outcome outcome;
    size_t rows, added, revised;
    char text[256]; /* one line for the log and the feed's state */
};

/* Takes in the bytes of a feed's payload, in one transaction that is committed when this returns 0.
 * `feed_row` is that feed's state before; its state after is committed with the rest and left in *feed_row
 * (texts in `arena`). -errno: nothing has changed, neither in the store nor in the panel. */
int ingest_payload(struct engine *engine, const struct descriptor *feed, const struct engine_message *message,
    struct arena *arena, struct feed_row *feed_row, struct ingest_report *ret_report);

#endif
