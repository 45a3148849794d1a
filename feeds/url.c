#include "feeds/url.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "core/date.h"
#include "core/period.h"

/* Longer ones are refused by servers (UN Comtrade: 4096). */
enum { URL_MAX = 64 * 1024 };

const char *url_fault(const char *url)
{
    const char *host = str_starts(url, "https://") ? url + 8 : str_starts(url, "http://") ? url + 7 : NULL;
    if (host == NULL)
        return "begins with neither https:// nor http://";
    size_t len = strcspn(host, "/?#");
    if (len == 0)
        return "names no host";
    if (memchr(host, '@', len) != NULL)
        return "holds a user name; a descriptor is no place for credentials";
    for (const char *p = url; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return "holds a blank or a control byte; write it as %XX";
    return NULL;
}

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

bool url_is_format(const struct url_name *name)
{
    struct slice format = name->format;
    const char *known = slice_equal(name->name, "period") ? "Ym" : "Ymd";
    for (size_t i = 0; i < format.len; i++) {
        if (format.data[i] == '%' && i + 1 < format.len && strchr(known, format.data[i + 1]) != NULL)
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

/* A day, or the month that it lies in. */
static void put_day(struct buf *out, struct slice format, int32_t day)
{
    int32_t period = date_period(day);
    for (size_t i = 0; i < format.len; i++) {
        if (format.data[i] != '%')
            (void)buf_append(out, &format.data[i], 1);
        else if (format.data[++i] == 'Y')
            (void)buf_printf(out, "%04d", period_year(period));
        else if (format.data[i] == 'm')
            (void)buf_printf(out, "%02d", period_month(period));
        else
            (void)buf_printf(out, "%02d", day - date_of_period(period) + 1);
    }
}

static void put_months(struct buf *out, const struct url_name *name, const struct url_part *part)
{
    if (slice_equal(name->name, "last"))
        put_day(out, name->format, part->until);
    else if (slice_equal(name->name, "first"))
        put_day(out, name->format, date_of_period(part->first));
    else
        for (int32_t period = part->first; period <= part->last; period++) {
            if (period > part->first)
                (void)buf_puts(out, ",");
            put_day(out, name->format, date_of_period(period));
        }
}

/* What a text is put as: encoded in a URL, and as it is in a field of a form, which is encoded as a whole. */
typedef void put_text_fn(struct buf *out, const char *text);

static void put_plain(struct buf *out, const char *text)
{
    (void)buf_puts(out, text);
}

static void put_values(struct buf *out, const struct ask *ask, const struct url_name *name,
    const struct url_part *part, put_text_fn *put_text)
{
    for (size_t i = 0; i < ask->parameter_len; i++) {
        const struct ask_parameter *parameter = &ask->parameters[i];
        if (!slice_equal(name->name, parameter->name))
            continue;
        for (size_t j = 0; j < part->values[i].len; j++) {
            if (j > 0)
                (void)buf_puts(out, parameter->join);
            put_text(out, parameter->values.items[part->values[i].first + j]);
        }
    }
}

const char *url_fill(const char *url, const struct ask *ask, const struct url_part *part, struct arena *arena)
{
    struct buf out;
    struct url_name name;
    const char *at = url;
    if (part->page != NULL)
        return part->page;
    buf_init(&out, URL_MAX);
    while (url_next_name(&at, &name) > 0) {
        (void)buf_append(&out, url, (size_t)(name.name.data - 1 - url));
        if (name.format.len > 0)
            put_months(&out, &name, part);
        else
            put_values(&out, ask, &name, part, put_encoded);
        url = at;
    }
    (void)buf_puts(&out, url);
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

/* ---- forms ---- */

bool form_next_name(const char **at, struct url_name *ret_name)
{
    for (const char *open = *at; (open = strchr(open, '{')) != NULL; open++) {
        size_t len = strspn(open + 1, "abcdefghijklmnopqrstuvwxyz_");
        const char *end = open + 1 + len, *close = strchr(end, '}');
        if (len == 0 || close == NULL || (*end != '}' && *end != ':'))
            continue;
        bool formatted = *end == ':';
        *ret_name = (struct url_name){
            {open + 1, len}, {end + formatted, (size_t)(close - end) - (formatted ? 1 : 0)}};
        *at = close + 1;
        return true;
    }
    return false;
}

bool form_uses(const char *value, const char *name)
{
    struct url_name found;
    while (form_next_name(&value, &found))
        if (slice_equal(found.name, name))
            return true;
    return false;
}

static void put_field(struct buf *out, const struct ask *ask, const char *value, const struct url_part *part)
{
    struct buf text;
    struct url_name name;
    const char *at = value;
    buf_init(&text, URL_MAX);
    while (form_next_name(&at, &name)) {
        (void)buf_append(&text, value, (size_t)(name.name.data - 1 - value));
        if (name.format.len > 0)
            put_months(&text, &name, part);
        else
            put_values(&text, ask, &name, part, put_plain);
        value = at;
    }
    (void)buf_puts(&text, value);
    put_encoded(out, buf_text(&text));
    buf_deinit(&text);
}

const char *form_fill(const struct ask *ask, const struct url_part *part, struct arena *arena)
{
    struct buf out;
    if (ask->field_len == 0)
        return NULL;
    buf_init(&out, URL_MAX);
    for (size_t i = 0; i < ask->field_len; i++) {
        (void)buf_puts(&out, i > 0 ? "&" : "");
        put_encoded(&out, ask->fields[i].name);
        (void)buf_puts(&out, "=");
        put_field(&out, ask, ask->fields[i].value, part);
    }
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

/* ---- keys and hosts ---- */

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

const char *url_with_id(const char *url, const char *id, struct arena *arena)
{
    struct buf out;
    struct url_name name;
    const char *at = url;
    buf_init(&out, URL_MAX);
    while (url_next_name(&at, &name) > 0) {
        (void)buf_append(&out, url, (size_t)(name.name.data - 1 - url));
        put_encoded(&out, id);
        url = at;
    }
    (void)buf_puts(&out, url);
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

const char *url_origin(const char *url, struct arena *arena)
{
    const char *start = strstr(url, "://");
    size_t scheme = start != NULL ? (size_t)(start + 3 - url) : 0;
    return arena_strndup(arena, url, scheme + strcspn(url + scheme, "/?#"));
}
