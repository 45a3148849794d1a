#include "tests/support/fake_log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LOG_MAX = 512 * 1024, LOG_LINE_MAX = 4096 };

static char text[LOG_MAX];
static size_t length;
static bool printing;

void log_write(enum log_level level, const char *format, ...)
{
    char line[LOG_LINE_MAX], whole[LOG_LINE_MAX + 8];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    int n = snprintf(whole, sizeof whole, "<%d>%s\n", level, line);
    if (printing)
        fputs(whole, stderr);
    if (length + (size_t)n + 1 > sizeof text)
        fake_log_forget(); /* a scenario that logs so much looks at the newest */
    memcpy(text + length, whole, (size_t)n + 1);
    length += (size_t)n;
}

const char *fake_log_text(void)
{
    return text;
}

void fake_log_forget(void)
{
    length = 0;
    text[0] = '\0';
}

void fake_log_print(void)
{
    printing = true;
}
