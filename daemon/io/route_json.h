/* What `tdwatch route --json` prints. */
#ifndef IO_ROUTE_JSON_H
#define IO_ROUTE_JSON_H

#include "base/buf.h"
#include "core/routing.h"

/* Appends { "alerts": [ … ] }. 0, or -EMSGSIZE. */
int route_json_write(const struct route_answers *answers, size_t n, struct buf *out);

#endif
