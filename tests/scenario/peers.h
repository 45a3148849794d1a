/* Everyone the daemon talks to: feeds, webhook receivers, mailboxes. By name, which is the first label of a
 * URL's host or the local part of a mail address.
 *
 * Every request is held against what must always be so: what is sent is committed, is what was decided for
 * this receiver and no internal matter for the public; every attempt of a delivery has the same bytes and
 * name; a receiver gets nothing twice from one life of the daemon, and the events of an alert in their order;
 * webhooks are signed. */
#ifndef SCENARIO_PEERS_H
#define SCENARIO_PEERS_H

#include "tests/scenario/script.h"
#include "tests/scenario/world.h"

/* A delivery that a receiver has accepted; texts in the world's arena. */
/* Of a bulletin: event "bulletin", and the rest of its first event. */
struct received {
    const char *to, *id, *alert, *event, *rule, *product, *market, *origin, *severity, *reason;
    const char *subject, *content; /* mail: subject header; text and HTML, or JSON */
    const char *told;              /* "alert seq" of each event in it, one a line */
    int64_t at_ms;
    int seq, life;
    bool again; /* it had been accepted before */
    bool seen;  /* by an `expect` */
};

void peers_init(struct world *world);
void peers_deinit(struct world *world);

/* `reply FEED 200 PAYLOAD [etag=…] [modified=…]`, `reply FEED 500 [retry-after=120]`, `reply FEED timeout |
 * unreached | tls | truncated`. */
void peers_reply(struct world *world, const struct step *step);

/* `receiver NAME up | down | hangs | slow 3s | STATUS [retry-after=…]`. */
void peers_receiver(struct world *world, const struct step *step);

/* `internal NAME…`: these receivers are not the public. */
void peers_internal(struct world *world, const struct step *step);

struct received *peers_received(struct world *world, size_t *ret_count);

/* Requests at this peer since the last call. */
int peers_tries(struct world *world, const char *name);

/* Whether the newest request at this peer had the header line. */
bool peers_had_header(struct world *world, const char *name, const char *header);

#endif
