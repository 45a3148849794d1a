/* Sends mail on threads of its own, a few at a time. Private to io/transfer.c.
 *
 * libcurl 7.88 waits for the answers to the final dot and to QUIT inside one call, in the multi interface too
 * (measured: a server that took 2 s for each stopped the loop for 4 s). So mail cannot be sent on the loop.
 */
#ifndef IO_MAILROOM_H
#define IO_MAILROOM_H

#include "io/transfer_handle.h"

struct event_base;
struct mailroom;

/* So many relays' answers can be waited for at once. A thread lives for one mail. */
enum { MAILROOM_THREADS = 32 };

/* Gives the transfer back: from the loop, or from mailroom_post itself where no thread could be started. */
typedef void mailroom_ended_fn(void *userdata, struct transfer *transfer);

/* NULL where the system has no descriptors left. */
struct mailroom *mailroom_new(struct event_base *base, mailroom_ended_fn *ended, void *userdata);

/* Stops what is being sent (within a second or so) and frees it with what waits. */
void mailroom_free(struct mailroom *room);

/* Takes the transfer, from the loop thread; it waits its turn while MAILROOM_THREADS are busy. */
void mailroom_post(struct mailroom *room, struct transfer *transfer);

#endif
