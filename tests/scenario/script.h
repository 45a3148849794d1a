/* A scenario file: one step a line, words apart by blanks, "quoted" where they hold some, with \" \\ and \n;
 * # begins a comment.
 *
 * Lines indented by four blanks are the block of the step before them. `include FILE` takes the steps of
 * another file; `repeat A..B [C]` as first step runs the whole file for each number from A to B (every C-th),
 * which stands for $i. */
#ifndef SCENARIO_SCRIPT_H
#define SCENARIO_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { STEP_WORDS_MAX = 24 };

struct step {
    const char *file;
    int line;
    const char *words[STEP_WORDS_MAX + 1]; /* NULL-terminated */
    int count;
    const char *block; /* "" where there is none */
};

struct script {
    struct arena arena;
    struct step *steps;
    size_t len, cap;
    int from, to, by; /* of `repeat`; 0, 0, 1 without */
};

/* Reads a file with what it includes. False after having printed why not. */
bool script_load(const char *path, struct script *ret_script);
void script_deinit(struct script *script);

/* The value of a word "key=value" of the step, or NULL. */
const char *step_option(const struct step *step, const char *key);

/* "90s", "3h", "1d" in ms; -1 where it is none. */
int64_t script_duration_ms(const char *text);

#endif
