/* link: tests/support/cases tests/support/rude_peer daemon/app/schedule daemon/io/email daemon/io/webhook daemon/io/outcome daemon/io/cloudevent daemon/io/json_value daemon/io/rfc2047 daemon/io/address daemon/io/inflate daemon/io/loop daemon/io/mail_address daemon/io/mailroom daemon/io/thread daemon/io/transfer daemon/io/transfer_feed daemon/io/transfer_handle daemon/io/nats_publish daemon/io/transfer_result daemon/io/wire_text daemon/core/markup daemon/core/message daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock daemon/base/clock_text daemon/base/digest daemon/base/log daemon/base/str daemon/core/bulletin daemon/core/bulletin_view daemon/core/zone daemon/core/hold daemon/core/chart_alert daemon/base/diag daemon/io/evidence_json daemon/io/mail_body daemon/core/message_builtin daemon/core/message_values daemon/core/template daemon/core/figure_label daemon/core/measure daemon/io/picture daemon/core/quality_flag daemon/core/series_role daemon/core/svg daemon/core/basket daemon/core/code daemon/core/expr_parse daemon/core/expr_lex daemon/base/keys daemon/base/map daemon/base/node daemon/core/row */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>

#include "app/schedule.h"
#include "base/clock.h"
#include "io/transfer.h"
#include "tests/support/cases.h"
#include "tests/support/rude_peer.h"

/* Receivers and relays over real sockets: what they answer, what it means, and what the outbox makes of it.
 * All cases of a block run at the same time. Time-outs are short, so that those that hang end soon; nothing
 * is measured. */

#define PATH "tests/cases/delivery/answers.txt"

enum { TIMEOUT_MS = 1500, PATIENCE_MS = 60 * 1000, SCENARIOS_MAX = 500 };

static const char *const class_names[] = {
    [CHANNEL_DELIVERED] = "delivered",
    [CHANNEL_RETRY] = "retry",
    [CHANNEL_REJECTED] = "rejected",
    [CHANNEL_REFUSED] = "refused",
    [CHANNEL_GONE] = "gone",
    [CHANNEL_OUR_FAULT] = "our fault",
};

/* One line of the case file on its way. */
struct scenario {
    char where[16], answer[200], class[16], consequence[64];
    const struct channel *channel;
    struct rude_peer *peer;
    struct arena arena;
    enum channel_outcome outcome;
    int64_t retry_after_s;
    char text[200];
    bool ended;
    size_t *left;
};

static const struct delivery_row row = {.alert = "a",
    .receiver = "r",
    .channel = "webhook",
    .message_id = "id",
    .subject = "subject",
    .text = "text\n",
    .html = "<p>html</p>\n",
    .body = "{}",
    .thread = "",
    .last_text = ""};

/* `where answer => class, consequence` */
static bool read_line(const char *text, struct scenario *scenario)
{
    const char *arrow = strstr(text, " => ");
    const char *space = strchr(text, ' ');
    if (arrow == NULL || space == NULL || space >= arrow)
        return false;
    snprintf(scenario->where, sizeof scenario->where, "%.*s", (int)(space - text), text);
    snprintf(scenario->answer, sizeof scenario->answer, "%.*s", (int)(arrow - space - 1), space + 1);
    return sscanf(arrow + 4, "%15[^,], %63[^\n]", scenario->class, scenario->consequence) == 2;
}

static void on_done(void *userdata, const struct transfer_reply *reply)
{
    struct scenario *scenario = userdata;
    scenario->outcome = scenario->channel->outcome(reply);
    scenario->retry_after_s = reply->retry_after_s;
    snprintf(scenario->text, sizeof scenario->text, "%s", reply->text);
    scenario->ended = true;
    (*scenario->left)--;
}

/* A port with nobody behind it. */
static uint16_t closed_port(struct loop *loop)
{
    struct rude_peer *peer = rude_peer_new(loop, "http", "close");
    uint16_t port = rude_peer_port(peer);
    rude_peer_free(peer);
    return port;
}

static const char *url_of(struct scenario *scenario, struct loop *loop)
{
    const char *url = scenario->answer + 4, *word;
    uint16_t port = rude_peer_port(scenario->peer);
    if (strcmp(scenario->where, "http") != 0) {
        if (strcmp(scenario->answer, "no-listener") == 0)
            port = closed_port(loop);
        return arena_printf(&scenario->arena, "smtp://127.0.0.1:%u", port);
    }
    if (strncmp(scenario->answer, "url ", 4) != 0)
        return arena_printf(&scenario->arena, "http://127.0.0.1:%u/hook", port);
    if ((word = strstr(url, "CLOSED")) != NULL)
        port = closed_port(loop);
    else if ((word = strstr(url, "PORT")) == NULL)
        return url;
    return arena_printf(&scenario->arena, "%.*s%u%s", (int)(word - url), url, port, strchr(word, '/'));
}

static void start(struct scenario *scenario, struct loop *loop, struct transfers *transfers)
{
    struct transfer_request request;
    scenario->peer = rude_peer_new(loop, scenario->where, scenario->answer);
    bool mail = strcmp(scenario->where, "http") != 0, auth = strcmp(scenario->where, "auth") == 0;
    const char *url = url_of(scenario, loop);
    struct channel_target target = {
        .receiver = "r",
        .address = mail ? "desk@example.vn" : url,
        .secret = slice_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        .smtp_url = url,
        .smtp_from = "tdwatch@example.vn",
        .smtp_user = auth ? "tdwatch" : NULL,
        .smtp_password = auth ? "word" : NULL,
    };
    scenario->channel = mail ? &channel_email : &channel_webhook;
    assert_int_equal(
        scenario->channel->request(&row, &target, clock_wall_ms(), &scenario->arena, &request), 0);
    request.timeout_ms = TIMEOUT_MS;
    transfer_start(transfers, &request, on_done, scenario);
}

/* What the outbox does where this answer comes again and again. */
static const char *consequence(const struct scenario *scenario, char text[64])
{
    struct delivery_row again = row;
    struct attempt_row attempt = {.at_ms = 1};
    for (again.attempts = 0; again.attempts < 100; again.attempts++) {
        schedule_attempt(scenario->channel, &again, scenario->outcome, scenario->retry_after_s, &attempt);
        if (attempt.state == DELIVERY_DELIVERED)
            return "delivered";
        if (attempt.own_fault)
            return "never parked";
        if (attempt.state == DELIVERY_PARKED)
            break;
    }
    snprintf(text, 64, "parked after %d%s%s", again.attempts + 1,
        scenario->outcome == CHANNEL_GONE ? ", disabled" : "", attempt.rest_ms != 0 ? ", rests" : "");
    return text;
}

static void judge(struct cases *cases, size_t line, const struct scenario *scenario)
{
    char text[64];
    const char *class = class_names[scenario->outcome], *does = consequence(scenario, text);
    if (!scenario->ended || rude_peer_is_lost(scenario->peer))
        cases_fault(cases, line, "it never ended");
    else if (strcmp(class, scenario->class) != 0 || strcmp(does, scenario->consequence) != 0)
        cases_fault(cases, line, "%s, %s: %s", class, does, scenario->text);
    else if (strstr(scenario->text, "address not allowed") != NULL &&
             rude_peer_connections(scenario->peer) > 0)
        cases_fault(cases, line, "it was refused, and connected to");
    else if (rude_peer_connections(scenario->peer) > 1)
        cases_fault(cases, line, "it was connected to %d times", rude_peer_connections(scenario->peer));
}

static size_t start_all(
    struct scenario *scenarios, struct loop *loop, struct transfers *transfers, size_t *left)
{
    struct cases cases;
    size_t n = 0;
    cases_open(&cases, PATH);
    while (cases_next(&cases))
        for (size_t i = 0; i < cases.len; i++, n++) {
            if (n == SCENARIOS_MAX || !read_line(cases.lines[i].text, &scenarios[n]))
                fail_msg("line %d: not understood", cases.lines[i].number);
            scenarios[n].left = left;
            (*left)++;
            start(&scenarios[n], loop, transfers);
        }
    cases_close(&cases);
    return n;
}

static void judge_all(const struct scenario *scenarios)
{
    struct cases cases;
    size_t n = 0;
    cases_open(&cases, PATH);
    while (cases_next(&cases))
        for (size_t i = 0; i < cases.len; i++)
            judge(&cases, i, &scenarios[n++]);
    cases_close(&cases);
}

static void answers_mean_what_the_table_says(void **state)
{
    static const char *const plain[] = {"127.0.0.1", "localhost"};
    static struct scenario scenarios[SCENARIOS_MAX];
    struct loop *loop = loop_new();
    struct transfers *transfers = transfers_new(loop, &(struct texts){plain, 2});
    size_t left = 0, n = start_all(scenarios, loop, transfers, &left);
    (void)state;
    for (int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS; left > 0 && clock_monotonic_ms() < end_ms;)
        loop_turn(loop, 10);
    judge_all(scenarios);
    transfers_free(transfers);
    for (size_t i = 0; i < n; i++) {
        rude_peer_free(scenarios[i].peer);
        arena_deinit(&scenarios[i].arena);
    }
    loop_free(loop);
}

/* Every case has a listener and most have two ends of a connection in this process. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    allow_descriptors();
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_mean_what_the_table_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
