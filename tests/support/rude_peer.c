#include "tests/support/rude_peer.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { STREAMS_MAX = 8, DRIP_MS = 20, LATE_MS = 100, LARGE = 1024 * 1024 };

struct rude_peer {
    struct evconnlistener *listener;
    uint16_t port;
    const char *where, *answer;
    struct bufferevent *streams[STREAMS_MAX];
    struct bufferevent *stream; /* the newest */
    int connections;
    bool lost;
    bool in_text; /* SMTP: the mail itself */
    bool dead;    /* closed, or silent from now on */
    struct event *timer;
    const char *drip; /* what goes out byte by byte; "" for ever more zeroes */
};

/* ---- what every peer can do ---- */

static void put(struct rude_peer *peer, const char *text)
{
    bufferevent_write(peer->stream, text, strlen(text));
}

static void put_many(struct rude_peer *peer, char byte, size_t n)
{
    char *bytes = malloc(n);
    memset(bytes, byte, n);
    bufferevent_write(peer->stream, bytes, n);
    free(bytes);
}

/* A reset instead of an end: what lies in the buffers is lost. */
static void hang_up(struct rude_peer *peer, bool reset)
{
    int fd = bufferevent_getfd(peer->stream);
    peer->dead = true;
    if (!reset) {
        shutdown(fd, SHUT_RDWR);
        return;
    }
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    for (int i = 0; i < STREAMS_MAX; i++)
        if (peer->streams[i] == peer->stream)
            peer->streams[i] = NULL;
    bufferevent_free(peer->stream);
    peer->stream = NULL;
}

static void on_timer(evutil_socket_t fd, short what, void *userdata)
{
    struct rude_peer *peer = userdata;
    struct timeval next = {.tv_usec = DRIP_MS * 1000};
    (void)fd, (void)what;
    if (peer->stream == NULL)
        return;
    if (peer->drip == NULL) { /* it was late, that is all */
        put(peer, "250 taken\r\n");
        return;
    }
    bufferevent_write(peer->stream, *peer->drip != '\0' ? peer->drip++ : "0", 1);
    evtimer_add(peer->timer, &next);
}

static void later(struct rude_peer *peer, const char *drip, int ms)
{
    struct timeval wait = {.tv_usec = ms * 1000};
    peer->drip = drip;
    evtimer_add(peer->timer, &wait);
}

static void on_flushed(struct bufferevent *stream, void *userdata)
{
    struct rude_peer *peer = userdata;
    if (stream == peer->stream && !peer->dead)
        hang_up(peer, false);
}

static void on_flushed_reset(struct bufferevent *stream, void *userdata)
{
    struct rude_peer *peer = userdata;
    if (stream == peer->stream && !peer->dead)
        hang_up(peer, true);
}

static void end_after(struct rude_peer *peer, bool reset)
{
    bufferevent_setcb(peer->stream, NULL, reset ? on_flushed_reset : on_flushed, NULL, peer);
}

/* ---- HTTP ---- */

static bool is(const struct rude_peer *peer, const char *name)
{
    return strncmp(peer->answer, name, strlen(name)) == 0;
}

static void put_status(struct rude_peer *peer, const char *headers)
{
    const char *digits = strchr(peer->answer, ' ');
    char head[300];
    snprintf(head, sizeof head, "HTTP/1.1 %.3s Said\r\n%s", digits != NULL ? digits + 1 : "200", headers);
    put(peer, head);
}

/* `status 429 Retry-After: 120` */
static void say_status(struct rude_peer *peer)
{
    char headers[300];
    const char *header = strlen(peer->answer) > 11 ? peer->answer + 11 : NULL;
    snprintf(headers, sizeof headers, "Content-Length: 0\r\nConnection: close\r\n%s%s\r\n",
        header != NULL ? header : "", header != NULL ? "\r\n" : "");
    put_status(peer, headers);
    end_after(peer, false);
}

/* What is broken after the status. */
static bool say_body(struct rude_peer *peer)
{
    if (is(peer, "short-body") || is(peer, "hang-body") || is(peer, "drip-body") || is(peer, "reset-body")) {
        put_status(peer, "Content-Length: 1000\r\n\r\nabc");
        if (is(peer, "drip-body"))
            later(peer, "", DRIP_MS);
        else if (!is(peer, "hang-body"))
            end_after(peer, is(peer, "reset-body"));
    } else if (is(peer, "bad-chunk")) {
        put_status(peer, "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n");
        end_after(peer, false);
    } else if (is(peer, "endless-chunks")) {
        put_status(peer, "Transfer-Encoding: chunked\r\n\r\n100000\r\n");
        put_many(peer, 'x', LARGE);
    } else if (is(peer, "large-body")) {
        put_status(peer, "Content-Length: 104857600\r\n\r\n");
        put_many(peer, 'x', LARGE);
    } else if (is(peer, "gzip")) {
        put_status(peer, "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc");
    } else if (is(peer, "two-answers")) {
        put_status(peer, "Content-Length: 0\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    } else if (is(peer, "early-hints") || is(peer, "continue")) {
        put(peer, is(peer, "continue") ? "HTTP/1.1 100 Continue\r\n\r\n"
                                       : "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
        put_status(peer, "\r\n");
    } else {
        return false;
    }
    return true;
}

/* What is no answer at all. */
static void say_no_status(struct rude_peer *peer)
{
    if (is(peer, "close") || is(peer, "reset"))
        hang_up(peer, is(peer, "reset"));
    else if (is(peer, "hang"))
        peer->dead = true;
    else if (is(peer, "drip-head "))
        later(peer, "HTTP/1.1 200 OK\r\nX: ", DRIP_MS);
    else if (is(peer, "half-head"))
        put(peer, "HTTP/1.1 200 OK\r\nContent-Le"), end_after(peer, false);
    else if (is(peer, "garbage"))
        bufferevent_write(peer->stream, "\x00\xff\x01 nothing\r\n\r\n", 14), end_after(peer, false);
    else if (is(peer, "smtp-banner"))
        put(peer, "220 mail.example ESMTP\r\n"), end_after(peer, false);
    else if (is(peer, "zeroes"))
        put_many(peer, '\0', 4096), end_after(peer, false);
    else if (is(peer, "tls-alert"))
        bufferevent_write(peer->stream, "\x15\x03\x01\x00\x02\x02\x28", 7), end_after(peer, false);
    else if (is(peer, "large-head"))
        put(peer, "HTTP/1.1 200 OK\r\nX: "), put_many(peer, 'x', LARGE), end_after(peer, false);
    else if (is(peer, "status-000"))
        put(peer, "HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n"), end_after(peer, false);
    else if (is(peer, "no-version"))
        put(peer, "200 OK\r\n\r\n"), end_after(peer, false);
    else
        peer->lost = true;
}

/* Somebody wants TLS of a server that has none. */
static bool is_hello(struct evbuffer *input)
{
    enum { TLS_HANDSHAKE = 0x16 };
    unsigned char first = 0;
    return evbuffer_copyout(input, &first, 1) == 1 && first == TLS_HANDSHAKE;
}

static void on_request(struct bufferevent *stream, void *userdata)
{
    struct rude_peer *peer = userdata;
    struct evbuffer *input = bufferevent_get_input(stream);
    if (stream == peer->stream && !peer->dead && is_hello(input)) {
        put(peer, "HTTP/1.1 400 Speak HTTP\r\nConnection: close\r\n\r\n");
        end_after(peer, false);
        return;
    }
    if (peer->dead || stream != peer->stream || evbuffer_search(input, "\r\n\r\n", 4, NULL).pos < 0)
        return;
    evbuffer_drain(input, evbuffer_get_length(input));
    if (is(peer, "status "))
        say_status(peer);
    else if (is(peer, "url "))
        put(peer, "HTTP/1.1 204 Fine\r\n\r\n");
    else if (!say_body(peer))
        say_no_status(peer);
}

/* ---- SMTP ---- */

static const struct {
    const char *step, *verb;
} steps[] = {{"hello", "EHLO"}, {"hello", "HELO"}, {"auth", "AUTH"}, {"sender", "MAIL"},
    {"recipient", "RCPT"}, {"data", "DATA"}};

static const char *step_of(const struct rude_peer *peer, const char *line)
{
    if (peer->in_text)
        return "text";
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strncasecmp(line, steps[i].verb, 4) == 0)
            return steps[i].step;
    return "";
}

/* The answer that the case is about. */
static void say_rude(struct rude_peer *peer)
{
    char line[80];
    if (is(peer, "hang"))
        peer->dead = true;
    else if (is(peer, "close") || is(peer, "reset"))
        hang_up(peer, is(peer, "reset"));
    else if (is(peer, "garbage"))
        put(peer, "\x01\xff hello?\r\n"), end_after(peer, false);
    else if (is(peer, "large"))
        put(peer, "250-"), put_many(peer, 'x', LARGE), end_after(peer, false);
    else if (is(peer, "drip"))
        later(peer, "250-", DRIP_MS), peer->dead = true;
    else if (is(peer, "late-250"))
        later(peer, NULL, LATE_MS);
    else if (is(peer, "250-then-"))
        put(peer, "250 taken\r\n"), peer->dead = true;
    else if (is(peer, "multiline-"))
        snprintf(line, sizeof line, "%.3s-one\r\n%.3s-two\r\n%.3s three\r\n", peer->answer + 10,
            peer->answer + 10, peer->answer + 10),
            put(peer, line);
    else if (peer->answer[0] >= '2' && peer->answer[0] <= '5')
        snprintf(line, sizeof line, "%.3s 4.7.1 said\r\n", peer->answer), put(peer, line);
    else
        peer->lost = true;
    if (is(peer, "250-then-reset"))
        end_after(peer, true);
}

static void say_politely(struct rude_peer *peer, const char *step, const char *line)
{
    if (strcmp(peer->answer, "ehlo-502") == 0 && strncasecmp(line, "EHLO", 4) == 0)
        put(peer, "502 what?\r\n");
    else if (strcmp(step, "hello") == 0)
        put(peer, strcmp(peer->where, "auth") == 0 ? "250-hi\r\n250 AUTH PLAIN\r\n" : "250 hi\r\n");
    else if (strcmp(step, "data") == 0)
        put(peer, "354 go on\r\n");
    else if (strncasecmp(line, "QUIT", 4) == 0)
        put(peer, "221 bye\r\n");
    else
        put(peer, "250 ok\r\n");
}

static void on_smtp_line(struct rude_peer *peer, const char *line)
{
    const char *step = step_of(peer, line);
    if (peer->dead || (peer->in_text && strcmp(line, ".") != 0))
        return;
    peer->in_text = false;
    if (strcmp(step, peer->where) == 0 && !is(peer, "ehlo-502")) {
        say_rude(peer);
        return;
    }
    say_politely(peer, step, line);
    peer->in_text = strcmp(step, "data") == 0;
}

static void on_smtp(struct bufferevent *stream, void *userdata)
{
    struct rude_peer *peer = userdata;
    char *line;
    while (stream == peer->stream &&
           (line = evbuffer_readln(bufferevent_get_input(stream), NULL, EVBUFFER_EOL_CRLF_STRICT)) != NULL) {
        on_smtp_line(peer, line);
        free(line);
    }
}

/* ---- both ---- */

static void greet(struct rude_peer *peer)
{
    if (strcmp(peer->where, "greeting") == 0)
        say_rude(peer);
    else
        put(peer, "220 mail.example ESMTP\r\n");
}

static void on_accept(
    struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *userdata)
{
    struct rude_peer *peer = userdata;
    bool http = strcmp(peer->where, "http") == 0;
    (void)address, (void)len;
    peer->stream = bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
    peer->streams[peer->connections++ % STREAMS_MAX] = peer->stream;
    bufferevent_setcb(peer->stream, http ? on_request : on_smtp, NULL, NULL, peer);
    bufferevent_enable(peer->stream, EV_READ | EV_WRITE);
    if (!http)
        greet(peer);
    else if (strstr(peer->answer, "-at-once") != NULL)
        say_no_status(peer);
}

struct rude_peer *rude_peer_new(struct loop *loop, const char *where, const char *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    struct rude_peer *peer = calloc(1, sizeof *peer);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer->where = where;
    peer->answer = answer;
    peer->listener = evconnlistener_new_bind(loop_base(loop), on_accept, peer, LEV_OPT_CLOSE_ON_FREE, 16,
        (struct sockaddr *)&address, sizeof address);
    peer->timer = evtimer_new(loop_base(loop), on_timer, peer);
    getsockname(evconnlistener_get_fd(peer->listener), (struct sockaddr *)&address, &len);
    peer->port = ntohs(address.sin_port);
    return peer;
}

void rude_peer_free(struct rude_peer *peer)
{
    for (int i = 0; i < STREAMS_MAX; i++)
        if (peer->streams[i] != NULL)
            bufferevent_free(peer->streams[i]);
    evconnlistener_free(peer->listener);
    event_free(peer->timer);
    free(peer);
}

uint16_t rude_peer_port(const struct rude_peer *peer)
{
    return peer->port;
}

int rude_peer_connections(const struct rude_peer *peer)
{
    return peer->connections;
}

int rude_peer_is_lost(const struct rude_peer *peer)
{
    return peer->lost;
}
