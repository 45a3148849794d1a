/* The listeners of scenarios: no sockets, one status page and one control socket. Linked instead of
 * io/http.c.
 */
#ifndef TESTS_FAKE_HTTP_H
#define TESTS_FAKE_HTTP_H

#include "base/buf.h"
#include "io/http.h"

/* GETs a path from the server that listens; the reply's body is appended to `out`. Its status, or 0 where
 * nobody listens. */
int fake_http_get(const char *path, struct buf *out);

/* What somebody posts to the control socket. */
struct fake_post {
    const char *path, *login;
    struct slice body;
    struct buf *out; /* gets the reply's body */
};

/* Posts, and calls `turn` until the answer has come or it says that nobody is left to answer. The reply's
 * status; 0: there was none. */
int fake_http_post(const struct fake_post *post, bool (*turn)(void *userdata), void *userdata);

#endif
