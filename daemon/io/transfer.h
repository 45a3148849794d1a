/* Transfers: HTTP requests and mail, with libcurl's multi interface on the loop.
 *
 * One struct transfers is one pool of connections; feeds, webhooks and mail each have their own, because the
 * address check is not asked again for a connection that is reused. Everything is capped: bytes, time,
 * redirects (none). Only https and smtp with TLS leave the machine; plain http and smtp are allowed to the
 * hosts named in `plain_hosts`, which are meant for loopback. */
#ifndef IO_TRANSFER_H
#define IO_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/keys.h"
#include "base/str.h"
#include "io/loop.h"

struct transfers;
struct transfer;

/* How a transfer ended. */
enum transfer_outcome {
    TRANSFER_DONE,       /* the peer answered, whatever its status */
    TRANSFER_REFUSED,    /* by us: scheme, address or text not allowed */
    TRANSFER_UNRESOLVED, /* DNS has no address for the host */
    TRANSFER_UNREACHED,  /* no connection: refused, unroutable */
    TRANSFER_TLS,        /* certificate or handshake */
    TRANSFER_TIMEOUT,
    TRANSFER_TRUNCATED, /* the body's own framing or gzip trailer says that bytes are missing */
    TRANSFER_TOO_LARGE, /* over max_bytes, or a gzip ratio over 200:1 */
    TRANSFER_BROKEN,    /* anything else the protocol library reports */
};

/* How far a mail has come: the step that the newest answer is to, or whose answer is waited for. */
enum mail_stage {
    MAIL_GREETING, /* connection, TLS from its start, and the server's greeting */
    MAIL_HELLO,    /* EHLO, and STARTTLS */
    MAIL_AUTH,
    MAIL_SENDER,    /* MAIL FROM */
    MAIL_RECIPIENT, /* RCPT TO */
    MAIL_DATA,      /* DATA, up to its 354 */
    MAIL_TEXT,      /* the mail itself: its answer is the relay's word on all of it */
};

/* A picture that a mail's HTML shows as <img src="cid:ID">. */
struct transfer_picture {
    const char *svg; /* drawn to PNG when the mail leaves */
    const char *id;  /* local@domain */
};

enum { TRANSFER_PICTURES_MAX = 2 };

struct transfer_mail {
    const char *from, *to;      /* bare addresses: local@domain */
    const char *const *headers; /* "Name: value", NULL-terminated, already encoded; no CR, LF */
    const char *text, *html;    /* UTF-8 bodies of multipart/alternative */
    struct transfer_picture pictures[TRANSFER_PICTURES_MAX];
    size_t picture_count;
    const char *user, *password; /* NULL: no authentication */
};

struct transfer_publish {
    const char *subject, *id; /* NATS: where to, and Nats-Msg-Id */
    const char *token;        /* NULL: no authentication */
};

struct transfer_request {
    const char *url;            /* https://…, http://…, smtps://…, smtp://…, tls://…, nats://… */
    const char *const *headers; /* HTTP: "Name: value", NULL-terminated, or NULL */
    struct slice body;          /* HTTP: POST where data is not NULL, else GET */
    const struct transfer_mail *mail;       /* SMTP, else NULL */
    const struct transfer_publish *publish; /* NATS JetStream, else NULL; URL nats://… or tls://… */
    int64_t max_bytes;                      /* of the decoded reply body */
    int64_t timeout_ms;                     /* of the whole transfer; connecting has 10 s of it */
};

struct transfer_reply {
    enum transfer_outcome outcome;
    long status;           /* last HTTP or SMTP status, 0 where there was none */
    enum mail_stage stage; /* SMTP */
    const char *text;      /* one line for people: "HTTP 503", "550 no such user", "connection refused" */
    const char *etag, *last_modified; /* header values or NULL */
    int64_t retry_after_s;            /* from Retry-After, seconds or date; 0 where there was none */
    struct slice body;                /* HTTP only; borrowed for the callback */
    struct buf *storage; /* of `body`, for a callback that keeps it (buf_take): a copy of a large one would
                            hold the loop; NULL: it cannot be taken */
};

/* Called once, on the loop thread, from a turn and never from transfer_start. The reply is borrowed. */
typedef void transfer_done_fn(void *userdata, const struct transfer_reply *reply);

/* `plain_hosts` are copied. NULL where libcurl cannot start. */
struct transfers *transfers_new(struct loop *loop, const struct texts *plain_hosts);

/* Aborts what is under way; its callbacks are not called. */
void transfers_free(struct transfers *transfers);

/* Starts a transfer; the request is copied. Never fails: what cannot start ends as TRANSFER_REFUSED or
 * _BROKEN. */
void transfer_start(struct transfers *transfers, const struct transfer_request *request,
    transfer_done_fn *done, void *userdata);

/* How many are under way. */
size_t transfers_active(const struct transfers *transfers);

#endif
