/* A mail receiver on loopback for `tdwatch demo` and for tests. Not a mail server: it accepts everything,
 * keeps nothing, and speaks neither TLS nor AUTH.
 *
 * Bounded: 16 connections, 512 bytes a command, 1 MiB a message, 100 recipients, 30 s of silence. */
#ifndef IO_SMTP_SINK_H
#define IO_SMTP_SINK_H

#include <stdint.h>

#include "base/str.h"
#include "io/loop.h"

struct smtp_sink;

/* One mail to one recipient; with several it is called for each. `data` is the message without dot-stuffing,
 * lines ending in CR LF. */
typedef void smtp_sink_fn(void *userdata, const char *from, const char *to, struct slice data);

/* Listens on 127.0.0.1:port; port 0 takes a free one. 0 or -errno. */
int smtp_sink_new(
    struct loop *loop, uint16_t port, smtp_sink_fn *message, void *userdata, struct smtp_sink **ret_sink);
uint16_t smtp_sink_port(const struct smtp_sink *sink);
void smtp_sink_free(struct smtp_sink *sink);

#endif
