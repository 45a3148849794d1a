/* Publishes one message to a stream of NATS JetStream and waits for the stream's word on it. Private to
 * io/transfer*.c and io/mailroom.c. Only where the program was built with it (make NATS=1).
 *
 * Nats-Msg-Id is the delivery's id, so that the stream drops a second copy. */
#ifndef IO_NATS_PUBLISH_H
#define IO_NATS_PUBLISH_H

#include "io/transfer.h"

struct nats_publish;

/* Copies the request. NULL: not built with it. */
struct nats_publish *nats_publish_new(const struct transfer_request *request);
void nats_publish_free(struct nats_publish *publish);

/* Blocks, some seconds at most. */
void nats_publish_run(struct nats_publish *publish);

/* What came of it; borrows from it. */
struct transfer_reply nats_publish_reply(const struct nats_publish *publish);

#endif
