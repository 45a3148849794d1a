/* The small grammars of the configuration's values. Pure. */
#ifndef APP_CONFIG_TEXT_H
#define APP_CONFIG_TEXT_H

#include <stdbool.h>

#include "base/str.h"

struct url {
    struct slice scheme;
    struct slice host; /* an IPv6 address without its brackets */
};

/* Takes scheme://host[:port][/path] apart; slices borrow from `text`. -EINVAL where it is no such URL, holds
 * anything but printable ASCII, a user or password (they would reach the log), or a fragment. */
int config_text_split_url(const char *text, struct url *ret_url);

/* localhost, 127.x.x.x, ::1. */
bool config_text_is_loopback(struct slice host);

/* "off", or a loopback host and a port: "127.0.0.1:9464", "[::1]:9464". */
bool config_text_is_listen(const char *text);

/* Two upper-case letters. */
bool config_text_is_country(const char *text);

/* A name that a credential can have, or an absolute path. */
bool config_text_is_secret_name(const char *text);

/* "whsec_" and 24 to 64 bytes in base64 (Standard Webhooks 1.0.0, "Signature scheme"); several with a space
 * between them while a secret is being replaced. */
bool config_text_is_signing_secret(struct slice text);

#endif
