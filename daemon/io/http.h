/* A small HTTP server on a loopback address (evhttp), for the status page and for the demonstration's peers.
 *
 * Bounded: 64 connections, 8 KiB of headers, the body as given, 10 s per request; a request without a Host
 * header is refused. */
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
void http_server_free(struct http_server *server);
uint16_t http_server_port(const struct http_server *server);

/* All borrowed until http_reply. */
const char *http_request_method(const struct http_request *request);
const char *http_request_path(const struct http_request *request); /* decoded, without query */
const char *http_request_header(const struct http_request *request, const char *name); /* or NULL */
struct slice http_request_body(const struct http_request *request);

/* Adds a header to the reply to come. */
void http_reply_header(struct http_request *request, const char *name, const char *value);

/* Answers; once per request, from the handler. */
void http_reply(struct http_request *request, int status, const char *content_type, struct slice body);

#endif
