#include "tests/support/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void cases_open(struct cases *cases, const char *path)
{
    *cases = (struct cases){.path = path};
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s cannot be opened: tests run in the project root", path);
    size_t size = 0;
    ssize_t n = getdelim(&cases->bytes, &size, '\0', file);
    fclose(file);
    if (n < 0)
        fail_msg("%s is empty", path);
    cases->next = cases->bytes;
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
        len--;
    text[len] = '\0';
    return text;
}

/* The next line, trimmed, or NULL at the end. */
static char *next_line(struct cases *cases)
{
    if (*cases->next == '\0')
        return NULL;
    char *text = cases->next;
    size_t len = strcspn(text, "\n");
    cases->next += text[len] == '\n' ? len + 1 : len;
    text[len] = '\0';
    cases->line++;
    return trim(text);
}

bool cases_next(struct cases *cases)
{
    cases->len = 0;
    for (char *text = next_line(cases); text != NULL; text = next_line(cases)) {
        if (text[0] == '#')
            continue;
        if (text[0] == '\0' && cases->len > 0)
            break;
        if (text[0] == '\0')
            continue;
        if (cases->len == CASE_LINES_MAX)
            fail_msg("%s:%d: a case of more than %d lines", cases->path, cases->line, CASE_LINES_MAX);
        cases->lines[cases->len++] = (struct case_line){text, cases->line};
    }
    cases->count += cases->len > 0;
    return cases->len > 0;
}

void cases_fault(struct cases *cases, size_t index, const char *format, ...)
{
    cases->faults++;
    const struct case_line *line = &cases->lines[index < cases->len ? index : cases->len - 1];
    fprintf(stderr, "%s:%d: ", cases->path, line->number);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
}

void cases_close(struct cases *cases)
{
    size_t count = cases->count, faults = cases->faults;
    free(cases->bytes);
    if (count == 0)
        fail_msg("%s holds no case", cases->path);
    if (faults > 0)
        fail_msg("%s: %zu faults in %zu cases", cases->path, faults, count);
}

char *cases_split(char *text, char separator)
{
    char *at = strchr(text, separator);
    if (at == NULL)
        return NULL;
    *at = '\0';
    (void)trim(text);
    return trim(at + 1);
}
