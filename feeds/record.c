#include "feeds/record.h"

#include <stdbool.h>

int record_column(const struct record *record, size_t i)
{
    const char *text = record->text.data;
    size_t at = record->offset, column = 1;
    for (bool quoted = false; i > 0; at++) {
        if (text[at] == '"')
            quoted = !quoted;
        else if (text[at] == record->delimiter && !quoted)
            i--;
    }
    for (; at > 0 && text[at - 1] != '\n'; at--)
        column++;
    return (int)column;
}
