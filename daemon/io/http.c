#include "io/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "io/address.h"
#include "io/login.h"

enum {
    CONNECTIONS_MAX = 64,
    HEADERS_MAX = 8 * 1024,
    REQUEST_MS = 10 * 1000, /* from accept to the end of the reply; there is one request per connection */
    DEFERRED_MS = 5 * 60 * 1000, /* the engine may be at a large payload */
    BACKLOG = 128,
    SWEEP_MS = 100,
};

/* evhttp 2.1 counts no connections, and its time-out starts anew with each byte read. So we hold a reference
 * of our own on each connection's bufferevent: evhttp clears the callbacks when it lets go, which the sweep
 * sees, and until then the descriptor cannot have become another connection's, so that shutting it down at
 * its deadline is safe. */
struct connection {
    LIST_ENTRY(connection) link;
    struct bufferevent *stream;
    int64_t deadline_ms;
};

struct http_server {
    struct loop *loop;
    struct event_base *base; /* its */
    struct evhttp *evhttp;
    struct evconnlistener *listener; /* the evhttp's */
    struct event *sweep;
    LIST_HEAD(, connection) connections;
    int connected;
    char *path;                     /* of the Unix socket, or NULL */
    char address[INET6_ADDRSTRLEN]; /* else */
    uint16_t port;
    http_handler_fn *handler;
    void *userdata;
};

struct http_request {
    struct http_server *server;
    struct evhttp_request *evhttp; /* lives until it is answered, see evhttp_connection_fail_ */
    const char *method;
    char *path; /* from evhttp's malloc */
    char login[LOGIN_SIZE];
    bool replied, deferred;
};

/* ---- connections ---- */

static bool let_go(const struct connection *connection)
{
    void *owner;
    bufferevent_getcb(connection->stream, NULL, NULL, NULL, &owner);
    return owner == NULL;
}

static void forget(struct http_server *server, struct connection *connection)
{
    LIST_REMOVE(connection, link);
    server->connected--;
    bufferevent_decref(connection->stream);
    alloc_free(connection);
}

static void sweep(struct http_server *server)
{
    int64_t now = clock_monotonic_ms();
    struct connection *next;
    for (struct connection *c = LIST_FIRST(&server->connections); c != NULL; c = next) {
        next = LIST_NEXT(c, link);
        if (let_go(c))
            forget(server, c);
        else if (now >= c->deadline_ms)
            shutdown(bufferevent_getfd(c->stream), SHUT_RDWR); /* evhttp reads the end and lets go */
    }
    if (server->connected < CONNECTIONS_MAX)
        evconnlistener_enable(server->listener);
}

static void schedule_sweep(struct http_server *server)
{
    struct timeval wait = {.tv_usec = SWEEP_MS * 1000};
    if (server->connected > 0)
        evtimer_add(server->sweep, &wait);
}

static void on_sweep(evutil_socket_t fd, short what, void *userdata)
{
    (void)fd;
    (void)what;
    struct http_server *server = userdata;
    sweep(server);
    schedule_sweep(server);
}

/* evhttp asks for a bufferevent for each connection it has accepted. */
static struct bufferevent *on_accepted(struct event_base *base, void *userdata)
{
    struct http_server *server = userdata;
    sweep(server);
    struct bufferevent *stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (stream == NULL)
        return NULL;
    bufferevent_incref(stream);
    struct connection *connection = alloc_zeroed(1, sizeof(*connection));
    connection->stream = stream;
    connection->deadline_ms = clock_monotonic_ms() + REQUEST_MS;
    LIST_INSERT_HEAD(&server->connections, connection, link);
    server->connected++;
    if (server->connected >= CONNECTIONS_MAX)
        evconnlistener_disable(server->listener); /* the rest waits in the kernel's backlog */
    if (!evtimer_pending(server->sweep, NULL))
        schedule_sweep(server);
    return stream;
}

/* ---- requests ---- */

/* How often the header occurs, and its last value. */
static int count_header(struct evhttp_request *request, const char *name, const char **ret_value)
{
    int n = 0;
    struct evkeyval *header;
    TAILQ_FOREACH(header, evhttp_request_get_input_headers(request), next)
    {
        if (strcasecmp(header->key, name) != 0)
            continue;
        *ret_value = header->value;
        n++;
    }
    return n;
}

/* Whether the Host names this server: a page of another site that resolves to 127.0.0.1 (DNS rebinding) sends
 * its own name. */
static bool host_is_ours(const struct http_server *server, const char *host)
{
    const char *const formats[] = {"%s:%u", "[%s]:%u"};
    const char *const names[] = {server->address, "localhost"};
    bool ipv6 = strchr(server->address, ':') != NULL;
    for (int i = 0; i < 2; i++) {
        char ours[INET6_ADDRSTRLEN + 16];
        evutil_snprintf(ours, sizeof(ours), formats[i == 0 && ipv6], names[i], server->port);
        if (strcasecmp(host, ours) == 0)
            return true;
    }
    return false;
}

/* 0, or the status that refuses the request. These are what evhttp 2.1.12 lets through. */
static int judge(const struct http_server *server, struct evhttp_request *request)
{
    const char *value = NULL;
    /* Request smuggling behind a proxy that takes the other length. libevent refuses the second case only
     * since its security release of 2026. */
    int lengths = count_header(request, "Content-Length", &value);
    if (lengths > 1 || (lengths > 0 && count_header(request, "Transfer-Encoding", &value) > 0))
        return HTTP_BADREQUEST;
    if (count_header(request, "Host", &value) != 1)
        return HTTP_BADREQUEST;
    if (evhttp_uri_get_host(evhttp_request_get_evhttp_uri(request)) != NULL)
        return HTTP_BADREQUEST; /* an absolute target would overrule the Host header */
    /* No page of a browser reaches a Unix socket. */
    return server->path != NULL || host_is_ours(server, value) ? 0 : 421;
}

static const char *method_name(enum evhttp_cmd_type type)
{
    if (type == EVHTTP_REQ_GET)
        return "GET";
    return type == EVHTTP_REQ_HEAD ? "HEAD" : "POST";
}

/* The path without %-escapes, or NULL where it hides a NUL. From evhttp's malloc. */
static char *decode_path(struct evhttp_request *request)
{
    const char *raw = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    size_t len;
    char *path = evhttp_uridecode(raw != NULL && raw[0] != '\0' ? raw : "/", 0, &len);
    if (path != NULL && strlen(path) == len)
        return path;
    alloc_free(path);
    return NULL;
}

static void send_reply(struct evhttp_request *request, int status)
{
    /* One request per connection: nothing to smuggle, and the deadline is the connection's. */
    evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
    evhttp_send_reply(request, status, NULL, NULL); /* with what the output buffer holds */
}

static struct bufferevent *stream_of(struct evhttp_request *request)
{
    return evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
}

static struct http_request *request_new(struct http_server *server, struct evhttp_request *evhttp)
{
    struct http_request *request = alloc_zeroed(1, sizeof *request);
    request->server = server;
    request->evhttp = evhttp;
    request->method = method_name(evhttp_request_get_command(evhttp));
    if (server->path != NULL)
        login_of_socket(bufferevent_getfd(stream_of(evhttp)), request->login);
    return request;
}

static void request_free(struct http_request *request)
{
    alloc_free(request->path);
    alloc_free(request);
}

static void on_request(struct evhttp_request *evhttp, void *userdata)
{
    struct http_server *server = userdata;
    loop_begin_work(server->loop);
    int status = judge(server, evhttp);
    struct http_request *request = request_new(server, evhttp);
    if (status == 0)
        request->path = decode_path(evhttp);
    if (status == 0 && request->path == NULL)
        status = HTTP_BADREQUEST;
    if (status == 0)
        server->handler(server->userdata, request);
    if (request->deferred)
        return;
    if (!request->replied)
        send_reply(evhttp, status != 0 ? status : HTTP_INTERNAL);
    request_free(request);
}

/* ---- the server ---- */

static int parse_address(const char *text, uint16_t port, struct sockaddr_storage *ret_address, int *ret_len)
{
    *ret_address = (struct sockaddr_storage){0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)ret_address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)ret_address;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *ret_len = sizeof(*v4);
    } else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        *ret_len = sizeof(*v6);
    } else {
        return -EINVAL;
    }
    return address_is_loopback((const struct sockaddr *)ret_address) ? 0 : -EACCES;
}

/* Opens the socket and learns the port that port 0 became. */
static int open_listener(struct http_server *server, const struct sockaddr_storage *address, int len)
{
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    errno = 0;
    server->listener = evconnlistener_new_bind(
        server->base, NULL, NULL, flags, BACKLOG, (const struct sockaddr *)address, len);
    if (server->listener == NULL)
        return errno != 0 ? -errno : -EIO;
    struct sockaddr_storage bound = {0};
    socklen_t bound_len = sizeof(bound);
    if (getsockname(evconnlistener_get_fd(server->listener), (struct sockaddr *)&bound, &bound_len) < 0)
        return -errno;
    /* The port stands at the same place in both families. */
    server->port = ntohs(((struct sockaddr_in *)(void *)&bound)->sin_port);
    int failed = getnameinfo((struct sockaddr *)&bound, bound_len, server->address, sizeof(server->address),
        NULL, 0, NI_NUMERICHOST);
    return failed ? -EIO : 0;
}

static int start(struct http_server *server, size_t max_body)
{
    server->sweep = evtimer_new(server->base, on_sweep, server);
    server->evhttp = evhttp_new(server->base);
    if (server->sweep == NULL || server->evhttp == NULL)
        return -ENOMEM;
    evhttp_set_bevcb(server->evhttp, on_accepted, server);
    evhttp_set_gencb(server->evhttp, on_request, server);
    evhttp_set_allowed_methods(server->evhttp, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
    evhttp_set_max_headers_size(server->evhttp, HEADERS_MAX);
    evhttp_set_max_body_size(server->evhttp, (ev_ssize_t)max_body);
    evhttp_set_timeout(server->evhttp, REQUEST_MS / 1000);
    evhttp_set_default_content_type(server->evhttp, NULL);
    return evhttp_bind_listener(server->evhttp, server->listener) != NULL ? 0 : -ENOMEM;
}

static struct http_server *server_new(struct loop *loop, http_handler_fn *handler, void *userdata)
{
    struct http_server *server = alloc_zeroed(1, sizeof(*server));
    server->loop = loop;
    server->base = loop_base(loop);
    server->handler = handler;
    server->userdata = userdata;
    return server;
}

/* Starts it once its listener is open; `r` says whether that is so. */
static int server_start(struct http_server *server, size_t max_body, int r, struct http_server **ret_server)
{
    if (r == 0)
        r = start(server, max_body);
    if (r < 0) {
        if (server->listener != NULL)
            evconnlistener_free(server->listener);
        server->listener = NULL;
        http_server_free(server);
        return r;
    }
    *ret_server = server;
    return 0;
}

int http_server_new(struct loop *loop, const char *address, uint16_t port, size_t max_body,
    http_handler_fn *handler, void *userdata, struct http_server **ret_server)
{
    struct sockaddr_storage parsed;
    int len;
    int r = parse_address(address, port, &parsed, &len);
    if (r < 0)
        return r;
    struct http_server *server = server_new(loop, handler, userdata);
    return server_start(server, max_body, open_listener(server, &parsed, len), ret_server);
}

/* A socket that only its owner and group can connect to, at every moment: the mode of the descriptor is what
 * bind makes the file with, less the umask. */
static int bind_unix(int fd, const struct sockaddr_un *address)
{
    enum { MODE = 0660 };
    if (unlink(address->sun_path) < 0 && errno != ENOENT)
        return -errno;
    if (fchmod(fd, MODE) < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) < 0 ||
        chmod(address->sun_path, MODE) < 0)
        return -errno;
    return 0;
}

static int open_unix_listener(struct http_server *server, const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int r = bind_unix(fd, address);
    if (r == 0) {
        server->path = alloc_strdup(address->sun_path);
        server->listener = evconnlistener_new(
            server->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
        r = server->listener != NULL ? 0 : -EIO;
    }
    if (r < 0)
        close(fd);
    return r;
}

int http_server_new_unix(struct loop *loop, const char *path, size_t max_body, http_handler_fn *handler,
    void *userdata, struct http_server **ret_server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path));
    struct http_server *server = server_new(loop, handler, userdata);
    return server_start(server, max_body, open_unix_listener(server, &address), ret_server);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    if (server->evhttp != NULL)
        evhttp_free(server->evhttp); /* with the listener and its hold on the connections */
    while (!LIST_EMPTY(&server->connections))
        forget(server, LIST_FIRST(&server->connections));
    if (server->sweep != NULL)
        event_free(server->sweep);
    if (server->path != NULL)
        unlink(server->path);
    alloc_free(server->path);
    alloc_free(server);
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

const char *http_request_method(const struct http_request *request)
{
    return request->method;
}

const char *http_request_path(const struct http_request *request)
{
    return request->path;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return evhttp_find_header(evhttp_request_get_input_headers(request->evhttp), name);
}

struct slice http_request_body(const struct http_request *request)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request->evhttp);
    return (struct slice){(const char *)evbuffer_pullup(input, -1), evbuffer_get_length(input)};
}

const char *http_request_login(const struct http_request *request)
{
    return request->login;
}

/* Its time-outs would count the wait for us as silence of the client. */
void http_defer(struct http_request *request)
{
    struct bufferevent *stream = stream_of(request->evhttp);
    struct connection *connection;
    LIST_FOREACH(connection, &request->server->connections, link)
    {
        if (connection->stream == stream)
            connection->deadline_ms = clock_monotonic_ms() + DEFERRED_MS;
    }
    bufferevent_set_timeouts(stream, NULL, NULL);
    request->deferred = true;
}

void http_reply_header(struct http_request *request, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(request->evhttp), name, value);
}

void http_reply(struct http_request *request, int status, const char *content_type, struct slice body)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request->evhttp);
    if (content_type != NULL)
        evhttp_add_header(headers, "Content-Type", content_type);
    struct evbuffer *out = evhttp_request_get_output_buffer(request->evhttp);
    if (str_equal(request->method, "HEAD")) {
        /* evhttp counts what it sends, and HEAD sends nothing; the header says what GET would. */
        char length[32];
        evutil_snprintf(length, sizeof(length), "%zu", body.len);
        evhttp_add_header(headers, "Content-Length", length);
    } else {
        evbuffer_add(out, body.data, body.len);
    }
    send_reply(request->evhttp, status);
    request->replied = true;
    if (request->deferred)
        request_free(request);
}
