/* One transfer: its libcurl handle, what it borrows from us, and what has come back. Private to
 * io/transfer*.c and io/mailroom.c.
 *
 * It is in exactly one list of its pool at any time. While its handle runs (in the multi handle, or on a mail
 * thread) nobody else touches it. */
#ifndef IO_TRANSFER_HANDLE_H
#define IO_TRANSFER_HANDLE_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "io/inflate.h"
#include "io/mail_body.h"
#include "io/nats_publish.h"
#include "io/transfer.h"

enum { TRANSFER_LINE_SIZE = 256 };

struct transfer {
    TAILQ_ENTRY(transfer) link;
    transfer_done_fn *done;
    void *userdata;

    CURL *easy; /* NULL where the request was refused */
    struct curl_slist *headers, *recipient;
    struct mail_body *mail_body; /* NULL: no mail */
    bool mail;
    struct nats_publish *publish; /* NATS in place of libcurl, on a thread as mail */
    bool plain_host;              /* the URL's host is one of plain_hosts: it may be on loopback */
    bool clear_text;              /* no TLS: it must be on loopback */
    bool decodes;                 /* we have offered gzip */
    bool address_refused;         /* one of the addresses, that is: another may have served */

    /* Set where we ended it ourselves; the text is a constant. */
    enum transfer_outcome verdict;
    const char *verdict_text;

    CURLcode code;
    struct inflate *inflate; /* NULL until a gzip body begins */
    struct buf body;

    /* Mail: the dialogue as the server's lines show it. */
    char line[TRANSFER_LINE_SIZE]; /* the newest that matters: a refusal is not overwritten by what follows it
                                    */
    long line_status;
    enum mail_stage stage;
    bool in_text;  /* 354 has come: the next answer is to the mail as a whole */
    bool answered; /* that answer has come, unless the transfer failed first: then it may be to QUIT */
    int64_t timeout_ms;
    int64_t deadline_ms;         /* monotonic; from when its thread began */
    const atomic_bool *stopping; /* the mailroom's */
    pthread_t thread;
};

TAILQ_HEAD(transfer_list, transfer);

/* Copies the request. Never NULL; where verdict_text is set it is not to be run. */
struct transfer *transfer_handle_new(const struct transfer_request *request, const struct texts *plain_hosts,
    transfer_done_fn *done, void *userdata);

/* Records why we end it; the first reason stands. */
void transfer_handle_end(struct transfer *transfer, enum transfer_outcome verdict, const char *text);

/* The handle must have left the multi handle. */
void transfer_handle_free(struct transfer *transfer);

#endif
