#include "tests/support/fake_http.h"

#include "base/alloc.h"

struct http_server {
    http_handler_fn *handler;
    void *userdata;
    uint16_t port;
};

struct http_request {
    const char *method, *path, *login;
    struct slice body;
    int status;
    struct buf *out;
};

static struct http_server *listening, *controlling;

static struct http_server *server_new(http_handler_fn *handler, void *userdata, uint16_t port)
{
    struct http_server *server = alloc_zeroed(1, sizeof *server);
    *server = (struct http_server){handler, userdata, port};
    return server;
}

int http_server_new(struct loop *loop, const char *address, uint16_t port, size_t max_body,
    http_handler_fn *handler, void *userdata, struct http_server **ret_server)
{
    (void)loop;
    (void)address;
    (void)max_body;
    listening = *ret_server = server_new(handler, userdata, port != 0 ? port : 40000);
    return 0;
}

int http_server_new_unix(struct loop *loop, const char *path, size_t max_body, http_handler_fn *handler,
    void *userdata, struct http_server **ret_server)
{
    (void)loop;
    (void)path;
    (void)max_body;
    controlling = *ret_server = server_new(handler, userdata, 0);
    return 0;
}

void http_server_free(struct http_server *server)
{
    if (server == listening)
        listening = NULL;
    if (server == controlling)
        controlling = NULL;
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
    (void)request;
    (void)name;
    return NULL;
}

struct slice http_request_body(const struct http_request *request)
{
    return request->body;
}

const char *http_request_login(const struct http_request *request)
{
    return request->login;
}

/* A request lasts until fake_http_post has its answer. */
void http_defer(struct http_request *request)
{
    (void)request;
}

void http_reply_header(struct http_request *request, const char *name, const char *value)
{
    (void)request;
    (void)name;
    (void)value;
}

void http_reply(struct http_request *request, int status, const char *content_type, struct slice body)
{
    (void)content_type;
    request->status = status;
    (void)buf_append(request->out, body.data, body.len);
}

int fake_http_get(const char *path, struct buf *out)
{
    struct http_request request = {.method = "GET", .path = path, .login = "", .out = out};
    if (listening != NULL)
        listening->handler(listening->userdata, &request);
    return request.status;
}

int fake_http_post(const struct fake_post *post, bool (*turn)(void *userdata), void *userdata)
{
    struct http_request request = {
        .method = "POST", .path = post->path, .login = post->login, .body = post->body, .out = post->out};
    if (controlling != NULL)
        controlling->handler(controlling->userdata, &request);
    while (request.status == 0 && controlling != NULL && turn(userdata))
        continue;
    return request.status;
}
