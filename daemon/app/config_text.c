#include "app/config_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define UPPER    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ALPHABET UPPER "abcdefghijklmnopqrstuvwxyz0123456789"

enum { HOST_MAX = 253, CREDENTIAL_NAME_MAX = 255 };

/* A port, or -1. */
static int parse_port(struct slice text)
{
    int64_t port;
    bool number = text.len > 0 && text.data[0] != '-' && text.data[0] != '+';
    return number && str_to_int64(text, &port) == 0 && port <= 65535 ? (int)port : -1;
}

/* "host", "host:port", "[::1]:port". */
static int split_authority(struct slice text, struct slice *ret_host, struct slice *ret_port)
{
    bool bracketed = text.len > 0 && text.data[0] == '[';
    const char *end = text.data + text.len, *start = text.data + bracketed;
    const char *stop = memchr(start, bracketed ? ']' : ':', (size_t)(end - start));
    if (bracketed && stop == NULL)
        return -EINVAL;
    if (stop == NULL)
        stop = end;
    const char *rest = stop + bracketed;
    if (stop == start || stop - start > HOST_MAX || (rest < end && *rest != ':'))
        return -EINVAL;
    *ret_host = (struct slice){start, (size_t)(stop - start)};
    *ret_port = rest < end ? (struct slice){rest + 1, (size_t)(end - rest - 1)} : (struct slice){end, 0};
    return rest < end && parse_port(*ret_port) < 0 ? -EINVAL : 0;
}

static bool is_graphic(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (*p <= ' ' || *p >= 0x7f || strchr("\"<>\\^`{|}#", *p) != NULL)
            return false;
    return true;
}

int config_text_split_url(const char *text, struct url *ret_url)
{
    const char *colon = strstr(text, "://");
    if (colon == NULL || !is_graphic(text))
        return -EINVAL;
    struct slice authority = {colon + 3, strcspn(colon + 3, "/?")}, host, port;
    if (memchr(authority.data, '@', authority.len) != NULL)
        return -EINVAL;
    int r = split_authority(authority, &host, &port);
    if (r < 0)
        return r;
    *ret_url = (struct url){{text, (size_t)(colon - text)}, host};
    return 0;
}

bool config_text_is_loopback(struct slice host)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr address;
    if (slice_equal(host, "localhost") || slice_equal(host, "::1"))
        return true;
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.data, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

bool config_text_is_listen(const char *text)
{
    struct slice host, port;
    if (str_equal(text, "off"))
        return true;
    return split_authority(slice_of(text), &host, &port) == 0 && port.len > 0 &&
           config_text_is_loopback(host);
}

bool config_text_is_country(const char *text)
{
    return strlen(text) == 2 && strspn(text, UPPER) == 2;
}

bool config_text_is_secret_name(const char *text)
{
    size_t len = strlen(text);
    if (text[0] == '/')
        return true;
    return len > 0 && len <= CREDENTIAL_NAME_MAX && text[0] != '.' && strspn(text, ALPHABET "._-") == len;
}

/* Bytes that the base64 text stands for, or 0 where it is none (RFC 4648 section 4, with padding). */
static size_t base64_bytes(struct slice text)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.data[text.len - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < text.len - padding; i++)
        if (text.data[i] == '\0' || strchr(ALPHABET "+/", text.data[i]) == NULL)
            return 0;
    return text.len % 4 == 0 ? text.len / 4 * 3 - padding : 0;
}

static bool is_one_secret(struct slice text)
{
    static const char prefix[] = "whsec_";
    size_t n = sizeof prefix - 1;
    if (text.len < n || memcmp(text.data, prefix, n) != 0)
        return false;
    size_t bytes = base64_bytes((struct slice){text.data + n, text.len - n});
    return bytes >= 24 && bytes <= 64;
}

bool config_text_is_signing_secret(struct slice text)
{
    const char *p = text.data, *end = text.data + text.len;
    while (p < end) {
        const char *space = memchr(p, ' ', (size_t)(end - p));
        const char *stop = space != NULL ? space : end;
        if (!is_one_secret((struct slice){p, (size_t)(stop - p)}))
            return false;
        p = space != NULL ? space + 1 : end;
    }
    return text.len > 0;
}
