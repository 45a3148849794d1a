/* link: daemon/app/outbox daemon/app/schedule daemon/app/target daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/digest daemon/base/str tests/support/fake_clock tests/support/fake_log */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/outbox.h"
#include "base/alloc.h"
#include "tests/support/fake_clock.h"

/* ---- a world that takes what the outbox says ---- */

enum { SENT_MAX = 8 };

struct fixture {
    struct outbox *outbox;
    struct config config;
    struct receiver receivers[2];
    int64_t reported[SENT_MAX]; /* deliveries, as the engine heard of them */
    size_t reported_len;
};

static struct {
    transfer_done_fn *done;
    void *userdata;
} sent[SENT_MAX];
static size_t sent_len;

void transfer_start(struct transfers *transfers, const struct transfer_request *request,
    transfer_done_fn *done, void *userdata)
{
    (void)transfers;
    (void)request;
    sent[sent_len].done = done;
    sent[sent_len++].userdata = userdata;
}

struct engine_message *engine_message_new(enum message_kind kind, int64_t now_ms)
{
    struct engine_message *message = alloc_zeroed(1, sizeof *message);
    message->kind = kind;
    message->now_ms = now_ms;
    return message;
}

static int build(const struct delivery_row *row, const struct channel_target *target, int64_t now_ms,
    struct arena *arena, struct transfer_request *ret_request)
{
    (void)row, (void)target, (void)now_ms, (void)arena;
    *ret_request = (struct transfer_request){.url = "https://example.vn"};
    return 0;
}

static enum channel_outcome judge_reply(const struct transfer_reply *reply)
{
    return reply->status == 200 ? CHANNEL_DELIVERED : CHANNEL_RETRY;
}

static const int64_t DELAYS_S[] = {5, 60, 0};
const struct channel channel_webhook = {"webhook", DELAYS_S, NULL, 1, NULL, build, judge_reply};
const struct channel channel_email = {"email", DELAYS_S, NULL, 1, NULL, build, judge_reply};
const struct channel channel_alertmanager, channel_slack, channel_teams, channel_template, channel_nats;
const struct channel channel_heartbeat = {"heartbeat", &DELAYS_S[2], NULL, 1, NULL, build, judge_reply};

static void on_attempted(void *userdata, struct engine_message *message)
{
    struct fixture *f = userdata;
    f->reported[f->reported_len++] = message->attempt.delivery;
    arena_deinit(&message->arena);
    alloc_free(message);
}

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){.receivers = {{.name = "a", .channel = 1, .address = "https://a.example"},
                             {.name = "b", .channel = 1, .address = "https://b.example"}}};
    f.config.receivers = f.receivers;
    f.config.receiver_count = 2;
    f.outbox = outbox_new(on_attempted, &f);
    sent_len = 0;
    fake_clock_set(10000);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    outbox_free(f->outbox);
    return 0;
}

static void send(struct fixture *f, int64_t id, const char *receiver)
{
    struct delivery_row row = {.id = id,
        .receiver = receiver,
        .channel = "webhook",
        .alert = "x",
        .seq = 1,
        .message_id = "m",
        .last_text = "",
        .thread = "",
        .subject = "",
        .text = "",
        .html = "",
        .body = ""};
    struct outbox_pools pools = {NULL, NULL};
    outbox_send(f->outbox, &pools, &f->config, &row, 1, clock_wall_ms());
}

static void end(size_t transfer, long status)
{
    struct transfer_reply reply = {.status = status, .text = "HTTP"};
    sent[transfer].done(sent[transfer].userdata, &reply);
}

static void assert_lists(struct fixture *f, const char *taken, const char *done)
{
    struct buf lists[2];
    buf_init(&lists[0], 1000);
    buf_init(&lists[1], 1000);
    outbox_list(f->outbox, &lists[0], &lists[1]);
    assert_string_equal(buf_text(&lists[0]), taken);
    assert_string_equal(buf_text(&lists[1]), done);
    buf_deinit(&lists[0]);
    buf_deinit(&lists[1]);
}

/* ---- tests ---- */

static void receiver_has_one_under_way(void **state)
{
    struct fixture *f = *state;
    send(f, 1, "a");
    send(f, 2, "a");
    send(f, 3, "b");
    assert_int_equal(sent_len, 2);
    assert_lists(f, "[1,3]", "[]");
    fake_clock_set(100000); /* however long it takes */
    assert_false(outbox_run(f->outbox, clock_wall_ms()));
    send(f, 2, "a");
    assert_int_equal(sent_len, 2);
}

static void next_one_leaves_after_the_commit(void **state)
{
    struct fixture *f = *state;
    send(f, 1, "a");
    end(0, 200);
    assert_int_equal(f->reported_len, 1);
    assert_lists(f, "[1]", "[1]");
    send(f, 2, "a");
    assert_int_equal(sent_len, 1);
    outbox_acknowledged(f->outbox, 1);
    assert_lists(f, "[]", "[]");
    send(f, 2, "a");
    assert_int_equal(sent_len, 2);
}

static void busy_engine_holds_no_receiver(void **state)
{
    struct fixture *f = *state;
    send(f, 1, "a");
    end(0, 200);
    assert_int_equal(outbox_next_ms(f->outbox), 10500);
    assert_false(outbox_run(f->outbox, 10499));
    assert_true(outbox_run(f->outbox, 10500));
    assert_false(outbox_run(f->outbox, 10501)); /* said once */
    assert_int_equal(outbox_next_ms(f->outbox), INT64_MAX);
    send(f, 2, "a");
    assert_int_equal(sent_len, 2);
    assert_lists(f, "[1,2]", "[1]");
    send(f, 3, "a"); /* the second is under way */
    assert_int_equal(sent_len, 2);
    assert_int_equal(f->reported_len, 1);
    outbox_acknowledged(f->outbox, 1);
    assert_lists(f, "[2]", "[]");
    assert_int_equal(outbox_busy(f->outbox), 1);
}

static void what_failed_is_not_over(void **state)
{
    struct fixture *f = *state;
    send(f, 1, "a");
    end(0, 503);
    assert_lists(f, "[1]", "[]");
}

/* The engine hears of it again and again, and the receiver of nothing. */
static void attempt_that_cannot_be_journaled_holds_its_receiver(void **state)
{
    struct fixture *f = *state;
    send(f, 1, "a");
    end(0, 200);
    assert_true(outbox_run(f->outbox, 10500));
    outbox_postpone(f->outbox, 1, 70000);
    send(f, 2, "a");
    assert_int_equal(sent_len, 1);
    assert_int_equal(outbox_next_ms(f->outbox), 70000);
    fake_clock_set(70000);
    assert_false(outbox_run(f->outbox, 70000));
    assert_int_equal(f->reported_len, 2);
    send(f, 2, "a");
    assert_int_equal(sent_len, 1);
    assert_int_equal(outbox_next_ms(f->outbox), 70500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(receiver_has_one_under_way),
        TEST(next_one_leaves_after_the_commit),
        TEST(busy_engine_holds_no_receiver),
        TEST(what_failed_is_not_over),
        TEST(attempt_that_cannot_be_journaled_holds_its_receiver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
