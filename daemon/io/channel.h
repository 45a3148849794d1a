/* Channels: how an alert's event reaches a receiver: e-mail, and webhooks of several formats.
 *
 * A delivery is rendered once, when it is decided, inside the deciding transaction, and is the same bytes at
 * every attempt. */
#ifndef IO_CHANNEL_H
#define IO_CHANNEL_H

#include "base/arena.h"
#include "core/bulletin.h"
#include "core/message_template.h"
#include "io/store_outbox.h"
#include "io/transfer.h"

/* Where a delivery goes. Borrowed texts. */
struct channel_target {
    const char *receiver;  /* its name */
    const char *address;   /* e-mail address, or URL */
    unsigned languages;    /* bit set of enum language */
    struct slice secret;   /* webhook: "whsec_…" (Standard Webhooks 1.0.0); empty: unsigned */
    const char *subject;   /* NATS; its `secret` is a token */
    struct slice template; /* webhook of this format: JSON with {{names}} */
    const struct message_templates *templates; /* e-mail: those of the operator; NULL: built in */
    const char *smtp_url, *smtp_from, *smtp_user, *smtp_password; /* e-mail; user NULL = no authentication */
};

/* What a reply means for the delivery; io/outcome.h has the tables. */
enum channel_outcome {
    CHANNEL_DELIVERED,
    CHANNEL_RETRY,     /* the receiver's passing trouble: counts against the schedule */
    CHANNEL_REJECTED,  /* this message is refused: parked after three tries */
    CHANNEL_REFUSED,   /* the receiver will never take it: parked */
    CHANNEL_GONE,      /* the same, and the receiver wants nothing any more: it is disabled */
    CHANNEL_OUR_FAULT, /* authentication, TLS, DNS, our relay: retried for as long as it takes, never parked
                        */
};

enum { CHANNEL_FELL_BACK = 1 };

struct channel {
    const char *name;

    /* Seconds to wait before attempt 2, 3, …; after the last one the delivery is parked. 0-terminated. */
    const int64_t *delays_s;

    /* Fills subject, text, html, charts, body, message_id of the row; texts in `arena`. 0 or -errno;
     * CHANNEL_FELL_BACK: a template of the operator's failed, and the built-in message took its place. */
    int (*render)(const struct alert_record *record, const struct channel_target *target, struct arena *arena,
        struct delivery_row *ret_row);

    /* Events that a bulletin has at most; not over BULLETIN_EVENTS_MAX. */
    size_t bulletin_max;

    /* The same of a bulletin. */
    int (*render_bulletin)(const struct bulletin *bulletin, const struct channel_target *target,
        struct arena *arena, struct delivery_row *ret_row);

    /* Builds the transfer for one attempt; everything in `arena`. 0, or -EINVAL where the target cannot be
     * used. */
    int (*request)(const struct delivery_row *row, const struct channel_target *target, int64_t now_ms,
        struct arena *arena, struct transfer_request *ret_request);

    enum channel_outcome (*outcome)(const struct transfer_reply *reply);
};

/* Webhooks by format: a signed CloudEvent, or what Alertmanager, Slack, Teams or a template of the receiver's
 * own wants. */
extern const struct channel channel_email, channel_webhook, channel_alertmanager, channel_slack,
    channel_teams, channel_template, channel_nats;

/* Not for alerts: a POST that tells a monitor outside that we live. Nothing to render. */
extern const struct channel channel_heartbeat;

#endif
