#include "io/smtp_sink.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"

enum {
    CONNECTIONS_MAX = 64,
    COMMAND_MAX = 512, /* RFC 5321, 4.5.3.1.4, with CR LF */
    LINE_MAX_BYTES = 64 * 1024,
    MESSAGE_MAX = 1024 * 1024,
    RECIPIENTS_MAX = 100, /* RFC 5321, 4.5.3.1.8 */
    SILENCE_S = 30,
};

struct smtp_sink {
    struct event_base *base;
    struct evconnlistener *listener;
    uint16_t port;
    smtp_sink_fn *message;
    void *userdata;
    LIST_HEAD(, session) sessions;
    int connected;
};

/* One connection, and the mail transaction under way in it. */
struct session {
    LIST_ENTRY(session) link;
    struct smtp_sink *sink;
    struct bufferevent *stream;
    struct arena texts; /* of the transaction: from, to */
    const char *from;
    const char *to[RECIPIENTS_MAX];
    size_t recipients;
    bool in_data, too_large, quitting;
    struct buf data;
};

static void reply(struct session *session, const char *line)
{
    evbuffer_add_printf(bufferevent_get_output(session->stream), "%s\r\n", line);
}

static void transaction_reset(struct session *session)
{
    arena_deinit(&session->texts);
    session->from = NULL;
    session->recipients = 0;
    session->in_data = session->too_large = false;
    buf_clear(&session->data);
}

static void session_free(struct session *session)
{
    LIST_REMOVE(session, link);
    session->sink->connected--;
    bufferevent_free(session->stream);
    arena_deinit(&session->texts);
    buf_deinit(&session->data);
    alloc_free(session);
}

/* ---- commands ---- */

/* What stands between '<' and '>' after the keyword, or NULL. Parameters behind it (SIZE=, BODY=) are not
 * looked at. */
static const char *path_argument(struct session *session, const char *argument, const char *keyword)
{
    size_t n = strlen(keyword);
    if (strncasecmp(argument, keyword, n) != 0)
        return NULL;
    const char *open = argument + n + strspn(argument + n, " ");
    const char *close = strchr(open, '>');
    if (*open != '<' || close == NULL)
        return NULL;
    return arena_strndup(&session->texts, open + 1, (size_t)(close - open - 1));
}

static void on_hello(struct session *session, const char *argument)
{
    (void)argument;
    transaction_reset(session);
    reply(session, "250 tdwatch");
}

static void on_ehlo(struct session *session, const char *argument)
{
    (void)argument;
    transaction_reset(session);
    reply(session, "250-tdwatch");
    reply(session, "250-8BITMIME");
    reply(session, "250 SIZE 1048576");
}

static void on_mail(struct session *session, const char *argument)
{
    if (session->from != NULL) {
        reply(session, "503 5.5.1 a mail is under way");
        return;
    }
    session->from = path_argument(session, argument, "FROM:");
    reply(session, session->from != NULL ? "250 2.1.0 ok" : "501 5.5.4 expected MAIL FROM:<address>");
}

static void on_rcpt(struct session *session, const char *argument)
{
    if (session->from == NULL) {
        reply(session, "503 5.5.1 MAIL first");
        return;
    }
    if (session->recipients == RECIPIENTS_MAX) {
        reply(session, "452 4.5.3 too many recipients");
        return;
    }
    const char *to = path_argument(session, argument, "TO:");
    if (to == NULL || to[0] == '\0') {
        reply(session, "501 5.5.4 expected RCPT TO:<address>");
        return;
    }
    session->to[session->recipients++] = to;
    reply(session, "250 2.1.5 ok");
}

static void on_data(struct session *session, const char *argument)
{
    (void)argument;
    if (session->recipients == 0) {
        reply(session, "503 5.5.1 RCPT first");
        return;
    }
    session->in_data = true;
    reply(session, "354 end with <CRLF>.<CRLF>");
}

static void on_reset(struct session *session, const char *argument)
{
    (void)argument;
    transaction_reset(session);
    reply(session, "250 2.0.0 ok");
}

static void on_noop(struct session *session, const char *argument)
{
    (void)argument;
    reply(session, "250 2.0.0 ok");
}

static void on_quit(struct session *session, const char *argument)
{
    (void)argument;
    reply(session, "221 2.0.0 bye");
    session->quitting = true;
}

static const struct {
    const char *verb;
    void (*handle)(struct session *session, const char *argument);
} COMMANDS[] = {
    {"EHLO", on_ehlo},
    {"HELO", on_hello},
    {"MAIL", on_mail},
    {"RCPT", on_rcpt},
    {"DATA", on_data},
    {"RSET", on_reset},
    {"NOOP", on_noop},
    {"QUIT", on_quit},
};

static void handle_command(struct session *session, const char *line)
{
    size_t n = strcspn(line, " ");
    const char *argument = line + n + strspn(line + n, " ");
    for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
        if (n == 4 && strncasecmp(line, COMMANDS[i].verb, n) == 0) {
            COMMANDS[i].handle(session, argument);
            return;
        }
    }
    reply(session, "500 5.5.2 command not known");
}

/* ---- message text ---- */

static void finish_message(struct session *session)
{
    struct slice data = {buf_text(&session->data), session->data.len};
    if (session->too_large) {
        reply(session, "552 5.3.4 message too large");
    } else {
        for (size_t i = 0; i < session->recipients; i++)
            session->sink->message(session->sink->userdata, session->from, session->to[i], data);
        reply(session, "250 2.0.0 taken");
    }
    transaction_reset(session);
}

static void handle_text(struct session *session, const char *line, size_t len)
{
    if (len == 1 && line[0] == '.') {
        finish_message(session);
        return;
    }
    /* The sender doubled a leading dot (RFC 5321, 4.5.2). */
    size_t skip = len > 0 && line[0] == '.' ? 1 : 0;
    if (buf_append(&session->data, line + skip, len - skip) < 0 || buf_puts(&session->data, "\r\n") < 0)
        session->too_large = true;
}

/* ---- connections ---- */

/* Handles one line if it is there. Whether to look for another. */
static bool handle_line(struct session *session)
{
    struct evbuffer *input = bufferevent_get_input(session->stream);
    size_t max = session->in_data ? LINE_MAX_BYTES : COMMAND_MAX;
    size_t len;
    /* Strict: a lone LF is text, not the end of a line, or mail could be smuggled in as "\n.\n". */
    char *line = evbuffer_readln(input, &len, EVBUFFER_EOL_CRLF_STRICT);
    if (line == NULL && evbuffer_get_length(input) < max)
        return false;
    if (line == NULL || len + 2 > max) {
        reply(session, "500 5.5.6 line too long");
        session->quitting = true;
    } else if (session->in_data) {
        handle_text(session, line, len);
    } else {
        handle_command(session, line);
    }
    alloc_free(line);
    return !session->quitting;
}

static void on_readable(struct bufferevent *stream, void *userdata)
{
    struct session *session = userdata;
    while (handle_line(session))
        ;
    if (session->quitting)
        bufferevent_disable(stream, EV_READ);
}

static void on_written(struct bufferevent *stream, void *userdata)
{
    (void)stream;
    struct session *session = userdata;
    if (session->quitting)
        session_free(session);
}

static void on_ended(struct bufferevent *stream, short what, void *userdata)
{
    (void)stream;
    (void)what;
    session_free(userdata);
}

static void on_accepted(
    struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *userdata)
{
    (void)listener;
    (void)address;
    (void)len;
    struct smtp_sink *sink = userdata;
    struct bufferevent *stream = sink->connected < CONNECTIONS_MAX
                                     ? bufferevent_socket_new(sink->base, fd, BEV_OPT_CLOSE_ON_FREE)
                                     : NULL;
    if (stream == NULL) {
        evutil_closesocket(fd);
        return;
    }
    struct session *session = alloc_zeroed(1, sizeof(*session));
    session->sink = sink;
    session->stream = stream;
    buf_init(&session->data, MESSAGE_MAX);
    LIST_INSERT_HEAD(&sink->sessions, session, link);
    sink->connected++;
    struct timeval silence = {.tv_sec = SILENCE_S};
    bufferevent_setcb(stream, on_readable, on_written, on_ended, session);
    bufferevent_set_timeouts(stream, &silence, &silence);
    bufferevent_setwatermark(stream, EV_READ, 0, 2 * LINE_MAX_BYTES);
    bufferevent_enable(stream, EV_READ | EV_WRITE);
    reply(session, "220 tdwatch sink");
}

int smtp_sink_new(
    struct loop *loop, uint16_t port, smtp_sink_fn *message, void *userdata, struct smtp_sink **ret_sink)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t len = sizeof(address);
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    struct smtp_sink *sink = alloc_zeroed(1, sizeof(*sink));
    sink->base = loop_base(loop);
    sink->message = message;
    sink->userdata = userdata;
    errno = 0;
    sink->listener = evconnlistener_new_bind(sink->base, on_accepted, sink, flags, CONNECTIONS_MAX,
        (const struct sockaddr *)&address, sizeof(address));
    if (sink->listener == NULL ||
        getsockname(evconnlistener_get_fd(sink->listener), (struct sockaddr *)&address, &len) < 0) {
        int r = errno != 0 ? -errno : -EIO;
        smtp_sink_free(sink);
        return r;
    }
    sink->port = ntohs(address.sin_port);
    *ret_sink = sink;
    return 0;
}

uint16_t smtp_sink_port(const struct smtp_sink *sink)
{
    return sink->port;
}

void smtp_sink_free(struct smtp_sink *sink)
{
    if (sink == NULL)
        return;
    while (!LIST_EMPTY(&sink->sessions))
        session_free(LIST_FIRST(&sink->sessions));
    if (sink->listener != NULL)
        evconnlistener_free(sink->listener);
    alloc_free(sink);
}
