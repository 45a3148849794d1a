/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock daemon/base/log daemon/base/str daemon/io/address daemon/io/http daemon/io/login daemon/io/inflate daemon/io/loop daemon/io/mail_address daemon/io/mailroom daemon/io/smtp_sink daemon/io/thread daemon/io/transfer daemon/io/transfer_feed daemon/io/transfer_handle daemon/io/transfer_result daemon/io/wire_text daemon/io/nats_publish daemon/io/mail_body daemon/io/picture */
#include "tests/support/transfer_peers.h"

/* ---- HTTP: bodies and their ends ---- */

static void framing_decides_whether_the_body_is_whole(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *reply;
        enum transfer_outcome outcome;
        long status;
        const char *text, *body;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", TRANSFER_DONE, 200, "HTTP 200", "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", TRANSFER_TRUNCATED, 200, "reply was cut short",
            "hello"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", TRANSFER_DONE, 200,
            "HTTP 200", "hello"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", TRANSFER_TRUNCATED, 200,
            "reply was cut short", "hello"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n", TRANSFER_TRUNCATED, 200,
            "connection lost while receiving", "hello"},
        /* Nothing but the document itself can tell here: libcurl cannot, and the decoders must. */
        {"HTTP/1.1 200 OK\r\n\r\nhel", TRANSFER_DONE, 200, "HTTP 200", "hel"},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", TRANSFER_DONE, 404, "HTTP 404", "no"},
        {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", TRANSFER_DONE, 503, "HTTP 503", ""},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nxx", TRANSFER_BROKEN, 200,
            "body comes in an encoding that was not asked for", ""},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx", TRANSFER_BROKEN, 200,
            "gzip body is damaged", ""},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", TRANSFER_TRUNCATED, 200,
            "gzip body was cut short", ""},
        {"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n", TRANSFER_DONE, 304, "HTTP 304", ""},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\nok", TRANSFER_DONE, 200,
            "HTTP 200", "ok"},
        {"", TRANSFER_BROKEN, 0, "connection closed without a reply", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        peer_says(f, cases[i].reply, strlen(cases[i].reply), CLOSE);
        struct transfer_request request = get(f);
        run(f, &request);
        if (f->outcome != cases[i].outcome || f->status != cases[i].status)
            fail_msg("case %zu: outcome %d, status %ld: %s", i, (int)f->outcome, f->status, f->text);
        assert_string_equal(f->text, cases[i].text);
        assert_string_equal(f->body, cases[i].body);
    }
}

struct message {
    char *bytes;
    size_t len;
};

/* A reply whose body is `cut` bytes short of the gzip form of `n` times `letter`, with a Content-Length that
 * agrees. */
static struct message gzip_reply(char letter, size_t n, size_t cut)
{
    char *text = malloc(n), *bytes = malloc(n + 4096);
    memset(text, letter, n);
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    unsigned char *packed = malloc(n + 1024);
    z.next_in = (unsigned char *)text;
    z.avail_in = (uInt)n;
    z.next_out = packed;
    z.avail_out = (uInt)n + 1024;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t len = z.total_out - cut;
    deflateEnd(&z);
    int head =
        snprintf(bytes, 200, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", len);
    memcpy(bytes + head, packed, len);
    free(packed);
    free(text);
    return (struct message){bytes, (size_t)head + len};
}

static void gzip_body_is_decoded_and_its_trailer_demanded(void **state)
{
    struct fixture *f = *state;
    static const struct {
        size_t n, cut;
        int64_t max_bytes;
        enum transfer_outcome outcome;
        const char *text;
    } cases[] = {
        {1000, 0, 1000, TRANSFER_DONE, "HTTP 200"},
        {1000, 1, 1000, TRANSFER_TRUNCATED, "gzip body was cut short"},
        {1000, 8, 1000, TRANSFER_TRUNCATED, "gzip body was cut short"},
        {1000, 15, 1000, TRANSFER_TRUNCATED, "gzip body was cut short"},
        {1000, 0, 999, TRANSFER_TOO_LARGE, "reply too large"},
        {4 << 20, 0, 64 << 20, TRANSFER_TOO_LARGE, "reply too large"}, /* 1000 : 1 */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct message reply = gzip_reply('x', cases[i].n, cases[i].cut);
        peer_says(f, reply.bytes, reply.len, CLOSE);
        struct transfer_request request = get(f);
        request.max_bytes = cases[i].max_bytes;
        run(f, &request);
        assert_reply(f, cases[i].outcome, 200, cases[i].text);
        if (cases[i].outcome == TRANSFER_DONE)
            assert_int_equal(f->body_len, cases[i].n);
        free(reply.bytes);
    }
    assert_non_null(strstr(f->peer.heard, "\r\nAccept-Encoding: gzip\r\n"));
}

static void body_over_the_maximum_is_stopped(void **state)
{
    struct fixture *f = *state;
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";
    peer_says(f, reply, strlen(reply), CLOSE);
    struct transfer_request request = get(f);
    request.max_bytes = 11;
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 200, "HTTP 200");
    peer_says(f, reply, strlen(reply), CLOSE);
    request = get(f);
    request.max_bytes = 10;
    run(f, &request);
    assert_reply(f, TRANSFER_TOO_LARGE, 200, "reply too large");
}

static void body_that_stalls_ends_at_the_time_out(void **state)
{
    struct fixture *f = *state;
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello";
    peer_says(f, reply, strlen(reply), HANG);
    struct transfer_request request = get(f);
    request.timeout_ms = 100;
    int64_t begin = clock_monotonic_ms();
    run(f, &request);
    assert_reply(f, TRANSFER_TIMEOUT, 200, "timed out");
    assert_in_range(clock_monotonic_ms() - begin, 95, 2000);
}

/* ---- HTTP: what is asked and what is noted ---- */

static void redirect_is_reported_and_not_followed(void **state)
{
    struct fixture *f = *state;
    char reply[200];
    snprintf(reply, sizeof(reply),
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/x\r\nContent-Length: 0\r\n\r\n", f->peer.port);
    peer_says(f, reply, strlen(reply), CLOSE);
    struct transfer_request request = get(f);
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 302, "HTTP 302");
    assert_int_equal(f->peer.connections, 1);
}

static void validators_and_retry_after_are_noted(void **state)
{
    struct fixture *f = *state;
    static const char unchanged[] =
        "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nLast-Modified: Wed, 06 Aug 2025 09:30:00 GMT\r\n\r\n";
    static const char *const headers[] = {"If-None-Match: \"v1\"", "X-Api-Key: k", NULL};
    peer_says(f, unchanged, strlen(unchanged), CLOSE);
    struct transfer_request request = get(f);
    request.headers = headers;
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 304, "HTTP 304");
    assert_string_equal(f->etag, "\"v1\"");
    assert_string_equal(f->last_modified, "Wed, 06 Aug 2025 09:30:00 GMT");
    assert_non_null(strstr(f->peer.heard, "\r\nIf-None-Match: \"v1\"\r\n"));
    assert_non_null(strstr(f->peer.heard, "\r\nX-Api-Key: k\r\n"));
    assert_non_null(strstr(f->peer.heard, "GET /data?key=secret HTTP/1.1\r\n"));

    static const char busy[] = "HTTP/1.1 429 Slow down\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n";
    peer_says(f, busy, strlen(busy), CLOSE);
    request = get(f);
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 429, "HTTP 429");
    assert_int_equal(f->retry_after_s, 120);
    assert_string_equal(f->etag, "-");
}

static void retry_after_may_be_a_date(void **state)
{
    struct fixture *f = *state;
    char date[64], reply[200];
    time_t then = (time_t)(clock_wall_ms() / 1000) + 100;
    struct tm tm;
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &tm));
    snprintf(reply, sizeof(reply), "HTTP/1.1 503 Busy\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", date);
    peer_says(f, reply, strlen(reply), CLOSE);
    struct transfer_request request = get(f);
    run(f, &request);
    assert_in_range(f->retry_after_s, 90, 101);
}

static void echo(void *userdata, struct http_request *request)
{
    (void)userdata;
    if (http_request_header(request, "Accept-Encoding") != NULL ||
        http_request_header(request, "Expect") != NULL)
        http_reply(request, 500, NULL, slice_of("unwanted header"));
    else
        http_reply(request, 202, "text/plain", http_request_body(request));
}

static void post_sends_the_body_and_its_headers(void **state)
{
    struct fixture *f = *state;
    struct http_server *server = NULL;
    assert_int_equal(http_server_new(f->loop, "127.0.0.1", 0, 4 << 20, echo, f, &server), 0);
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct transfer_request request = {.url = url_of("http://localhost:%u/hook", http_server_port(server)),
        .headers = headers,
        .body = slice_of("{\"a\":1}"),
        .max_bytes = 100,
        .timeout_ms = 4000};
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 202, "HTTP 202");
    assert_string_equal(f->body, "{\"a\":1}");
    request.body = slice_of("");
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 202, "HTTP 202");
    char *large = calloc(1, 2 << 20);
    request.body = (struct slice){large, 2 << 20};
    request.max_bytes = 4 << 20;
    run(f, &request);
    assert_reply(f, TRANSFER_DONE, 202, "HTTP 202");
    assert_int_equal(f->body_len, 2 << 20);
    free(large);
    http_server_free(server);
}

static void proxy_variables_are_ignored(void **state)
{
    struct fixture *f = *state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    peer_says(f, reply, strlen(reply), CLOSE);
    struct transfer_request request = get(f);
    run(f, &request);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_reply(f, TRANSFER_DONE, 200, "HTTP 200");
}

static void many_at_once_all_come_back(void **state)
{
    struct fixture *f = *state;
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    peer_says(f, reply, strlen(reply), CLOSE);
    for (int i = 0; i < 40; i++) {
        struct transfer_request request = get(f);
        start(f, &request);
    }
    assert_int_equal(transfers_active(f->transfers), 40);
    turn_until(f, 40);
    assert_int_equal(transfers_active(f->transfers), 0);
    assert_reply(f, TRANSFER_DONE, 200, "HTTP 200");
}

/* ---- what is refused, and what is not reached ---- */

static void hosts_off_the_public_internet_are_refused(void **state)
{
    struct fixture *f = *state;
    transfers_free(f->transfers);
    f->transfers = transfers_new(f->loop, &(struct texts){NULL, 0});
    static const char *const urls[] = {
        "https://127.0.0.1:%u/",
        "https://localhost:%u/",
        "https://2130706433:%u/",
        "https://0x7f000001:%u/",
        "https://0177.0.0.1:%u/",
        "https://127.1:%u/",
        "https://[::1]:%u/",
        "https://[::ffff:127.0.0.1]:%u/",
        "https://0.0.0.0:%u/",
        "https://10.0.0.1:%u/",
        "https://192.168.0.1:%u/",
        "https://169.254.169.254:%u/",
        "https://[64:ff9b::7f00:1]:%u/",
        "https://[fe80::1]:%u/",
    };
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct transfer_request request = {
            .url = url_of(urls[i], f->peer.port), .max_bytes = 10, .timeout_ms = 4000};
        run(f, &request);
        if (f->outcome != TRANSFER_REFUSED)
            fail_msg("%s: %s", urls[i], f->text);
        assert_string_equal(f->text, "address not allowed: not on the public internet");
    }
    assert_int_equal(f->peer.connections, 0);
}

static void urls_that_are_not_https_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const urls[] = {
        "http://example.com/",
        "http://127.0.0.2:%u/",
        "ftp://127.0.0.1:%u/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:%u/",
        "smtp://127.0.0.1:%u/",
        "127.0.0.1:%u",
        "",
        "https://",
        "https:// x/",
        "http://u:p@localhost/",
        "http://u@127.0.0.1/",
        "http://localhost.evil.example/",
        "dict://localhost:%u/x",
        "http://localhost:%u/\r\nX: y",
    };
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct transfer_request request = {
            .url = url_of(urls[i], f->peer.port), .max_bytes = 10, .timeout_ms = 4000};
        run(f, &request);
        if (f->outcome != TRANSFER_REFUSED)
            fail_msg("%s: %d %s", urls[i], (int)f->outcome, f->text);
    }
    assert_int_equal(f->peer.connections, 0);
}

static void headers_that_are_not_one_line_are_refused(void **state)
{
    struct fixture *f = *state;
    char *long_header = calloc(1, 9001);
    memset(long_header, 'a', 9000);
    memcpy(long_header, "X-A: ", 5);
    const char *const bad[] = {"X-A: b\r\nX-C: d", "X-A: b\n", "X-A: b\r", "X-A", "X-A:", "X-A: ", ": b",
        "X A: b", "X-A: \x01", "X-A: \xc3\xa9", "", long_header};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *const headers[] = {"X-Ok: yes", bad[i], NULL};
        struct transfer_request request = get(f);
        request.headers = headers;
        run(f, &request);
        assert_reply(f, TRANSFER_REFUSED, 0, "a header is not one printable line \"Name: value\"");
    }
    free(long_header);
    assert_int_equal(f->peer.connections, 0);
}

static void no_connection_and_no_tls_are_told_apart(void **state)
{
    struct fixture *f = *state;
    struct http_server *server = NULL;
    assert_int_equal(http_server_new(f->loop, "127.0.0.1", 0, 10, echo, f, &server), 0);
    struct transfer_request request = {.url = url_of("https://127.0.0.1:%u/", http_server_port(server)),
        .max_bytes = 10,
        .timeout_ms = 4000};
    run(f, &request);
    assert_reply(f, TRANSFER_TLS, 0, "TLS handshake failed");
    http_server_free(server);
    run(f, &request);
    assert_reply(f, TRANSFER_UNREACHED, 0, "no connection: Connection refused");
}

static void done_may_start_another(void *userdata, const struct transfer_reply *reply)
{
    struct fixture *f = userdata;
    done(f, reply);
    if (f->replies < 3)
        transfer_start(
            f->transfers, &(struct transfer_request){.url = "nonsense"}, done_may_start_another, f);
}

static void refused_at_once_still_ends_in_a_later_turn(void **state)
{
    struct fixture *f = *state;
    transfer_start(f->transfers, &(struct transfer_request){.url = "nonsense"}, done_may_start_another, f);
    assert_int_equal(f->replies, 0);
    loop_turn(f->loop, 1000);
    assert_int_equal(f->replies, 1);
    turn_until(f, 3);
    loop_turn(f->loop, 0);
    assert_int_equal(f->replies, 3);
}

static void freeing_aborts_without_calling_back(void **state)
{
    struct fixture *f = *state;
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    peer_says(f, reply, strlen(reply), HANG);
    struct transfer_request request = get(f);
    start(f, &request);
    while (f->peer.heard[0] == '\0')
        loop_turn(f->loop, 100);
    loop_turn(f->loop, 20);
    start(f, &request);
    request.url = "nonsense";
    start(f, &request);
    transfers_free(f->transfers);
    f->transfers = NULL;
    loop_turn(f->loop, 20);
    assert_int_equal(f->replies, 0);
    transfers_free(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        CASE(framing_decides_whether_the_body_is_whole),
        CASE(gzip_body_is_decoded_and_its_trailer_demanded),
        CASE(body_over_the_maximum_is_stopped),
        CASE(body_that_stalls_ends_at_the_time_out),
        CASE(redirect_is_reported_and_not_followed),
        CASE(validators_and_retry_after_are_noted),
        CASE(retry_after_may_be_a_date),
        CASE(post_sends_the_body_and_its_headers),
        CASE(proxy_variables_are_ignored),
        CASE(many_at_once_all_come_back),
        CASE(hosts_off_the_public_internet_are_refused),
        CASE(urls_that_are_not_https_are_refused),
        CASE(headers_that_are_not_one_line_are_refused),
        CASE(no_connection_and_no_tls_are_told_apart),
        CASE(refused_at_once_still_ends_in_a_later_turn),
        CASE(freeing_aborts_without_calling_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
