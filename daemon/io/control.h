/* The client's side of the daemon's control socket: one JSON document there, one back (libcurl). */
#ifndef IO_CONTROL_H
#define IO_CONTROL_H

#include "base/buf.h"
#include "base/str.h"

/* Posts the document to a path of the server behind the Unix socket; its answer is appended to `ret_reply`.
 * 0: it has answered, with *ret_status; -ENOENT or -ECONNREFUSED: nobody listens; -EACCES: not for this user;
 * -ETIMEDOUT; -EIO. */
int control_post(const char *socket_path, const char *path, struct slice document, struct buf *ret_reply,
    long *ret_status);

#endif
