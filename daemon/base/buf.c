#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void buf_init(struct buf *buf, size_t max)
{
    *buf = BUF_NULL;
    buf->max = max;
}

void buf_deinit(struct buf *buf)
{
    alloc_free(buf->data);
    *buf = BUF_NULL;
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

static int reserve(struct buf *buf, size_t n)
{
    if (n > buf->max || buf->len > buf->max - n)
        return -EMSGSIZE;
    size_t need = buf->len + n + 1;
    if (need <= buf->cap)
        return 0;
    size_t cap = buf->cap != 0 ? buf->cap : 64;
    while (cap < need)
        cap *= 2;
    buf->data = alloc_resize(buf->data, cap, 1);
    buf->cap = cap;
    return 0;
}

void buf_reserve_all(struct buf *buf)
{
    if (buf->cap > buf->max)
        return;
    buf->data = alloc_resize(buf->data, buf->max + 1, 1);
    buf->data[buf->len] = '\0';
    buf->cap = buf->max + 1;
}

int buf_append(struct buf *buf, const void *bytes, size_t n)
{
    int r = reserve(buf, n);
    if (r < 0)
        return r;
    if (n > 0)
        memcpy(buf->data + buf->len, bytes, n);
    buf->len += n;
    buf->data[buf->len] = '\0';
    return 0;
}

int buf_puts(struct buf *buf, const char *s)
{
    return buf_append(buf, s, strlen(s));
}

int buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    int r = n < 0 ? -EINVAL : reserve(buf, (size_t)n);
    if (r == 0) {
        vsnprintf(buf->data + buf->len, (size_t)n + 1, format, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    return r;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

void buf_move(struct buf *buf, struct buf *other)
{
    size_t max = buf->max;
    buf_deinit(buf);
    *buf = *other;
    buf->max = max;
    buf_init(other, other->max);
}

char *buf_take(struct buf *buf)
{
    char *data = buf->data != NULL ? buf->data : alloc_strdup("");
    size_t max = buf->max;
    buf_init(buf, max);
    return data;
}
