#include "app/outbox.h"

#include <inttypes.h>
#include <string.h>

#include "app/schedule.h"
#include "app/target.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"

/* A delivery from the start of its transfer until its attempt is committed. */
struct sending {
    struct outbox *outbox;
    const struct channel *channel;
    struct delivery_row row;    /* texts in `arena` */
    const char *address;        /* digest of where it goes; in `arena` */
    struct attempt_row attempt; /* once it has ended; text in `arena` */
    bool ended, passed;         /* its receiver need not wait for the commit any longer */
    int64_t reported_ms;        /* when it was last reported; 0: not yet, or the engine refused it */
    int64_t again_ms;           /* when to report it again; 0: not asked for */
    struct arena arena;
};

enum {
    SENDING_MAX = 512, /* more than there are receivers: none waits for another one's place */
    /* For so long a receiver waits for a commit. Nearly all take less; then a crash repeats one message at
     * most. */
    COMMIT_PATIENCE_MS = 500,
};

struct outbox {
    outbox_attempted_fn *attempted;
    void *userdata;
    struct sending *sending[SENDING_MAX];
    size_t len;
};

struct outbox *outbox_new(outbox_attempted_fn *attempted, void *userdata)
{
    struct outbox *outbox = alloc_zeroed(1, sizeof *outbox);
    outbox->attempted = attempted;
    outbox->userdata = userdata;
    return outbox;
}

static void sending_free(struct sending *sending)
{
    arena_deinit(&sending->arena);
    alloc_free(sending);
}

void outbox_free(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    for (size_t i = 0; i < outbox->len; i++)
        sending_free(outbox->sending[i]);
    alloc_free(outbox);
}

size_t outbox_busy(const struct outbox *outbox)
{
    return outbox->len;
}

static bool receiver_busy(const struct outbox *outbox, const char *receiver)
{
    for (size_t i = 0; i < outbox->len; i++)
        if (!outbox->sending[i]->passed && str_equal(outbox->sending[i]->row.receiver, receiver))
            return true;
    return false;
}

/* ---- the end of an attempt ---- */

static const char *outcome_name(enum channel_outcome outcome)
{
    switch (outcome) {
    case CHANNEL_DELIVERED:
        return "delivered";
    case CHANNEL_RETRY:
        return "failed";
    case CHANNEL_REJECTED:
    case CHANNEL_REFUSED:
        return "refused";
    case CHANNEL_GONE:
        return "refused by a receiver that is gone";
    case CHANNEL_OUR_FAULT:
        return "failed on our side";
    }
    return "";
}

static void hand_over(struct sending *sending)
{
    struct outbox *outbox = sending->outbox;
    struct engine_message *message = engine_message_new(MESSAGE_ATTEMPTED, clock_wall_ms());
    sending->reported_ms = message->now_ms;
    message->attempt = sending->attempt;
    const char **texts[] = {&message->attempt.text, &message->attempt.receiver, &message->attempt.gone};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (*texts[i] != NULL)
            *texts[i] = arena_strdup(&message->arena, *texts[i]);
    outbox->attempted(outbox->userdata, message);
}

static bool is_beat(const struct sending *sending)
{
    return sending->row.id == 0;
}

static void log_attempt(const struct sending *sending, enum channel_outcome outcome, const char *text)
{
    bool parked = sending->attempt.state == DELIVERY_PARKED;
    if (is_beat(sending)) {
        if (outcome != CHANNEL_DELIVERED)
            log_warning("heartbeat failed: %s", text);
        return;
    }
    log_write(outcome == CHANNEL_DELIVERED ? LOG_LEVEL_INFO
              : parked                     ? LOG_LEVEL_ERROR
                                           : LOG_LEVEL_WARNING,
        "delivery %s%s receiver=%s channel=%s alert=%s seq=%d attempt=%d: %s", outcome_name(outcome),
        parked ? ", parked" : "", sending->row.receiver, sending->row.channel, sending->row.alert,
        sending->row.seq, sending->row.attempts + 1, text);
}

static void report(struct sending *sending, enum channel_outcome outcome, const struct transfer_reply *reply)
{
    sending->attempt = (struct attempt_row){
        .delivery = sending->row.id,
        .at_ms = clock_wall_ms(),
        .status = reply->status,
        .text = arena_strdup(&sending->arena, reply->text),
        .receiver = sending->row.receiver,
        .gone = outcome == CHANNEL_GONE ? sending->address : NULL,
    };
    sending->ended = true;
    schedule_attempt(sending->channel, &sending->row, outcome, reply->retry_after_s, &sending->attempt);
    log_attempt(sending, outcome, reply->text);
    hand_over(sending);
}

static void on_done(void *userdata, const struct transfer_reply *reply)
{
    struct sending *sending = userdata;
    report(sending, sending->channel->outcome(reply), reply);
}

void outbox_acknowledged(struct outbox *outbox, int64_t delivery)
{
    for (size_t i = 0; i < outbox->len; i++) {
        if (outbox->sending[i]->row.id != delivery)
            continue;
        sending_free(outbox->sending[i]);
        outbox->sending[i] = outbox->sending[--outbox->len];
        return;
    }
}

void outbox_postpone(struct outbox *outbox, int64_t delivery, int64_t again_ms)
{
    for (size_t i = 0; i < outbox->len; i++) {
        struct sending *sending = outbox->sending[i];
        if (sending->row.id != delivery)
            continue;
        sending->again_ms = again_ms;
        sending->reported_ms = 0;
        sending->passed = false; /* a full disk must not let message after message out unjournaled */
    }
}

/* When something is to be done about it by time; INT64_MAX: nothing. */
static int64_t next_ms(const struct sending *sending)
{
    if (sending->again_ms != 0)
        return sending->again_ms;
    bool waits = sending->reported_ms != 0 && !sending->passed;
    return waits ? sending->reported_ms + COMMIT_PATIENCE_MS : INT64_MAX;
}

bool outbox_run(struct outbox *outbox, int64_t now_ms)
{
    bool idle = false;
    for (size_t i = 0; i < outbox->len; i++) {
        struct sending *sending = outbox->sending[i];
        if (next_ms(sending) > now_ms)
            continue;
        if (sending->again_ms != 0) {
            sending->again_ms = 0;
            hand_over(sending);
        } else {
            sending->passed = idle = true;
        }
    }
    return idle;
}

int64_t outbox_next_ms(const struct outbox *outbox)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < outbox->len; i++)
        if (next_ms(outbox->sending[i]) < next)
            next = next_ms(outbox->sending[i]);
    return next;
}

static void add_id(struct buf *list, int64_t id)
{
    (void)buf_printf(list, "%s%" PRId64, list->len > 1 ? "," : "", id);
}

void outbox_list(const struct outbox *outbox, struct buf *taken, struct buf *done)
{
    (void)buf_puts(taken, "[");
    (void)buf_puts(done, "[");
    for (size_t i = 0; i < outbox->len; i++) {
        const struct sending *sending = outbox->sending[i];
        add_id(taken, sending->row.id);
        if (sending->ended && sending->attempt.state != DELIVERY_PENDING)
            add_id(done, sending->row.id);
    }
    (void)buf_puts(taken, "]");
    (void)buf_puts(done, "]");
}

/* ---- the start of an attempt ---- */

static void copy_row(struct sending *sending, const struct delivery_row *row)
{
    sending->row = *row;
    const char **texts[] = {&sending->row.alert, &sending->row.receiver, &sending->row.channel,
        &sending->row.message_id, &sending->row.subject, &sending->row.text, &sending->row.html,
        &sending->row.body, &sending->row.thread, &sending->row.last_text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_strdup(&sending->arena, *texts[i]);
}

/* Ends an attempt that could not even begin. */
static void give_back(struct sending *sending, enum channel_outcome outcome, const char *text)
{
    struct transfer_reply reply = {.outcome = TRANSFER_REFUSED, .text = text};
    report(sending, outcome, &reply);
}

static struct sending *begin(
    struct outbox *outbox, const struct delivery_row *row, const struct channel *channel)
{
    struct sending *sending = alloc_zeroed(1, sizeof *sending);
    sending->outbox = outbox;
    sending->channel = channel;
    copy_row(sending, row);
    outbox->sending[outbox->len++] = sending;
    return sending;
}

static void transmit(struct sending *sending, const struct outbox_pools *pools,
    const struct channel_target *target, int64_t now_ms)
{
    struct transfer_request request;
    sending->address = arena_strdup(&sending->arena, digest_of(target->address, strlen(target->address)).hex);
    if (sending->channel->request(&sending->row, target, now_ms, &sending->arena, &request) < 0) {
        give_back(sending, CHANNEL_OUR_FAULT, "the receiver's configuration cannot be used");
        return;
    }
    transfer_start(request.mail != NULL ? pools->mail : pools->webhooks, &request, on_done, sending);
}

static void send_one(struct outbox *outbox, const struct outbox_pools *pools, const struct config *config,
    const struct delivery_row *row, int64_t now_ms)
{
    const struct receiver *receiver = target_find(config, row->receiver);
    struct sending *sending =
        begin(outbox, row, receiver != NULL ? target_channel(receiver) : &channel_webhook);
    if (receiver == NULL || !str_equal(sending->channel->name, row->channel)) {
        give_back(sending, CHANNEL_REFUSED,
            receiver == NULL ? "the receiver is no longer in the configuration"
                             : "the receiver has another channel or format now");
        return;
    }
    struct channel_target target = target_of(config, receiver);
    transmit(sending, pools, &target, now_ms);
}

void outbox_send(struct outbox *outbox, const struct outbox_pools *pools, const struct config *config,
    const struct delivery_row *rows, size_t n, int64_t now_ms)
{
    for (size_t i = 0; i < n && outbox->len < SENDING_MAX; i++)
        if (!receiver_busy(outbox, rows[i].receiver))
            send_one(outbox, pools, config, &rows[i], now_ms);
}

void outbox_beat(struct outbox *outbox, const struct outbox_pools *pools, const char *url,
    const struct engine_answer *answer, int64_t now_ms)
{
    if (outbox->len == SENDING_MAX || receiver_busy(outbox, ""))
        return;
    struct arena arena = ARENA_NULL;
    const struct channel_target target = {.receiver = "", .address = url};
    struct delivery_row row = {
        .receiver = "", /* no receiver's name */
        .created_ms = now_ms,
        .channel = channel_heartbeat.name,
        .body = arena_printf(&arena,
            "{\"program\":\"tdwatch\",\"beats\":%" PRId64 ",\"pending\":%" PRId64 ",\"parked\":%" PRId64 "}",
            answer->heartbeat.beats, answer->counts.pending, answer->counts.parked),
    };
    const char **texts[] = {
        &row.alert, &row.message_id, &row.subject, &row.text, &row.html, &row.thread, &row.last_text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = "";
    transmit(begin(outbox, &row, &channel_heartbeat), pools, &target, now_ms);
    arena_deinit(&arena);
}
