/* The way of one datum, top to bottom: payload → decode → gate → panel → evaluate → alert step → COMMIT. */
#ifndef APP_INGEST_H
#define APP_INGEST_H

#include "app/engine_state.h"
#include "feeds/decode.h"

/* What "the same payload" means: the digest of its bytes and of the descriptor they are read by. A mended
 * descriptor makes another payload of the same bytes. In `arena`. */
const char *ingest_identity(const struct descriptor *feed, struct digest payload, struct arena *arena);

/* Whether the feed's state comes from a payload that was read by this descriptor, or from none. */
bool ingest_is_current(const struct descriptor *feed, const struct feed_row *row);

/* What became of a payload. */
enum ingest_outcome {
    INGEST_ACCEPTED,
    INGEST_UNCHANGED,   /* the same bytes as last time; of a file: no figure differs */
    INGEST_QUARANTINED, /* faults; history is untouched */
};

struct ingest_report {
    enum ingest_outcome outcome;
    size_t rows, added, revised; /* figures; or exchange rates */
    int32_t newest;              /* month that figures came for; PERIOD_NONE: none */
    char text[256];              /* one line for the log and the feed's state */
};

/* Takes in the bytes of a feed's payload, in one transaction that is committed when this returns 0.
 * `feed_row` is that feed's state before; its state after is committed with the rest and left in *feed_row
 * (texts in `arena`). -errno: nothing has changed, neither in the store nor in the panel; but after
 * -ECANCELED the panel is not to be used any more. */
int ingest_payload(struct engine *engine, const struct descriptor *feed, const struct engine_message *message,
    struct arena *arena, struct feed_row *feed_row, struct ingest_report *ret_report);

/* Takes in a file that people bring, by the same way. It is no answer of the feed's source: what is known of
 * the source (validators, digest, next poll, health) stays as it is, so that the next poll sees what it would
 * have seen. A file with faults leaves no trace. 0; -EBADMSG: refused, all its faults are in `diags`; else
 * -errno: nothing has changed. */
int ingest_file(struct engine *engine, const struct descriptor *feed, const struct engine_message *message,
    struct ingest_report *ret_report, struct diag_list *diags);

/* What a feed's bytes are read with. `file` names them in messages. */
struct decode_input ingest_input(const struct setup *setup, const struct rates *rates,
    const struct descriptor *feed, struct slice bytes, const char *file);

/* Takes bytes into a panel and nowhere else: what they would change. 0, or -EBADMSG with all faults. */
int ingest_try(const struct decode_input *input, struct panel *panel, int64_t now_ms,
    struct ingest_report *ret_report, struct diag_list *diags);

#endif
