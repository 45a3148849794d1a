/* The service manager of scenarios: remembers what it was told. Linked instead of io/sd.c. */
#ifndef TESTS_FAKE_SD_H
#define TESTS_FAKE_SD_H

#include "io/sd.h"

/* Everything told since the last call of fake_sd_forget, a notification a line. Borrowed. */
const char *fake_sd_told(void);
void fake_sd_forget(void);

#endif
