#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

void log_write(enum log_level level, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = *p == '\n' ? '|' : '?';
    /* One write, so that lines of the two threads never mix. */
    char line[LINE_MAX_BYTES + 8];
    int n = isatty(STDERR_FILENO) ? snprintf(line, sizeof line, "%s\n", text)
                                  : snprintf(line, sizeof line, "<%d>%s\n", level, text);
    if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
        return; /* nowhere left to complain */
}
