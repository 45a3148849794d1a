/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock daemon/base/log daemon/base/str daemon/io/address daemon/io/http daemon/io/login daemon/io/inflate daemon/io/loop daemon/io/mail_address daemon/io/mailroom daemon/io/smtp_sink daemon/io/thread daemon/io/transfer daemon/io/transfer_feed daemon/io/transfer_handle daemon/io/transfer_result daemon/io/wire_text daemon/io/nats_publish daemon/io/mail_body daemon/io/picture */
#include "tests/support/transfer_peers.h"

static void on_mail(void *userdata, const char *from, const char *to, struct slice data)
{
    struct fixture *f = userdata;
    f->mails++;
    snprintf(f->mail, sizeof(f->mail), "%s>%s\n%.*s", from, to, (int)data.len, data.data);
}

static const char *const MAIL_HEADERS[] = {"From: tdwatch <td@example.org>", "To: <a@example.org>",
    "Subject: =?utf-8?B?w6k=?=", "Message-ID: <1@example.org>", NULL};

static struct transfer_mail sample_mail(void)
{
    return (struct transfer_mail){.from = "td@example.org",
        .to = "a@example.org",
        .headers = MAIL_HEADERS,
        .text = "first\n.\n..two dots\r\nMAIL FROM:<evil@example.org>\rgi\xc3\xa1 c\xe1\xba\xa3\n",
        .html = "<p>gi\xc3\xa1</p>\n"};
}

static struct transfer_request mail_request(const struct transfer_mail *mail, unsigned port)
{
    return (struct transfer_request){
        .url = url_of("smtp://127.0.0.1:%u", port), .mail = mail, .timeout_ms = 4000};
}

static void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("not found: %s\nin: %s", part, text);
}

static void mail_arrives_as_multipart_alternative(void **state)
{
    struct fixture *f = *state;
    struct smtp_sink *sink = NULL;
    assert_int_equal(smtp_sink_new(f->loop, 0, on_mail, f, &sink), 0);
    struct transfer_mail mail = sample_mail();
    struct transfer_request request = mail_request(&mail, smtp_sink_port(sink));
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 250, "250 2.0.0 taken");
    assert_int_equal(f->mails, 1);
    assert_int_equal(strncmp(f->mail, "td@example.org>a@example.org\n", 29), 0);
    assert_contains(f->mail, "Subject: =?utf-8?B?w6k=?=\r\n");
    assert_contains(f->mail, "Message-ID: <1@example.org>\r\n");
    assert_contains(f->mail, "Mime-Version: 1.0\r\n");
    assert_contains(f->mail, "\nContent-Type: multipart/alternative; boundary=");
    assert_null(strstr(f->mail, "multipart/mixed"));
    assert_contains(f->mail,
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n");
    assert_contains(
        f->mail, "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n");
    assert_contains(f->mail,
        "\r\n\r\nfirst\r\n.\r\n..two dots\r\nMAIL FROM:<evil@example.org>\r\ngi=C3=A1 c=E1=BA=A3\r\n");
    assert_true(strstr(f->mail, "text/plain") < strstr(f->mail, "text/html"));
    for (const char *c = strchr(f->mail, '\n') + 1; *c != '\0'; c++)
        assert_false(*c == '\n' && c[-1] != '\r');
    smtp_sink_free(sink);
}

static void pictures_stand_beside_the_html(void **state)
{
    struct fixture *f = *state;
    struct smtp_sink *sink = NULL;
    assert_int_equal(smtp_sink_new(f->loop, 0, on_mail, f, &sink), 0);
    struct transfer_mail mail = sample_mail();
    mail.pictures[0] = (struct transfer_picture){
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"><rect width=\"8\" "
        "height=\"8\"/></svg>",
        "chart.vi@tdwatch"};
    mail.pictures[1] = (struct transfer_picture){"no picture", "chart.en@tdwatch"}; /* left out */
    mail.picture_count = 2;
    struct transfer_request request = mail_request(&mail, smtp_sink_port(sink));
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 250, "250 2.0.0 taken");
    assert_contains(f->mail, "\nContent-Type: multipart/alternative; boundary=");
    assert_contains(f->mail, "\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=");
    assert_contains(f->mail, "\r\nContent-Type: image/png\r\n");
    assert_contains(f->mail, "\r\nContent-Transfer-Encoding: base64\r\n");
    assert_contains(f->mail, "\r\nContent-ID: <chart.vi@tdwatch>\r\n");
    assert_contains(f->mail, "\r\nContent-Disposition: inline; filename=\"chart.png\"\r\n");
    assert_contains(f->mail, "\r\niVBORw0KGgo"); /* PNG's signature */
    assert_null(strstr(f->mail, "chart.en@tdwatch"));
    assert_true(strstr(f->mail, "text/plain") < strstr(f->mail, "multipart/related"));
    assert_true(strstr(f->mail, "multipart/related") < strstr(f->mail, "text/html; charset"));
    assert_true(strstr(f->mail, "text/html; charset") < strstr(f->mail, "image/png"));
    smtp_sink_free(sink);
}

static void mail_without_html_is_text_alone(void **state)
{
    struct fixture *f = *state;
    struct smtp_sink *sink = NULL;
    assert_int_equal(smtp_sink_new(f->loop, 0, on_mail, f, &sink), 0);
    struct transfer_mail mail = sample_mail();
    mail.html = NULL;
    struct transfer_request request = mail_request(&mail, smtp_sink_port(sink));
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 250, "250 2.0.0 taken");
    assert_null(strstr(f->mail, "text/html"));
    smtp_sink_free(sink);
}

static void more_mails_than_threads_all_arrive(void **state)
{
    struct fixture *f = *state;
    struct smtp_sink *sink = NULL;
    assert_int_equal(smtp_sink_new(f->loop, 0, on_mail, f, &sink), 0);
    struct transfer_mail mail = sample_mail();
    struct transfer_request request = mail_request(&mail, smtp_sink_port(sink));
    for (int i = 0; i < 50; i++)
        start(f, &request);
    turn_until(f, 50);
    assert_int_equal(f->mails, 50);
    assert_int_equal(transfers_active(f->transfers), 0);
    smtp_sink_free(sink);
}

static void servers_refusals_carry_their_status(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *greeting;
        struct answer script[3];
        long status;
        const char *text;
    } cases[] = {
        {"220 hi", {{"RCPT", "451 4.7.1 greylisted"}}, 451, "451 4.7.1 greylisted"},
        {"220 hi", {{"RCPT", "550 5.1.1 no such user"}}, 550, "550 5.1.1 no such user"},
        {"220 hi", {{"MAIL", "553 5.1.8 sender\x01\xff"}}, 553, "553 5.1.8 sender??"},
        {"220 hi", {{"DATA", "421 4.3.2 going down"}}, 421, "421 4.3.2 going down"},
        {"220 hi", {{".", "452 4.3.1 disk full"}}, 452, "452 4.3.1 disk full"},
        {"220 hi", {{".", "554-5.7.1 we think\r\n554 5.7.1 it is spam"}}, 554, "554 5.7.1 it is spam"},
        {"554 5.7.1 not you", {{NULL, NULL}}, 554, "554 5.7.1 not you"},
        {"220 hi", {{".", "250 queued"}, {"QUIT", "500 rude"}}, 250, "250 queued"},
        {"220 hi", {{"RCPT", "550 no"}, {"QUIT", "500 rude"}}, 550, "SMTP 550"},
        {"220 hi", {{"EHLO", "502 old"}}, 250, "250 ok"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        f->peer.greeting = cases[i].greeting;
        f->peer.script = cases[i].script;
        f->peer.in_text = false;
        struct transfer_mail mail = sample_mail();
        struct transfer_request request = mail_request(&mail, f->peer.port);
        run(f, &request);
        assert_reply(f, TRANSFER_DONE, cases[i].status, cases[i].text);
    }
}

static void refused_password_is_not_quoted(void **state)
{
    struct fixture *f = *state;
    static const struct answer script[] = {
        {"EHLO", "250-hi\r\n250 AUTH PLAIN"}, {"AUTH", "535 5.7.8 bad password hunter2"}, {NULL, NULL}};
    f->peer.greeting = "220 hi";
    f->peer.script = script;
    struct transfer_mail mail = sample_mail();
    mail.user = "td";
    mail.password = "hunter2";
    struct transfer_request request = mail_request(&mail, f->peer.port);
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 535, "535 authentication refused");
    assert_contains(f->peer.heard, "AUTH PLAIN");
}

static void mail_leaves_the_machine_with_tls_only(void **state)
{
    struct fixture *f = *state;
    transfers_free(f->transfers);
    /* Loopback under a name that is plain; the other is not, and may not be reached at all. */
    static const char *const plain[] = {"localhost"};
    f->transfers = transfers_new(f->loop, &(struct texts){plain, 1});
    f->peer.greeting = "220 hi";
    struct transfer_mail mail = sample_mail();
    struct transfer_request request = mail_request(&mail, f->peer.port);
    run(f, &request);
    assert_reply(f, TRANSFER_REFUSED, 0, "address not allowed: not on the public internet");
    /* Clear text to a public address is refused though its name is listed: checked without a packet sent. */
    static const char *const public[] = {"192.0.1.1"};
    transfers_free(f->transfers);
    f->transfers = transfers_new(f->loop, &(struct texts){public, 1});
    request.url = "smtp://192.0.1.1:25";
    run(f, &request);
    assert_reply(f, TRANSFER_REFUSED, 0, "address not allowed: not on the public internet");
    request = (struct transfer_request){.url = "http://192.0.1.1/", .timeout_ms = 1000};
    run(f, &request);
    assert_reply(f, TRANSFER_REFUSED, 0, "address not allowed: not on the public internet");
    assert_int_equal(f->peer.connections, 0);
}

static void addresses_and_headers_of_mail_are_checked(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"", "a", "@", "a@", "@b", "a@b\r\nRCPT TO:<evil@example.org>",
        "a@b>\r\nRCPT TO:<c@d", "a@b>", "<a@b>", "a b@c", "a@b c", "a@b,c@d", "a@b@c", "\"a b\"@c", "a..b@c",
        ".a@c", "a.@c", "a@.c", "a@c..d", "a@[127.0.0.1]", "a@-c", "a@b_c", "\xc3\xa1@b",
        "0123456789012345678901234567890123456789012345678901234567890123x@b"};
    f->peer.greeting = "220 hi";
    for (size_t i = 0; i < 2 * sizeof(bad) / sizeof(bad[0]); i++) {
        struct transfer_mail mail = sample_mail();
        *(i % 2 == 0 ? &mail.from : &mail.to) = bad[i / 2];
        struct transfer_request request = mail_request(&mail, f->peer.port);
        run(f, &request);
        if (f->outcome != TRANSFER_REFUSED)
            fail_msg("%s: %s", bad[i / 2], f->text);
        assert_string_equal(f->text, "a mail address is not local@domain");
    }
    static const char *const injected[] = {"Subject: x\r\nBcc: <evil@example.org>", NULL};
    struct transfer_mail mail = sample_mail();
    mail.headers = injected;
    struct transfer_request request = mail_request(&mail, f->peer.port);
    run(f, &request);
    assert_reply(f, TRANSFER_REFUSED, 0, "a header is not one printable line \"Name: value\"");
    assert_int_equal(f->peer.connections, 0);
}

static void slow_server_does_not_stop_the_loop(void **state)
{
    struct fixture *f = *state;
    static const struct answer script[] = {{"QUIT", ""}, {NULL, NULL}}; /* and never answers QUIT */
    f->peer.greeting = "220 hi";
    f->peer.script = script;
    f->peer.text_delay_ms = 500;
    struct transfer_mail mail = sample_mail();
    struct transfer_request request = mail_request(&mail, f->peer.port);
    int64_t begin = clock_monotonic_ms();
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 250, "250 ok");
    assert_in_range(clock_monotonic_ms() - begin, 495, 3500);
    assert_true(f->longest_turn_ms < 400); /* it would be 500 and more */
    assert_contains(f->peer.heard, "QUIT\r\n");
}

static void silent_server_ends_at_the_time_out(void **state)
{
    struct fixture *f = *state;
    /* QUIT's answer must not be taken for the mail's; and there may be none either. */
    static const struct answer script[] = {{".", ""}, {NULL, NULL}};
    static const struct answer mute[] = {{".", ""}, {"QUIT", ""}, {NULL, NULL}};
    f->peer.greeting = "220 hi";
    f->peer.script = script;
    struct transfer_mail mail = sample_mail();
    struct transfer_request request = mail_request(&mail, f->peer.port);
    request.timeout_ms = 300;
    run(f, &request);
    assert_reply(f, TRANSFER_TIMEOUT, 354, "timed out after the text: it may have been taken");
    f->peer.in_text = false;
    f->peer.script = mute;
    int64_t begin = clock_monotonic_ms();
    run(f, &request);
    assert_reply(f, TRANSFER_TIMEOUT, 354, "timed out after the text: it may have been taken");
    assert_true(clock_monotonic_ms() - begin < 2500);
}

static void freeing_aborts_mail_too(void **state)
{
    struct fixture *f = *state;
    static const struct answer script[] = {{"RCPT", ""}, {NULL, NULL}};
    f->peer.greeting = "220 hi";
    f->peer.script = script;
    struct transfer_mail mail = sample_mail();
    struct transfer_request request = mail_request(&mail, f->peer.port);
    for (int i = 0; i < 10; i++)
        start(f, &request);
    while (strstr(f->peer.heard, "RCPT") == NULL)
        loop_turn(f->loop, 100);
    int64_t begin = clock_monotonic_ms();
    transfers_free(f->transfers);
    f->transfers = NULL;
    assert_true(clock_monotonic_ms() - begin < 2500);
    loop_turn(f->loop, 0);
    assert_int_equal(f->replies, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        CASE(mail_arrives_as_multipart_alternative),
        CASE(pictures_stand_beside_the_html),
        CASE(mail_without_html_is_text_alone),
        CASE(more_mails_than_threads_all_arrive),
        CASE(servers_refusals_carry_their_status),
        CASE(refused_password_is_not_quoted),
        CASE(mail_leaves_the_machine_with_tls_only),
        CASE(addresses_and_headers_of_mail_are_checked),
        CASE(slow_server_does_not_stop_the_loop),
        CASE(silent_server_ends_at_the_time_out),
        CASE(freeing_aborts_mail_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
