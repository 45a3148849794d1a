/* The outbox on the loop thread: sends what is due and reports every attempt to the engine.
 *
 * The engine's table is the truth; here stand only the deliveries on their way, and those whose attempt is
 * not committed yet. A receiver has at most one on its way, so that a slow one delays no other, and its
 * messages arrive in order. It gets the next one when the attempt is committed, or half a second after it has
 * ended: the engine may be busy with a payload for much longer. */
#ifndef APP_OUTBOX_H
#define APP_OUTBOX_H

#include "app/engine.h"
#include "base/buf.h"
#include "io/channel.h"
#include "io/transfer.h"

struct outbox;

/* `attempted` gets a message for the engine, which it then owns. */
typedef void outbox_attempted_fn(void *userdata, struct engine_message *message);

/* Where deliveries leave: a pool of connections for each kind. */
struct outbox_pools {
    struct transfers *webhooks, *mail;
};

struct outbox *outbox_new(outbox_attempted_fn *attempted, void *userdata);
void outbox_free(struct outbox *outbox);

/* Sends the rows whose receiver is idle. Rows are copied. */
void outbox_send(struct outbox *outbox, const struct outbox_pools *pools, const struct config *config,
    const struct delivery_row *rows, size_t n, int64_t now_ms);

/* Posts a heartbeat, unless the last one is still under way. Its attempt is that of delivery 0. */
void outbox_beat(struct outbox *outbox, const struct outbox_pools *pools, const char *url,
    const struct engine_answer *answer, int64_t now_ms);

/* The attempt is committed: its receiver is idle again. */
void outbox_acknowledged(struct outbox *outbox, int64_t delivery);

/* The attempt could not be committed: its receiver stays busy, and outbox_run reports it again at `again_ms`.
 */
void outbox_postpone(struct outbox *outbox, int64_t delivery, int64_t again_ms);

/* Does what is due by time. Whether a receiver has become idle by it. */
bool outbox_run(struct outbox *outbox, int64_t now_ms);

/* When outbox_run has something to do; INT64_MAX: never. */
int64_t outbox_next_ms(const struct outbox *outbox);

/* Appends what the store cannot know yet, as lists for a struct due_question. */
void outbox_list(const struct outbox *outbox, struct buf *taken, struct buf *done);

/* How many deliveries are on their way or not yet committed. */
size_t outbox_busy(const struct outbox *outbox);

#endif
