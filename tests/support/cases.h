/* Case files: tests as data. Blank lines part cases, a line that begins with # is a comment, and adding a
 * case is adding lines.
 *
 * Faults are printed as file:line and counted, so that one run shows them all; cases_close fails the test if
 * there were any. */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include <stdbool.h>
#include <stddef.h>

enum { CASE_LINES_MAX = 64 };

struct case_line {
    const char *text; /* without white space at its ends */
    int number;       /* in the file, from 1 */
};

struct cases {
    const char *path; /* relative to the project root, where tests run */
    char *bytes, *next;
    int line;
    size_t count, faults;
    struct case_line lines[CASE_LINES_MAX]; /* of the case that cases_next found */
    size_t len;
};

void cases_open(struct cases *cases, const char *path);

/* Finds the next case; false at the end. */
bool cases_next(struct cases *cases);

/* Reports that the case fails at its line `index`. */
void cases_fault(struct cases *cases, size_t index, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Ends the test: fails it where a case failed, or where there was none. */
void cases_close(struct cases *cases);

/* Cuts the text at the first `separator`, trims both parts, and returns what is behind it; NULL where there
 * is none. */
char *cases_split(char *text, char separator);

#endif
