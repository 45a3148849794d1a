/* link: daemon/io/webhook daemon/io/outcome daemon/io/cloudevent daemon/io/json_value daemon/io/http daemon/io/address daemon/io/inflate daemon/io/loop daemon/io/mail_address daemon/io/mailroom daemon/io/thread daemon/io/transfer daemon/io/transfer_feed daemon/io/transfer_handle daemon/io/nats_publish daemon/io/transfer_result daemon/io/wire_text daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock daemon/base/clock_text daemon/base/digest daemon/base/log daemon/base/str daemon/core/message daemon/core/markup daemon/core/bulletin daemon/core/bulletin_view daemon/core/zone daemon/core/hold daemon/core/chart_alert daemon/base/diag daemon/io/evidence_json daemon/io/login daemon/io/mail_body daemon/core/message_builtin daemon/core/message_values daemon/core/template daemon/core/figure_label daemon/core/measure daemon/io/picture daemon/core/quality_flag daemon/core/series_role daemon/core/svg daemon/core/basket daemon/core/code daemon/core/expr_parse daemon/core/expr_lex daemon/base/keys daemon/base/map daemon/base/node daemon/core/row */
/* How fast webhooks leave over loopback: signed, at most so many at once, as the outbox sends them, without
 * the store.
 *
 *     deliver serve                 answers 204 to everything; prints its port, ends with its standard input
 *     deliver send URL N AT_ONCE    posts N deliveries; prints the seconds */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/channel.h"
#include "io/http.h"

enum { BODY_MAX = 64 * 1024, BODY_SIZE = 3000 };

static void take(void *userdata, struct http_request *request)
{
    (void)userdata;
    http_reply(request, 204, NULL, slice_of(""));
}

static int serve(void)
{
    struct loop *loop = loop_new();
    struct http_server *server = NULL;
    struct pollfd end = {.fd = STDIN_FILENO, .events = POLLIN};
    if (http_server_new(loop, "127.0.0.1", 0, BODY_MAX, take, NULL, &server) < 0)
        return 1;
    printf("%u\n", http_server_port(server));
    fflush(stdout);
    while (poll(&end, 1, 0) == 0)
        loop_turn(loop, 50);
    http_server_free(server);
    loop_free(loop);
    return 0;
}

struct sending {
    struct transfers *transfers;
    struct channel_target target;
    struct delivery_row row;
    long left, under_way, failed;
};

static void on_done(void *userdata, const struct transfer_reply *reply);

static void start(struct sending *sending)
{
    struct arena arena = ARENA_NULL;
    struct transfer_request request;
    sending->row.message_id = arena_printf(&arena, "delivery-%ld", sending->left--);
    if (channel_webhook.request(&sending->row, &sending->target, clock_wall_ms(), &arena, &request) < 0)
        abort();
    sending->under_way++;
    transfer_start(sending->transfers, &request, on_done, sending);
    arena_deinit(&arena);
}

static void on_done(void *userdata, const struct transfer_reply *reply)
{
    struct sending *sending = userdata;
    sending->under_way--;
    sending->failed += channel_webhook.outcome(reply) != CHANNEL_DELIVERED;
    if (sending->left > 0)
        start(sending);
}

static int send_all(const char *url, long n, long at_once)
{
    static const char *const plain[] = {"127.0.0.1"};
    static char body[BODY_SIZE + 1];
    memset(body, 'x', BODY_SIZE);
    struct loop *loop = loop_new();
    struct sending sending = {
        .transfers = transfers_new(loop, &(struct texts){plain, 1}),
        .target = {.receiver = "r",
            .address = url,
            .secret = slice_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")},
        .row = {.body = body},
        .left = n,
    };
    int64_t begin_us = clock_monotonic_us();
    while (sending.left > 0 && sending.under_way < at_once)
        start(&sending);
    while (sending.under_way > 0)
        loop_turn(loop, 1000);
    printf("seconds=%.4f failed=%ld\n", (double)(clock_monotonic_us() - begin_us) / 1e6, sending.failed);
    transfers_free(sending.transfers);
    loop_free(loop);
    return sending.failed > 0;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && strcmp(argv[1], "serve") == 0)
        return serve();
    if (argc == 5 && strcmp(argv[1], "send") == 0)
        return send_all(argv[2], atol(argv[3]), atol(argv[4]));
    fputs("usage: deliver serve | deliver send URL N AT_ONCE\n", stderr);
    return 2;
}
