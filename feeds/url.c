#include "feeds/url.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "core/period.h"

/* Longer ones are refused by servers (UN Comtrade: 4096). */
enum { URL_MAX = 64 * 1024 };

int url_next_name(const char **at, struct url_name *ret_name)
{
    const char *open = strchr(*at, '{');
    const char *close = open != NULL ? strchr(open, '}') : NULL;
    if (open == NULL)
        return 0;
    if (close == NULL)
        return -EINVAL;
    struct slice name = {open + 1, (size_t)(close - open) - 1};
    const char *colon = memchr(name.data, ':', name.len);
    struct slice format = {close, 0};
    if (colon != NULL) {
        format = (struct slice){colon + 1, (size_t)(close - colon) - 1};
        name.len = (size_t)(colon - name.data);
    }
    *at = close + 1;
    *ret_name = (struct url_name){name, format};
    return 1;
}

bool url_uses(const char *url, const char *name)
{
    struct url_name found;
    while (url_next_name(&url, &found) > 0)
        if (slice_equal(found.name, name))
            return true;
    return false;
}

static bool is_unreserved(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-._~", c) != NULL);
}

bool url_is_format(struct slice format)
{
    for (size_t i = 0; i < format.len; i++) {
        if (format.data[i] == '%' && i + 1 < format.len &&
            (format.data[i + 1] == 'Y' || format.data[i + 1] == 'm'))
            i++;
        else if (!is_unreserved(format.data[i]))
            return false;
    }
    return true;
}

static void put_encoded(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (is_unreserved(*text))
            (void)buf_append(out, text, 1);
        else
            (void)buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}

static void put_month(struct buf *out, struct slice format, int32_t period)
{
    for (size_t i = 0; i < format.len; i++) {
        if (format.data[i] != '%')
            (void)buf_append(out, &format.data[i], 1);
        else if (format.data[++i] == 'Y')
            (void)buf_printf(out, "%04d", period_year(period));
        else
            (void)buf_printf(out, "%02d", period_month(period));
    }
}

static void put_months(struct buf *out, const struct url_name *name, const struct url_part *part)
{
    if (slice_equal(name->name, "last"))
        put_month(out, name->format, part->last);
    else if (slice_equal(name->name, "first"))
        put_month(out, name->format, part->first);
    else
        for (int32_t period = part->first; period <= part->last; period++) {
            if (period > part->first)
                (void)buf_puts(out, ",");
            put_month(out, name->format, period);
        }
}

static void put_page(struct buf *out, const struct ask *ask, const struct url_part *part)
{
    if (ask->pages.first != NULL)
        put_encoded(out, part->page != NULL ? part->page : ask->pages.first);
}

static void put_values(
    struct buf *out, const struct ask *ask, const struct url_name *name, const struct url_part *part)
{
    for (size_t i = 0; i < ask->parameter_len; i++) {
        const struct ask_parameter *parameter = &ask->parameters[i];
        if (!slice_equal(name->name, parameter->name))
            continue;
        for (size_t j = 0; j < part->values[i].len; j++) {
            if (j > 0)
                (void)buf_puts(out, parameter->join != NULL ? parameter->join : ",");
            put_encoded(out, parameter->values.items[part->values[i].first + j]);
        }
    }
}

const char *url_fill(const char *url, const struct ask *ask, const struct url_part *part, struct arena *arena)
{
    struct buf out;
    struct url_name name;
    const char *at = url;
    buf_init(&out, URL_MAX);
    while (url_next_name(&at, &name) > 0) {
        (void)buf_append(&out, url, (size_t)(name.name.data - 1 - url));
        if (name.format.len > 0)
            put_months(&out, &name, part);
        else if (slice_equal(name.name, "page"))
            put_page(&out, ask, part);
        else
            put_values(&out, ask, &name, part);
        url = at;
    }
    (void)buf_puts(&out, url);
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

const char *url_detector(const struct ask *ask, int32_t first, int32_t last, struct arena *arena)
{
    struct url_part part = {.first = first, .last = last};
    for (size_t i = 0; i < ask->parameter_len; i++)
        part.values[i].len = ask->parameters[i].values.len;
    return url_fill(ask->detector.url, ask, &part, arena);
}

const char *url_add(const char *url, const char *query, struct arena *arena)
{
    return arena_printf(arena, "%s%s%s", url, strchr(url, '?') != NULL ? "&" : "?", query);
}

const char *url_with_key(const char *url, const struct ask *ask, const char *key, struct arena *arena)
{
    struct buf out;
    if (ask->key_parameter == NULL)
        return url;
    buf_init(&out, URL_MAX);
    (void)buf_printf(&out, "%s%s%s=", url, strchr(url, '?') != NULL ? "&" : "?", ask->key_parameter);
    put_encoded(&out, key);
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

const char *url_host(const char *url, struct arena *arena)
{
    const char *start = strstr(url, "://");
    start = start != NULL ? start + 3 : url;
    return arena_strndup(arena, start, strcspn(start, "/?#"));
}
