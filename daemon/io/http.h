/* A small HTTP server (evhttp): on a loopback address for the status page and the demonstration's peers, on a
 * Unix socket for commands to the daemon.
 *
 * Bounded: 64 connections, 8 KiB of headers, the body as given, 10 s per request until its handler is called,
 * five minutes for an answer that comes later; a request without a Host header is refused. */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "io/loop.h"

struct http_server;
struct http_request;

typedef void http_handler_fn(void *userdata, struct http_request *request);

/* Listens on address:port; port 0 takes a free one. 0, -EACCES where the address is not loopback, or -errno.
 */
int http_server_new(struct loop *loop, const char *address, uint16_t port, size_t max_body,
    http_handler_fn *handler, void *userdata, struct http_server **ret_server);

/* Listens on a Unix socket of mode 0660, and removes what stands at the path: to be called by the one process
 * that may. 0, -ENAMETOOLONG over 107 bytes, or -errno. */
int http_server_new_unix(struct loop *loop, const char *path, size_t max_body, http_handler_fn *handler,
    void *userdata, struct http_server **ret_server);

/* Every request must have been answered. NULL is fine. */
void http_server_free(struct http_server *server);
uint16_t http_server_port(const struct http_server *server); /* 0: a Unix socket */

/* All borrowed until http_reply. */
const char *http_request_method(const struct http_request *request);
const char *http_request_path(const struct http_request *request); /* decoded, without query */
const char *http_request_header(const struct http_request *request, const char *name); /* or NULL */
struct slice http_request_body(const struct http_request *request);
/* Of a Unix socket: the user who asks (io/login.h); "" where the kernel does not say. */
const char *http_request_login(const struct http_request *request);

/* Adds a header to the reply to come. */
void http_reply_header(struct http_request *request, const char *name, const char *value);

/* Called by a handler that does not answer yet: the request then lasts until http_reply, also where its
 * client has gone. */
void http_defer(struct http_request *request);

/* Answers; once per request, from the handler or after http_defer. */
void http_reply(struct http_request *request, int status, const char *content_type, struct slice body);

#endif
