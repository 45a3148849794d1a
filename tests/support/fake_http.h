/* The status listener of scenarios: no socket, one server. Linked instead of io/http.c. */
#ifndef TESTS_FAKE_HTTP_H
#define TESTS_FAKE_HTTP_H

#include "base/buf.h"
#include "io/http.h"

/* GETs a path from the server that listens; the reply's body is appended to `out`. Its status, or 0 where
 * nobody listens. */
int fake_http_get(const char *path, struct buf *out);

#endif
