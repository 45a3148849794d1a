#include "tests/support/fake_http.h"

#include "base/alloc.h"

struct http_server {
    http_handler_fn *handler;
    void *userdata;
    uint16_t port;
};

struct http_request {
    const char *path;
    int status;
    struct buf *out;
};

static struct http_server *listening;

int http_server_new(struct loop *loop, const char *address, uint16_t port, size_t max_body,
    http_handler_fn *handler, void *userdata, struct http_server **ret_server)
{
    (void)loop;
    (void)address;
    (void)max_body;
    struct http_server *server = alloc_zeroed(1, sizeof *server);
    *server = (struct http_server){handler, userdata, port != 0 ? port : 40000};
    listening = server;
    *ret_server = server;
    return 0;
}

void http_server_free(struct http_server *server)
{
    if (server == listening)
        listening = NULL;
    alloc_free(server);
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

const char *http_request_method(const struct http_request *request)
{
    (void)request;
    return "GET";
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
    (void)request;
    return (struct slice){"", 0};
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
    struct http_request request = {.path = path, .out = out};
    if (listening != NULL)
        listening->handler(listening->userdata, &request);
    return request.status;
}
