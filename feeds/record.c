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

/* By the offset of the field, which may stand lines below the record's first. */
static struct place place_by_offset(const struct record *record, size_t start, const char *file)
{
    struct place place = {file, record->line, 1};
    for (size_t at = record->offset; at < start; at++)
        if (record->text.data[at] == '\n')
            place.line++;
    for (size_t at = start; at > 0 && record->text.data[at - 1] != '\n'; at--)
        place.column++;
    return place;
}

/* A, B, …, Z, AA, … as spreadsheets name their columns, from 0. */
static const char *column_name(size_t column, char buf[8])
{
    char *p = buf + 7;
    *p = '\0';
    for (size_t n = column + 1; n > 0 && p > buf; n = (n - 1) / 26)
        *--p = (char)('A' + (n - 1) % 26);
    return p;
}

struct place record_place(const struct record *record, size_t i, const char *file, struct arena *arena)
{
    char letters[8];
    if (record->sheet != NULL)
        return (struct place){
            arena_printf(arena, "%s:%s!%s%d", file, record->sheet,
                column_name(i < record->len ? record->starts[i] : 0, letters), record->line),
            0, 0};
    if (record->starts != NULL)
        return place_by_offset(record, i < record->len ? record->starts[i] : record->offset, file);
    return (struct place){file, record->line, i < record->len ? record_column(record, i) : 1};
}
