/* The log of scenarios: kept in memory to be searched. Linked instead of base/log.c. */
#ifndef TESTS_FAKE_LOG_H
#define TESTS_FAKE_LOG_H

#include "base/log.h"

/* Lines "<6>text\n" since the last call of fake_log_forget. Borrowed. */
const char *fake_log_text(void);
void fake_log_forget(void);

/* Prints every line to standard error as well. */
void fake_log_print(void);

#endif
