/* What the tests of transfers share: a peer that says what it is told, right or wrong, and a fixture with a
 * loop, a server, a mail sink and one pool of transfers. Included by tests only, each with a copy of its own.
 */
#ifndef TESTS_TRANSFER_PEERS_H
#define TESTS_TRANSFER_PEERS_H

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

#pragma GCC diagnostic ignored "-Wunused-function" /* no test needs them all */

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

#endif
