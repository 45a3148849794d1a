/* A growing byte buffer with a stated maximum. The bytes are always followed by a NUL. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
    char *data; /* NULL while empty and untouched */
    size_t len, cap;
    size_t max; /* bytes it may hold */
};

#define BUF_NULL ((struct buf){0})

void buf_init(struct buf *buf, size_t max);
void buf_deinit(struct buf *buf);

/* Empties it and keeps the memory. */
void buf_clear(struct buf *buf);

/* Takes the room for all that it may hold, at once. What is not written to costs no memory. */
void buf_reserve_all(struct buf *buf);

/* All three: 0, or -EMSGSIZE when the maximum would be passed (nothing is added then). */
int buf_append(struct buf *buf, const void *bytes, size_t n);
int buf_puts(struct buf *buf, const char *s);
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text as a C string, "" while empty. Borrowed. */
const char *buf_text(const struct buf *buf);

/* Takes the other's bytes in place of its own, and keeps its own bound. */
void buf_move(struct buf *buf, struct buf *other);

/* Hands the bytes to the caller (alloc_free them) and leaves the buffer empty. Never NULL. */
char *buf_take(struct buf *buf);

#endif
