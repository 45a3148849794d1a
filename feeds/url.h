/* A URL with names in braces: {product}, {period:%Y-%m}, {last:%Y-%m-%d}. What is written outside of braces
 * is taken as it is, what a name stands for is percent-encoded (RFC 3986, 2.3), once. */
#ifndef FEEDS_URL_H
#define FEEDS_URL_H

#include <stdbool.h>

#include "feeds/ask.h"

struct url_name {
    struct slice name, format; /* format: behind a colon, else empty */
};

/* What is wrong with a feed's URL, or NULL. A password here would end up in logs and messages. */
const char *url_fault(const char *url);

/* The next name at or behind *at, which then stands behind it. 1; 0: there is none; -EINVAL: a brace is not
 * closed. */
int url_next_name(const char **at, struct url_name *ret_name);

bool url_uses(const char *url, const char *name);

/* Whether the format of a month has nothing but %Y, %m and letters that need no encoding; of the first and
 * the last one %d too: their first and last day. */
bool url_is_format(const struct url_name *name);

/* The same of a field of a form: a brace that is not followed by a name means itself. */
bool form_next_name(const char **at, struct url_name *ret_name);
bool form_uses(const char *value, const char *name);

/* What one request asks for: some months in a row, and of each parameter some values in a row. */
struct url_part {
    int32_t first, last; /* months; 0 without periods */
    int32_t until;       /* the last day of them that is asked for */
    const char *page;    /* the URL that the source gave of a further page; NULL: the first */
    struct {
        size_t first, len;
    } values[ASK_PARAMETERS_MAX];
};

/* The URL of one request, without a key. In `arena`. */
const char *url_fill(
    const char *url, const struct ask *ask, const struct url_part *part, struct arena *arena);

/* The body of the form, application/x-www-form-urlencoded; NULL where there is none. In `arena`. */
const char *form_fill(const struct ask *ask, const struct url_part *part, struct arena *arena);

/* The URL with the key where the feed has it in a parameter; for the wire, and nothing else. */
const char *url_with_key(const char *url, const struct ask *ask, const char *key, struct arena *arena);

/* A URL of the queue with the id of a request, percent-encoded. In `arena`. */
const char *url_with_id(const char *url, const char *id, struct arena *arena);

/* The host and port of a URL: what limits count. In `arena`. */
const char *url_host(const char *url, struct arena *arena);

/* The same with the scheme before it. */
const char *url_origin(const char *url, struct arena *arena);

#endif
