/* Transfers of scenarios: a peer that the runner scripts, in virtual time. Linked instead of io/transfer.c
 * and what stands behind it.
 *
 * Keeps the contract of io/transfer.h: requests are copied, a transfer ends in a turn and never in
 * transfer_start, time-outs and byte limits hold. The policy on addresses is left to the real thing. */
#ifndef TESTS_FAKE_TRANSFER_H
#define TESTS_FAKE_TRANSFER_H

#include "io/transfer.h"

/* What the peer does with a request that has reached it. */
struct fake_answer {
    struct transfer_reply reply; /* borrowed for the call */
    int64_t delay_ms;            /* until it answers; INT64_MAX: never */
};

typedef struct fake_answer fake_peer_fn(void *userdata, const struct transfer_request *request);

/* Every request of every pool goes to this peer, in the turn after it was started. */
void fake_transfer_set_peer(fake_peer_fn *peer, void *userdata);

/* When the next waiting answer or time-out is due, wall ms; INT64_MAX: none. */
int64_t fake_transfer_next_ms(void);

#endif
