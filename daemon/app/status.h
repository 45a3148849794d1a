/* The status page: GET /healthz on the loopback listener, as JSON. */
#ifndef APP_STATUS_H
#define APP_STATUS_H

#include "app/engine.h"
#include "base/buf.h"
#include "io/http.h"

/* What the page shows; kept by the daemon. */
struct status {
    int64_t started_ms;
    bool degraded;      /* running with the last accepted rules */
    bool reload_failed; /* the newest reload was refused */
    char ruleset[DIGEST_SIZE];
    struct store_counts counts;
};

/* Appends the page. "ok" is true while nothing is degraded, and the outbox adds up: pending + delivered +
 * parked = deliveries. */
int status_write(const struct status *status, struct buf *out);

/* http_handler_fn with a struct status as userdata. */
void status_handle(void *userdata, struct http_request *request);

#endif
