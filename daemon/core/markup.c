#include "core/markup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What a byte is written as; NULL: as it is. */
static const char *reference_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return NULL;
    }
    return (unsigned char)c < ' ' || c == 0x7f ? "\xef\xbf\xbd" : NULL;
}

int markup_escape(struct buf *out, const char *text)
{
    int r = 0;
    while (*text != '\0' && r == 0) {
        size_t plain = 0;
        while (text[plain] != '\0' && reference_of(text[plain]) == NULL)
            plain++;
        r = buf_append(out, text, plain);
        text += plain;
        if (r == 0 && *text != '\0')
            r = buf_puts(out, reference_of(*text++));
    }
    return r;
}

struct markup markup_on(struct buf *out)
{
    return (struct markup){.out = out, .start = out->len};
}

void markup_put(struct markup *markup, const char *constant)
{
    if (markup->error == 0)
        markup->error = buf_puts(markup->out, constant);
}

void markup_format(struct markup *markup, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        markup->error = markup->error != 0 ? markup->error : -EMSGSIZE;
    else
        markup_put(markup, text);
}

void markup_text(struct markup *markup, const char *text)
{
    if (markup->error == 0)
        markup->error = markup_escape(markup->out, text);
}

void markup_element(struct markup *markup, const char *open, const char *text, const char *close)
{
    markup_put(markup, open);
    markup_text(markup, text);
    markup_put(markup, close);
}

int markup_end(struct markup *markup)
{
    if (markup->error < 0 && markup->out->data != NULL) {
        markup->out->len = markup->start;
        markup->out->data[markup->start] = '\0';
    }
    return markup->error;
}
