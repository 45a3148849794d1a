#include "io/mailroom.h"

#include <event2/event.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "io/thread.h"

struct mailroom {
    struct event *returned;
    int pipe[2]; /* a thread that is through writes its transfer's pointer into it: 8 bytes are written whole
                    or not at all */
    atomic_bool stopping;
    /* Only the loop thread touches what follows. */
    mailroom_ended_fn *ended;
    void *userdata;
    struct transfer_list waiting, running;
    int threads;
};

/* What a thread needs; the transfer's `stopping` belongs to the room as well. */
struct errand {
    struct transfer *transfer;
    int pipe;
};

static void *run_errand(void *userdata)
{
    struct errand errand = *(struct errand *)userdata;
    alloc_free(userdata);
    errand.transfer->deadline_ms = clock_monotonic_ms() + errand.transfer->timeout_ms;
    if (errand.transfer->publish != NULL)
        nats_publish_run(errand.transfer->publish);
    else if (mail_body_compose(errand.transfer->mail_body, errand.transfer->easy) == 0)
        errand.transfer->code = curl_easy_perform(errand.transfer->easy);
    else
        errand.transfer->code = CURLE_OUT_OF_MEMORY;
    /* The pipe holds 64 KiB, which is 8192 pointers; it cannot be full. */
    (void)!write(errand.pipe, &errand.transfer, sizeof(errand.transfer));
    return NULL;
}

static void start_one(struct mailroom *room)
{
    struct transfer *transfer = TAILQ_FIRST(&room->waiting);
    TAILQ_REMOVE(&room->waiting, transfer, link);
    struct errand *errand = alloc_zeroed(1, sizeof(*errand));
    *errand = (struct errand){transfer, room->pipe[1]};
    transfer->stopping = &room->stopping;
    /* Listed before it starts: the thread owns the transfer from then on. */
    TAILQ_INSERT_TAIL(&room->running, transfer, link);
    room->threads++;
    if (thread_start(run_errand, errand, &transfer->thread) == 0)
        return;
    alloc_free(errand);
    TAILQ_REMOVE(&room->running, transfer, link);
    room->threads--;
    transfer_handle_end(transfer, TRANSFER_BROKEN, "no thread to send from");
    room->ended(room->userdata, transfer);
}

static void start_some(struct mailroom *room)
{
    while (room->threads < MAILROOM_THREADS && !TAILQ_EMPTY(&room->waiting))
        start_one(room);
}

static void on_returned(evutil_socket_t fd, short what, void *userdata)
{
    (void)what;
    struct mailroom *room = userdata;
    struct transfer *transfer;
    while (read(fd, &transfer, sizeof(transfer)) == (ssize_t)sizeof(transfer)) {
        pthread_join(transfer->thread, NULL);
        TAILQ_REMOVE(&room->running, transfer, link);
        room->threads--;
        room->ended(room->userdata, transfer);
    }
    start_some(room);
}

struct mailroom *mailroom_new(struct event_base *base, mailroom_ended_fn *ended, void *userdata)
{
    struct mailroom *room = alloc_zeroed(1, sizeof(*room));
    room->ended = ended;
    room->userdata = userdata;
    TAILQ_INIT(&room->waiting);
    TAILQ_INIT(&room->running);
    if (pipe2(room->pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
        alloc_free(room);
        return NULL;
    }
    room->returned = event_new(base, room->pipe[0], EV_READ | EV_PERSIST, on_returned, room);
    if (room->returned == NULL || event_add(room->returned, NULL) < 0) {
        mailroom_free(room);
        return NULL;
    }
    return room;
}

static void free_first(struct transfer_list *list)
{
    struct transfer *transfer = TAILQ_FIRST(list);
    TAILQ_REMOVE(list, transfer, link);
    transfer_handle_free(transfer);
}

void mailroom_free(struct mailroom *room)
{
    if (room == NULL)
        return;
    atomic_store(&room->stopping, true);
    while (!TAILQ_EMPTY(&room->running)) {
        pthread_join(TAILQ_FIRST(&room->running)->thread, NULL);
        free_first(&room->running);
    }
    while (!TAILQ_EMPTY(&room->waiting))
        free_first(&room->waiting);
    if (room->returned != NULL)
        event_free(room->returned);
    close(room->pipe[0]);
    close(room->pipe[1]);
    alloc_free(room);
}

void mailroom_post(struct mailroom *room, struct transfer *transfer)
{
    TAILQ_INSERT_TAIL(&room->waiting, transfer, link);
    start_some(room);
}
