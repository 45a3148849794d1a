/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock daemon/base/log daemon/base/str daemon/io/address daemon/io/http daemon/io/inflate daemon/io/loop daemon/io/mail_address daemon/io/mailroom daemon/io/smtp_sink daemon/io/thread daemon/io/transfer daemon/io/transfer_feed daemon/io/transfer_handle daemon/io/transfer_result daemon/io/wire_text */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "io/http.h"
#include "io/smtp_sink.h"
#include "io/transfer.h"

enum { STREAMS_MAX = 64, TEXT_MAX = 64 * 1024 };

/* ---- a peer that says what it is told, right or wrong ---- */

enum ending { CLOSE, HANG };

struct peer {
    struct evconnlistener *listener;
    uint16_t port;
    /* HTTP: the bytes that answer a request, and what then. */
    const void *reply;
    size_t len;
    enum ending ending;
    /* SMTP: the answer to each verb; 250 where there is none. */
    const char *greeting;
    const struct answer {
        const char *verb, *line;
    } * script;
    bool in_text;
    int64_t text_delay_ms; /* before the answer to the final dot */
    struct event *delayed;
    struct bufferevent *waiting;

    struct bufferevent *streams[STREAMS_MAX];
    size_t connections;
    char heard[TEXT_MAX];
};

static void hear(struct peer *peer, struct bufferevent *stream)
{
    size_t len = strlen(peer->heard);
    int n = evbuffer_remove(bufferevent_get_input(stream), peer->heard + len, TEXT_MAX - 1 - len);
    peer->heard[len + (n > 0 ? (size_t)n : 0)] = '\0';
}

static void on_sent(struct bufferevent *stream, void *userdata)
{
    struct peer *peer = userdata;
    if (peer->ending == CLOSE)
        shutdown(bufferevent_getfd(stream), SHUT_RDWR);
}

static void on_http(struct bufferevent *stream, void *userdata)
{
    struct peer *peer = userdata;
    hear(peer, stream);
    if (strstr(peer->heard, "\r\n\r\n") == NULL)
        return;
    bufferevent_setcb(stream, NULL, on_sent, NULL, peer);
    if (peer->len == 0)
        shutdown(bufferevent_getfd(stream), SHUT_RDWR);
    bufferevent_write(stream, peer->reply, peer->len);
}

static void say(struct bufferevent *stream, const char *line)
{
    evbuffer_add_printf(bufferevent_get_output(stream), "%s\r\n", line);
}

static const char *answer_to(const struct peer *peer, const char *line)
{
    for (const struct answer *a = peer->script; a != NULL && a->verb != NULL; a++)
        if (strncasecmp(line, a->verb, strlen(a->verb)) == 0)
            return a->line;
    return strncasecmp(line, "DATA", 4) == 0 ? "354 go on" : "250 ok";
}

static void on_delayed(evutil_socket_t fd, short what, void *userdata)
{
    (void)fd;
    (void)what;
    struct peer *peer = userdata;
    say(peer->waiting, answer_to(peer, "."));
}

static void on_smtp_line(struct peer *peer, struct bufferevent *stream, const char *line)
{
    if (peer->in_text && strcmp(line, ".") != 0)
        return;
    const char *answer = answer_to(peer, line);
    if (peer->in_text && peer->text_delay_ms > 0) {
        struct timeval delay = {.tv_usec = peer->text_delay_ms * 1000};
        peer->waiting = stream;
        evtimer_add(peer->delayed, &delay);
    } else if (answer[0] != '\0') {
        say(stream, answer);
    }
    peer->in_text = strncmp(answer, "354", 3) == 0;
}

static void on_smtp(struct bufferevent *stream, void *userdata)
{
    struct peer *peer = userdata;
    char *line;
    while ((line = evbuffer_readln(bufferevent_get_input(stream), NULL, EVBUFFER_EOL_CRLF_STRICT)) != NULL) {
        size_t len = strlen(peer->heard);
        snprintf(peer->heard + len, TEXT_MAX - len, "%s\r\n", line);
        on_smtp_line(peer, stream, line);
        free(line);
    }
}

static void on_accept(
    struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *userdata)
{
    (void)address;
    (void)len;
    struct peer *peer = userdata;
    struct event_base *base = evconnlistener_get_base(listener);
    struct bufferevent *stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    assert_true(peer->connections < STREAMS_MAX);
    peer->streams[peer->connections++] = stream;
    bufferevent_setcb(stream, peer->greeting != NULL ? on_smtp : on_http, NULL, NULL, peer);
    bufferevent_enable(stream, EV_READ | EV_WRITE);
    if (peer->greeting != NULL)
        say(stream, peer->greeting);
}

static void peer_init(struct peer *peer, struct loop *loop)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *peer = (struct peer){0};
    peer->listener = evconnlistener_new_bind(loop_base(loop), on_accept, peer, LEV_OPT_CLOSE_ON_FREE, 16,
        (struct sockaddr *)&address, sizeof(address));
    assert_non_null(peer->listener);
    getsockname(evconnlistener_get_fd(peer->listener), (struct sockaddr *)&address, &len);
    peer->port = ntohs(address.sin_port);
    peer->delayed = evtimer_new(loop_base(loop), on_delayed, peer);
}

static void peer_deinit(struct peer *peer)
{
    for (size_t i = 0; i < peer->connections; i++)
        bufferevent_free(peer->streams[i]);
    evconnlistener_free(peer->listener);
    event_free(peer->delayed);
}

/* ---- fixture ---- */

struct fixture {
    struct loop *loop;
    struct transfers *transfers;
    struct peer peer;
    /* The newest reply, copied. */
    int replies;
    enum transfer_outcome outcome;
    long status;
    int64_t retry_after_s;
    char text[256], etag[64], last_modified[64];
    char body[2048]; /* its beginning */
    size_t body_len;
    bool starting; /* inside transfer_start */
    int64_t longest_turn_ms;
    /* What the sink got. */
    int mails;
    char mail[TEXT_MAX];
};

static int setup(void **state)
{
    static struct fixture f;
    static const char *const plain[] = {"localhost", "127.0.0.1"};
    memset(&f, 0, sizeof(f));
    f.loop = loop_new();
    f.transfers = transfers_new(f.loop, &(struct texts){plain, 2});
    peer_init(&f.peer, f.loop);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    transfers_free(f->transfers);
    peer_deinit(&f->peer);
    loop_free(f->loop);
    return 0;
}

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from != NULL ? from : "-");
}

static void done(void *userdata, const struct transfer_reply *reply)
{
    struct fixture *f = userdata;
    assert_false(f->starting);
    f->replies++;
    f->outcome = reply->outcome;
    f->status = reply->status;
    f->retry_after_s = reply->retry_after_s;
    copy(f->text, sizeof(f->text), reply->text);
    copy(f->etag, sizeof(f->etag), reply->etag);
    copy(f->last_modified, sizeof(f->last_modified), reply->last_modified);
    f->body_len = reply->body.len;
    snprintf(f->body, sizeof(f->body), "%.*s", reply->body.len < 2000 ? (int)reply->body.len : 2000,
        reply->body.len > 0 ? reply->body.data : "");
    assert_null(strpbrk(f->text, "\r\n"));
    assert_null(strstr(f->text, "://"));
}

static void start(struct fixture *f, const struct transfer_request *request)
{
    f->starting = true;
    transfer_start(f->transfers, request, done, f);
    f->starting = false;
}

static void turn_until(struct fixture *f, int replies)
{
    int64_t begin = clock_monotonic_ms();
    while (f->replies < replies) {
        int64_t before = clock_monotonic_ms();
        loop_turn(f->loop, 10);
        int64_t took = clock_monotonic_ms() - before;
        f->longest_turn_ms = took > f->longest_turn_ms ? took : f->longest_turn_ms;
        if (clock_monotonic_ms() - begin > 5000)
            fail_msg("no reply after 5 s");
    }
}

static void run(struct fixture *f, const struct transfer_request *request)
{
    int before = f->replies;
    start(f, request);
    assert_int_equal(transfers_active(f->transfers), 1);
    turn_until(f, before + 1);
    assert_int_equal(transfers_active(f->transfers), 0);
}

static const char *url_of(const char *format, unsigned port)
{
    static char url[200];
    snprintf(url, sizeof(url), format, port);
    return url;
}

static struct transfer_request get(struct fixture *f)
{
    return (struct transfer_request){.url = url_of("http://127.0.0.1:%u/data?key=secret", f->peer.port),
        .max_bytes = 1 << 20,
        .timeout_ms = 4000};
}

static void peer_says(struct fixture *f, const void *reply, size_t len, enum ending ending)
{
    f->peer.heard[0] = '\0';
    f->peer.reply = reply;
    f->peer.len = len;
    f->peer.ending = ending;
}

static void assert_reply(struct fixture *f, enum transfer_outcome outcome, long status, const char *text)
{
    assert_string_equal(f->text, text);
    assert_int_equal(f->outcome, outcome);
    assert_int_equal(f->status, status);
}

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

/* ---- mail ---- */

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
    for (int i = 0; i < 25; i++)
        start(f, &request);
    turn_until(f, 25);
    assert_int_equal(f->mails, 25);
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
    assert_reply(f, TRANSFER_TIMEOUT, 354, "timed out");
    f->peer.in_text = false;
    f->peer.script = mute;
    int64_t begin = clock_monotonic_ms();
    run(f, &request);
    assert_reply(f, TRANSFER_TIMEOUT, 354, "timed out");
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
        CASE(mail_arrives_as_multipart_alternative),
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
