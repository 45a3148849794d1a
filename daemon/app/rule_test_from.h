/* Writes a test of a rule from a real alert: what its scope has read, and where the machine stood. */
#ifndef APP_RULE_TEST_FROM_H
#define APP_RULE_TEST_FROM_H

#include "app/setup.h"
#include "base/buf.h"
#include "io/store.h"

enum { RULE_TEST_PROBLEM_SIZE = 256 };

/* Appends a test file for the alert with that id, or the only one whose id begins so. It is of the present
 * figures, up to the month that was told last, and passes under the rules of the setup. 0, or -errno with a
 * sentence. */
int rule_test_from_alert(const struct setup *setup, struct store *store, const char *id, struct buf *out,
    char ret_problem[RULE_TEST_PROBLEM_SIZE]);

#endif
