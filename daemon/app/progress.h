/* How far something has come that takes hours: one line that is drawn anew on a terminal, a line for each
 * step elsewhere. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    size_t done, all; /* steps */
    size_t rows;
    int64_t start_ms; /* monotonic */
    int width;        /* of the terminal; 0: there is none */
};

enum { PROGRESS_TEXT_SIZE = 512 };

/* Of standard output, from now on. */
void progress_start(struct progress *progress, size_t all);

/* The line: a bar, months, rows, rows a second, time left; at most `width` columns. Returns buf. */
const char *progress_text(const struct progress *progress, int64_t now_ms, char buf[PROGRESS_TEXT_SIZE]);

/* Draws the line anew; nothing where there is no terminal. */
void progress_draw(const struct progress *progress);

/* Takes the line away, so that something else can be printed. */
void progress_clear(const struct progress *progress);

#endif
