#include "tests/support/fake_transfer.h"

#include <string.h>
#include <sys/queue.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/clock.h"
#include "tests/support/fake_loop.h"

struct transfer {
    TAILQ_ENTRY(transfer) link;
    struct transfer_request request;
    struct transfer_mail mail;
    transfer_done_fn *done;
    void *userdata;
    struct transfer_reply reply;
    int64_t due_ms; /* 0: has not reached the peer */
    struct arena arena;
};

TAILQ_HEAD(transfer_list, transfer);

struct transfers {
    LIST_ENTRY(transfers) link;
    struct loop *loop;
    struct transfer_list list;
    size_t active;
};

static LIST_HEAD(, transfers) pools;
static fake_peer_fn *the_peer;
static void *the_peer_data;

void fake_transfer_set_peer(fake_peer_fn *peer, void *userdata)
{
    the_peer = peer;
    the_peer_data = userdata;
}

/* ---- copies ---- */

static const char *copy_text(struct arena *arena, const char *text)
{
    return text != NULL ? arena_strdup(arena, text) : NULL;
}

static const char *const *copy_headers(struct arena *arena, const char *const *headers)
{
    size_t n = 0;
    while (headers != NULL && headers[n] != NULL)
        n++;
    const char **copies = arena_array(arena, n + 1, sizeof *copies);
    for (size_t i = 0; i < n; i++)
        copies[i] = arena_strdup(arena, headers[i]);
    return copies;
}

static struct slice copy_slice(struct arena *arena, struct slice slice)
{
    return slice.data != NULL ? (struct slice){arena_strndup(arena, slice.data, slice.len), slice.len}
                              : slice;
}

static void copy_mail(struct transfer *transfer, const struct transfer_mail *mail)
{
    struct arena *arena = &transfer->arena;
    transfer->mail = (struct transfer_mail){
        .from = copy_text(arena, mail->from),
        .to = copy_text(arena, mail->to),
        .headers = copy_headers(arena, mail->headers),
        .text = copy_text(arena, mail->text),
        .html = copy_text(arena, mail->html),
        .user = copy_text(arena, mail->user),
        .password = copy_text(arena, mail->password),
    };
    transfer->request.mail = &transfer->mail;
}

static void copy_request(struct transfer *transfer, const struct transfer_request *request)
{
    transfer->request = *request;
    transfer->request.url = copy_text(&transfer->arena, request->url);
    transfer->request.headers = copy_headers(&transfer->arena, request->headers);
    transfer->request.body = copy_slice(&transfer->arena, request->body);
    if (request->mail != NULL)
        copy_mail(transfer, request->mail);
}

/* ---- the peer ---- */

static void take_reply(struct transfer *transfer, struct transfer_reply reply)
{
    struct arena *arena = &transfer->arena;
    if (reply.body.len > (size_t)transfer->request.max_bytes)
        reply = (struct transfer_reply){
            .outcome = TRANSFER_TOO_LARGE, .status = reply.status, .text = "over the limit of bytes"};
    transfer->reply = reply;
    transfer->reply.text = copy_text(arena, reply.text != NULL ? reply.text : "");
    transfer->reply.etag = copy_text(arena, reply.etag);
    transfer->reply.last_modified = copy_text(arena, reply.last_modified);
    transfer->reply.body = copy_slice(arena, reply.body);
}

static void reach_peer(struct transfer *transfer)
{
    int64_t timeout_ms = transfer->request.timeout_ms;
    struct fake_answer answer = the_peer(the_peer_data, &transfer->request);
    bool late = answer.delay_ms >= timeout_ms;
    fake_loop_stir();
    if (late)
        answer.reply = (struct transfer_reply){.outcome = TRANSFER_TIMEOUT, .text = "timed out"};
    take_reply(transfer, answer.reply);
    transfer->due_ms = clock_wall_ms() + (late ? timeout_ms : answer.delay_ms);
}

static void transfer_free(struct transfer *transfer)
{
    arena_deinit(&transfer->arena);
    alloc_free(transfer);
}

static void end(struct transfers *transfers, struct transfer *transfer)
{
    TAILQ_REMOVE(&transfers->list, transfer, link);
    transfers->active--;
    fake_loop_stir();
    transfer->done(transfer->userdata, &transfer->reply);
    transfer_free(transfer);
}

/* What a callback starts waits for the next turn. */
static void run(void *userdata)
{
    struct transfers *transfers = userdata;
    struct transfer *transfer = TAILQ_FIRST(&transfers->list);
    for (size_t n = transfers->active; n > 0; n--) {
        struct transfer *next = TAILQ_NEXT(transfer, link);
        if (transfer->due_ms == 0)
            reach_peer(transfer);
        if (transfer->due_ms <= clock_wall_ms())
            end(transfers, transfer);
        transfer = next;
    }
}

int64_t fake_transfer_next_ms(void)
{
    int64_t next = INT64_MAX;
    const struct transfers *transfers;
    const struct transfer *transfer;
    LIST_FOREACH(transfers, &pools, link)
    TAILQ_FOREACH(transfer, &transfers->list, link)
    if (transfer->due_ms < next)
        next = transfer->due_ms;
    return next;
}

/* ---- io/transfer.h ---- */

struct transfers *transfers_new(struct loop *loop, const struct texts *plain_hosts)
{
    (void)plain_hosts;
    struct transfers *transfers = alloc_zeroed(1, sizeof *transfers);
    transfers->loop = loop;
    TAILQ_INIT(&transfers->list);
    LIST_INSERT_HEAD(&pools, transfers, link);
    fake_loop_add(loop, run, transfers);
    return transfers;
}

void transfers_free(struct transfers *transfers)
{
    if (transfers == NULL)
        return;
    struct transfer *transfer;
    while ((transfer = TAILQ_FIRST(&transfers->list)) != NULL) {
        TAILQ_REMOVE(&transfers->list, transfer, link);
        transfer_free(transfer);
    }
    LIST_REMOVE(transfers, link);
    fake_loop_remove(transfers->loop, transfers);
    alloc_free(transfers);
}

void transfer_start(struct transfers *transfers, const struct transfer_request *request,
    transfer_done_fn *done, void *userdata)
{
    struct transfer *transfer = alloc_zeroed(1, sizeof *transfer);
    copy_request(transfer, request);
    transfer->done = done;
    transfer->userdata = userdata;
    TAILQ_INSERT_TAIL(&transfers->list, transfer, link);
    transfers->active++;
    fake_loop_stir();
}

size_t transfers_active(const struct transfers *transfers)
{
    return transfers->active;
}
