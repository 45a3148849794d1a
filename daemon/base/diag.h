/* Findings about text that people or feeds wrote: where, what was expected, what to do.
 *
 * All of them are collected, not the first; the list keeps DIAG_MAX and counts the rest. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag {
    enum diag_level level;
    const char *file; /* borrowed by the list's arena (copied) */
    int line, column; /* from 1; 0 = the file as a whole */
    const char *code; /* stable, e.g. "R017"; a string constant */
    const char *text; /* one sentence: what is wrong and what was expected */
    const char *hint; /* what to do, or NULL */
};

enum { DIAG_MAX = 200 };

struct diag_list {
    struct arena arena;
    struct diag *items;
    size_t len, cap;
    size_t errors, warnings; /* counts, including those past DIAG_MAX */
};

#define DIAG_LIST_NULL ((struct diag_list){0})

/* A place in a file; what most reports are about. */
struct place {
    const char *file;
    int line, column;
};

/* Adds an error at the place. `code` must be a constant. */
void diag_error(struct diag_list *list, struct place place, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warning(struct diag_list *list, struct place place, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Appends copies of another list's findings, by their places in the file. */
void diag_append(struct diag_list *list, struct diag_list *other);

/* Gives the newest finding a hint; nothing if it was one past DIAG_MAX. */
void diag_hint(struct diag_list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "error", "warning". */
const char *diag_level_name(enum diag_level level);

/* "file:line:col: error[R017]: text". The text belongs to the list's arena. */
const char *diag_line(struct diag_list *list, const struct diag *diag);

/* Prints one finding: its line, then the source line with a caret under the column where `source` (the file's
 * text) is given, then the hint. */
void diag_print(FILE *out, const struct diag *diag, struct slice source);

void diag_list_deinit(struct diag_list *list);

#endif
