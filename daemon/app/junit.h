/* A report of tests as JUnit XML, as CI servers read it: a suite for each file, a case for each test. */
#ifndef APP_JUNIT_H
#define APP_JUNIT_H

#include "base/buf.h"
#include "base/diag.h"

struct junit_counts {
    size_t tests, failures, errors;
};

struct junit {
    struct buf suites; /* that are complete */
    struct buf cases;  /* of the suite at hand */
    struct junit_counts suite, all;
};

/* One test. `kind`: what ends it, or NULL where it passed. */
enum junit_outcome { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR };

struct junit_case {
    const char *group, *name; /* the rule, the test */
    struct place place;
    enum junit_outcome outcome;
    const char *message, *text; /* one line, and all of it */
};

void junit_init(struct junit *junit);
void junit_deinit(struct junit *junit);

/* Adds a case to the suite at hand, and ends the suite. 0, or -EMSGSIZE. */
int junit_add(struct junit *junit, const struct junit_case *test);
int junit_end_suite(struct junit *junit, const char *name);

/* Appends the whole document. 0, or -EMSGSIZE. */
int junit_print(const struct junit *junit, struct buf *out);

#endif
