#include "io/transfer.h"

#include <event2/event.h>

#include "base/alloc.h"
#include "io/mailroom.h"
#include "io/transfer_handle.h"
#include "io/transfer_result.h"

/* How libcurl meets libevent. Its two callbacks are called from inside it, so they only note what it wants
 * watched; it is called from our event callbacks alone. What ends goes to `ended`, and one timer of zero
 * hands all of that out: so no caller's code runs with libcurl on the stack, nor inside transfer_start. */
struct transfers {
    struct loop *loop;
    struct event_base *base; /* its */
    CURLM *multi;
    struct event *timer;       /* libcurl's */
    struct event *handout;     /* armed while `ended` is not empty */
    struct mailroom *mailroom; /* NULL until the first mail */
    struct texts plain_hosts;
    LIST_HEAD(, watch) watches;
    struct transfer_list running; /* HTTP, in the multi handle */
    struct transfer_list ended;
    size_t active; /* in `running`, in `ended` and in the mailroom */
};

/* A socket libcurl wants to hear of. */
struct watch {
    LIST_ENTRY(watch) link;
    struct event *event;
};

static void end(struct transfers *transfers, struct transfer *transfer)
{
    static const struct timeval NEXT_TURN = {0, 0};
    TAILQ_INSERT_TAIL(&transfers->ended, transfer, link);
    evtimer_add(transfers->handout, &NEXT_TURN);
}

/* ---- libcurl on libevent ---- */

static void collect_ended(struct transfers *transfers)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(transfers->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct transfer *transfer = NULL;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result; /* the message dies with the next call */
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        curl_multi_remove_handle(transfers->multi, easy);
        transfer->code = code;
        TAILQ_REMOVE(&transfers->running, transfer, link);
        end(transfers, transfer);
    }
}

static void on_socket_ready(evutil_socket_t fd, short what, void *userdata)
{
    struct transfers *transfers = userdata;
    loop_begin_work(transfers->loop);
    int ready = ((what & EV_READ) ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(transfers->multi, fd, ready, &running);
    collect_ended(transfers);
}

static void on_timer(evutil_socket_t fd, short what, void *userdata)
{
    (void)fd;
    (void)what;
    struct transfers *transfers = userdata;
    loop_begin_work(transfers->loop);
    int running;
    curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect_ended(transfers);
}

/* CURLMOPT_TIMERFUNCTION. Not stopped when nothing runs any more: libcurl says so itself, by -1. */
static int set_timer(CURLM *multi, long timeout_ms, void *userdata)
{
    (void)multi;
    struct transfers *transfers = userdata;
    if (timeout_ms < 0) {
        evtimer_del(transfers->timer);
        return 0;
    }
    struct timeval wait = {.tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1000};
    return evtimer_add(transfers->timer, &wait);
}

static void watch_free(struct watch *watch)
{
    LIST_REMOVE(watch, link);
    event_free(watch->event);
    alloc_free(watch);
}

static int watch_new(struct transfers *transfers, curl_socket_t fd, int wanted)
{
    short what = (short)(EV_PERSIST | ((wanted & CURL_POLL_IN) ? EV_READ : 0) |
                         ((wanted & CURL_POLL_OUT) ? EV_WRITE : 0));
    struct event *event = event_new(transfers->base, fd, what, on_socket_ready, transfers);
    if (event == NULL || event_add(event, NULL) < 0) {
        if (event != NULL)
            event_free(event);
        return -1;
    }
    struct watch *watch = alloc_zeroed(1, sizeof(*watch));
    watch->event = event;
    LIST_INSERT_HEAD(&transfers->watches, watch, link);
    curl_multi_assign(transfers->multi, fd, watch);
    return 0;
}

/* CURLMOPT_SOCKETFUNCTION. A CURL_POLL_REMOVE for a socket that was never watched is normal. */
static int watch_socket(CURL *easy, curl_socket_t fd, int wanted, void *userdata, void *socket_data)
{
    (void)easy;
    struct transfers *transfers = userdata;
    /* Freed before it is made anew: the number may stand for another socket by now, which epoll does not
     * know. */
    if (socket_data != NULL)
        watch_free(socket_data);
    if (wanted == CURL_POLL_REMOVE) {
        curl_multi_assign(transfers->multi, fd, NULL);
        return 0;
    }
    return watch_new(transfers, fd, wanted);
}

/* ---- handing out ---- */

static void hand_out_one(struct transfers *transfers)
{
    struct transfer *transfer = TAILQ_FIRST(&transfers->ended);
    TAILQ_REMOVE(&transfers->ended, transfer, link);
    transfers->active--;
    char line[TRANSFER_LINE_SIZE];
    struct transfer_reply reply = transfer_result_reply(transfer, line);
    reply.storage = &transfer->body;
    transfer->done(transfer->userdata, &reply);
    transfer_handle_free(transfer);
}

static void on_handout(evutil_socket_t fd, short what, void *userdata)
{
    (void)fd;
    (void)what;
    struct transfers *transfers = userdata;
    loop_begin_work(transfers->loop);
    /* What a callback starts and we refuse at once waits for the next turn, or it could keep us here for
     * ever. */
    struct transfer *last = TAILQ_LAST(&transfers->ended, transfer_list);
    bool more = last != NULL;
    while (more) {
        more = TAILQ_FIRST(&transfers->ended) != last;
        hand_out_one(transfers);
    }
}

/* ---- life ---- */

static void copy_texts(struct texts *to, const struct texts *from)
{
    const char **items = alloc_zeroed(from->len, sizeof(*items));
    for (size_t i = 0; i < from->len; i++)
        items[i] = alloc_strdup(from->items[i]);
    *to = (struct texts){items, from->len};
}

static void free_texts(struct texts *texts)
{
    for (size_t i = 0; i < texts->len; i++)
        alloc_free((char *)(uintptr_t)texts->items[i]);
    alloc_free((void *)(uintptr_t)texts->items);
}

static bool open_multi(struct transfers *transfers)
{
    transfers->timer = evtimer_new(transfers->base, on_timer, transfers);
    transfers->handout = evtimer_new(transfers->base, on_handout, transfers);
    transfers->multi = curl_multi_init();
    if (transfers->timer == NULL || transfers->handout == NULL || transfers->multi == NULL)
        return false;
    curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETDATA, transfers);
    curl_multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(transfers->multi, CURLMOPT_TIMERDATA, transfers);
    return true;
}

struct transfers *transfers_new(struct loop *loop, const struct texts *plain_hosts)
{
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted: curl_global_cleanup goes with each */
    struct transfers *transfers = alloc_zeroed(1, sizeof(*transfers));
    transfers->loop = loop;
    transfers->base = loop_base(loop);
    TAILQ_INIT(&transfers->running);
    TAILQ_INIT(&transfers->ended);
    copy_texts(&transfers->plain_hosts, plain_hosts);
    if (!open_multi(transfers)) {
        transfers_free(transfers);
        return NULL;
    }
    return transfers;
}

static void free_ended(struct transfers *transfers)
{
    while (!TAILQ_EMPTY(&transfers->ended)) {
        struct transfer *transfer = TAILQ_FIRST(&transfers->ended);
        TAILQ_REMOVE(&transfers->ended, transfer, link);
        transfer_handle_free(transfer);
    }
}

static void close_multi(struct transfers *transfers)
{
    /* From here on libcurl may close sockets without us. */
    curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, NULL);
    curl_multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, NULL);
    while (!LIST_EMPTY(&transfers->watches))
        watch_free(LIST_FIRST(&transfers->watches));
    while (!TAILQ_EMPTY(&transfers->running)) {
        struct transfer *transfer = TAILQ_FIRST(&transfers->running);
        TAILQ_REMOVE(&transfers->running, transfer, link);
        curl_multi_remove_handle(transfers->multi, transfer->easy);
        transfer_handle_free(transfer);
    }
    curl_multi_cleanup(transfers->multi);
}

void transfers_free(struct transfers *transfers)
{
    if (transfers == NULL)
        return;
    mailroom_free(transfers->mailroom);
    free_ended(transfers);
    if (transfers->multi != NULL)
        close_multi(transfers);
    if (transfers->handout != NULL)
        event_free(transfers->handout);
    if (transfers->timer != NULL)
        event_free(transfers->timer);
    free_texts(&transfers->plain_hosts);
    alloc_free(transfers);
    curl_global_cleanup();
}

/* ---- starting ---- */

static void end_mail(void *userdata, struct transfer *transfer)
{
    end(userdata, transfer);
}

static void start_mail(struct transfers *transfers, struct transfer *transfer)
{
    if (transfers->mailroom == NULL)
        transfers->mailroom = mailroom_new(transfers->base, end_mail, transfers);
    if (transfers->mailroom != NULL) {
        mailroom_post(transfers->mailroom, transfer);
        return;
    }
    transfer_handle_end(transfer, TRANSFER_BROKEN, "no descriptors left");
    end(transfers, transfer);
}

static void start_http(struct transfers *transfers, struct transfer *transfer)
{
    TAILQ_INSERT_TAIL(&transfers->running, transfer, link);
    if (curl_multi_add_handle(transfers->multi, transfer->easy) == CURLM_OK)
        return;
    TAILQ_REMOVE(&transfers->running, transfer, link);
    transfer_handle_end(transfer, TRANSFER_BROKEN, "libcurl did not take it");
    end(transfers, transfer);
}

void transfer_start(struct transfers *transfers, const struct transfer_request *request,
    transfer_done_fn *done, void *userdata)
{
    struct transfer *transfer = transfer_handle_new(request, &transfers->plain_hosts, done, userdata);
    transfers->active++;
    if (transfer->verdict_text != NULL)
        end(transfers, transfer);
    else if (transfer->mail || transfer->publish != NULL) /* both block */
        start_mail(transfers, transfer);
    else
        start_http(transfers, transfer);
}

size_t transfers_active(const struct transfers *transfers)
{
    return transfers->active;
}
