/* The metrics: GET /metrics on the loopback listener, in the text exposition format of Prometheus, 0.0.4. */
#ifndef APP_METRICS_H
#define APP_METRICS_H

#include "app/status.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Appends the page: what /healthz says, and the turns of the loop. 0, or -EMSGSIZE. */
int metrics_write(const struct status *status, struct buf *out);

#endif
