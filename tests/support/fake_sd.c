#include "tests/support/fake_sd.h"

#include <string.h>

enum { TOLD_MAX = 16 * 1024 };

static char told[TOLD_MAX];

void sd_notify(const char *state)
{
    size_t len = strlen(told), more = strlen(state);
    if (len + more + 2 > sizeof told)
        return;
    memcpy(told + len, state, more);
    memcpy(told + len + more, "\n", 2);
}

int64_t sd_watchdog_interval_ms(void)
{
    return 0;
}

const char *fake_sd_told(void)
{
    return told;
}

void fake_sd_forget(void)
{
    told[0] = '\0';
}
