/* A peer that behaves as one line of tests/cases/delivery says: an HTTP receiver or a mail relay, right or
 * wrong, on a free loopback port of its own. */
#ifndef TESTS_RUDE_PEER_H
#define TESTS_RUDE_PEER_H

#include <stdint.h>

#include "io/loop.h"

struct rude_peer;

/* `where`: "http", or the step of SMTP whose answer is `answer`; every other step is answered as it should
 * be. Both texts must last. */
struct rude_peer *rude_peer_new(struct loop *loop, const char *where, const char *answer);
void rude_peer_free(struct rude_peer *peer);

uint16_t rude_peer_port(const struct rude_peer *peer);

/* How many connections it has had. */
int rude_peer_connections(const struct rude_peer *peer);

/* Whether it has never heard of such an answer. */
int rude_peer_is_lost(const struct rude_peer *peer);

#endif
