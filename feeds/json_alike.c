#include "feeds/json_alike.h"

#include <string.h>

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

/* Behind the quote of a text without escapes and control bytes; NULL where it is none. */
static const char *read_text(const char *at, const char *end)
{
    const char *start = ++at;
    unsigned char high = 0;
    for (; at < end && *at != '"'; at++) {
        if ((unsigned char)*at < ' ' || *at == '\\')
            return NULL;
        high |= (unsigned char)*at;
    }
    size_t len = (size_t)(at - start);
    bool right =
        at < end && len <= FIELD_BYTES_MAX && (high < 0x80 || str_is_utf8((struct slice){start, len}));
    return right ? at + 1 : NULL;
}

/* Behind a number (RFC 8259, section 6) without an exponent; NULL where it is none. */
static const char *read_number(const char *at, const char *end)
{
    at += at < end && *at == '-';
    bool zero = at < end && *at == '0';
    const char *start = at;
    while (is_digit(at, end))
        at++;
    if (at == start || (zero && at > start + 1))
        return NULL;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        while (is_digit(at, end))
            at++;
        if (at == fraction)
            return NULL;
    }
    return at < end && *at != 'e' && *at != 'E' ? at : NULL;
}

static const char *read_word(const char *at, const char *end, const char *word, size_t len)
{
    return (size_t)(end - at) >= len && memcmp(at, word, len) == 0 ? at + len : NULL;
}

/* Behind a plain value, whose text goes to *ret_text; NULL where it is none. */
static inline const char *read_value(const char *at, const char *end, struct slice *ret_text)
{
    const char *behind = NULL;
    if (at == end)
        return NULL;
    *ret_text = (struct slice){"", 0};
    if (*at == 'n')
        return read_word(at, end, "null", 4);
    if (*at == '"') {
        behind = read_text(at, end);
        if (behind != NULL)
            *ret_text = (struct slice){at + 1, (size_t)(behind - at) - 2};
        return behind;
    }
    behind = *at == 't'   ? read_word(at, end, "true", 4)
             : *at == 'f' ? read_word(at, end, "false", 5)
                          : read_number(at, end);
    if (behind != NULL)
        *ret_text = (struct slice){at, (size_t)(behind - at)};
    return behind;
}

void json_alike_learn(struct json_alike *alike, struct slice record, const struct wanted *wanted)
{
    const char *at = record.data, *end = record.data + record.len, *from = at;
    struct slice text;
    alike->len = 0;
    for (size_t n = 0; n < RECORD_FIELDS_MAX; n++) {
        at = skip_blanks(at + 1, end); /* behind the brace or a comma */
        const char *behind = at < end && *at == '"' ? read_text(at, end) : NULL;
        if (behind == NULL)
            return;
        struct slice name = {at + 1, (size_t)(behind - at) - 2};
        at = skip_blanks(behind, end);
        if (at == end || *at != ':')
            return;
        at = skip_blanks(at + 1, end);
        alike->members[n].before = (struct slice){from, (size_t)(at - from)};
        alike->members[n].column = wanted_find(wanted, name);
        from = at = read_value(at, end, &text);
        if (at == NULL || (at = skip_blanks(at, end)) == end)
            return;
        if (*at == '}') {
            alike->after = (struct slice){from, (size_t)(at + 1 - from)};
            alike->len = n + 1;
            return;
        }
        if (*at != ',')
            return;
    }
}

static const char *skip_same(const char *at, const char *end, struct slice bytes)
{
    return (size_t)(end - at) >= bytes.len && memcmp(at, bytes.data, bytes.len) == 0 ? at + bytes.len : NULL;
}

size_t json_alike_read(
    const struct json_alike *alike, struct slice text, size_t offset, struct wanted *wanted)
{
    const char *at = text.data, *end = text.data + text.len;
    struct slice value;
    for (size_t i = 0; i < alike->len; i++) {
        at = skip_same(at, end, alike->members[i].before);
        const char *start = at;
        if (at == NULL || (at = read_value(at, end, &value)) == NULL)
            return 0;
        if (alike->members[i].column >= 0)
            wanted_set(wanted, (size_t)alike->members[i].column, value,
                offset + (size_t)(start - text.data) + (*start == '"'));
    }
    at = alike->len > 0 ? skip_same(at, end, alike->after) : NULL;
    return at != NULL ? (size_t)(at - text.data) : 0;
}
