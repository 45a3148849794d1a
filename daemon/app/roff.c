#include "app/roff.h"

#include <stdbool.h>
#include <string.h>

enum { ROFF_WIDTH = 78 };

/* roff would read these as its own: a backslash anywhere, a dot or an apostrophe at a line's start. */
static void print_roff_word(FILE *out, const char *word, size_t len, bool at_start)
{
    if (at_start && (*word == '.' || *word == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < len; i++)
        if (word[i] == '\\')
            fputs("\\e", out);
        else
            fputc(word[i], out);
}

/* In lines of less than the 80 bytes that mandoc -Tlint asks for. */
void roff_print(FILE *out, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        if (column > 0 && column + 1 + len > ROFF_WIDTH) {
            fputc('\n', out);
            column = 0;
        } else if (column > 0) {
            fputc(' ', out);
            column++;
        }
        print_roff_word(out, text, len, column == 0);
        column += len;
        text += len + strspn(text + len, " ");
    }
}
