/* The status pages on the loopback listener: GET /healthz as JSON, GET /metrics for Prometheus. */
#ifndef APP_STATUS_H
#define APP_STATUS_H

#include "app/engine.h"
#include "base/buf.h"
#include "base/histogram.h"
#include "io/http.h"

/* What the pages show; kept by the daemon. */
struct status {
    int64_t started_ms;
    bool degraded;      /* running with the last accepted rules */
    bool reload_failed; /* the newest reload was refused */
    struct digest ruleset;
    struct store_counts counts;     /* of the newest answer of the engine */
    struct heartbeat_row heartbeat; /* the same; without its text */
    int64_t fallbacks;              /* messages whose template failed */
    struct histogram turns;         /* of the loop: time worked, without the wait */
};

/* Appends the page /healthz. "ok" is true while nothing is degraded, and the outbox adds up: pending +
 * delivered + parked + dropped = deliveries. */
int status_write(const struct status *status, struct buf *out);

/* http_handler_fn with a struct status as userdata. */
void status_handle(void *userdata, struct http_request *request);

#endif
