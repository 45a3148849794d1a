#include "io/wire_text.h"

#include <string.h>

#include "base/alloc.h"

/* tchar of RFC 9110; RFC 5322 allows a few more, which nobody uses. */
static const char TOKEN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "!#$%&'*+-.^_`|~";

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

bool wire_text_is_header(const char *header, size_t max)
{
    size_t name = strspn(header, TOKEN);
    if (name == 0 || header[name] != ':' || strlen(header) > max)
        return false;
    const char *value = header + name + 1;
    if (value[strspn(value, " \t")] == '\0') /* libcurl takes "Name:" as an order to drop the header */
        return false;
    for (const char *c = value; *c != '\0'; c++)
        if (!is_printable(*c) && *c != '\t')
            return false;
    return true;
}

char *wire_text_crlf(const char *text)
{
    char *copy = alloc_zeroed(2 * strlen(text) + 1, 1);
    char *out = copy;
    for (const char *c = text; *c != '\0'; c++) {
        bool ends_line = *c == '\n' || *c == '\r';
        if (*c == '\r' && c[1] == '\n')
            c++;
        if (ends_line)
            *out++ = '\r';
        *out++ = ends_line ? '\n' : *c;
    }
    return copy;
}

void wire_text_one_line(const char *bytes, size_t n, char *line, size_t size)
{
    while (n > 0 && (bytes[n - 1] == '\r' || bytes[n - 1] == '\n'))
        n--;
    if (n > size - 1)
        n = size - 1;
    for (size_t i = 0; i < n; i++)
        line[i] = is_printable(bytes[i]) ? bytes[i] : '?';
    line[n] = '\0';
}
