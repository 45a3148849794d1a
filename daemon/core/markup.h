/* HTML and SVG as they are put together. Text from anywhere becomes markup at one place, markup_escape. */
#ifndef CORE_MARKUP_H
#define CORE_MARKUP_H

#include "base/buf.h"

/* Appends the text so that HTML and XML read back just it, in content and in quoted attributes. Control
 * bytes, which XML cannot hold, become U+FFFD. 0, or -EMSGSIZE. */
int markup_escape(struct buf *out, const char *text);

/* A buffer that remembers its first failure, so that a layout reads as what it puts. */
struct markup {
    struct buf *out;
    size_t start;
    int error;
};

struct markup markup_on(struct buf *out);

/* Markup as it is: constants of the program. */
void markup_put(struct markup *markup, const char *constant);

/* Markup with numbers in it; at most 400 bytes. Texts are put by markup_text. */
void markup_format(struct markup *markup, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text, escaped. */
void markup_text(struct markup *markup, const char *text);

/* `open` and `close` are constants, `text` is anything. */
void markup_element(struct markup *markup, const char *open, const char *text, const char *close);

/* 0, or the first failure; then the buffer is as it was before. */
int markup_end(struct markup *markup);

#endif
