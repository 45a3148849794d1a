/* A record of a payload, as a decoder cuts it: the texts of its fields, and where it stands. */
#ifndef FEEDS_RECORD_H
#define FEEDS_RECORD_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

enum { RECORD_FIELDS_MAX = 256 };

/* Its texts are borrowed, and hold until the next record is cut. */
struct record {
    const struct slice *fields; /* in the order of the announced names; NULL: `stops` tell them */
    const size_t *stops;        /* where each field ends in `text`, and the next one begins behind it */
    size_t len;
    int line;             /* where it begins in the payload, from 1 */
    struct slice text;    /* of the whole payload */
    size_t offset;        /* of the record's first byte in it */
    char delimiter;       /* of fields, in CSV */
    const size_t *starts; /* of fields in `text`; NULL: they are counted by the delimiter */
    int64_t value_scale;  /* one unit of its value in USD, where the payload says so; 0: it does not */
    const char *sheet;    /* of a workbook: `line` is then a row, and `starts` are columns, from 0 */
};

/* A field's text. Of CSV without quotes it is cut here, so that a column that nobody asks for costs nothing.
 */
static inline struct slice record_field(const struct record *record, size_t i)
{
    if (record->fields != NULL)
        return record->fields[i];
    size_t start = i > 0 ? record->stops[i - 1] + 1 : record->offset;
    return (struct slice){record->text.data + start, record->stops[i] - start};
}

/* Where field `i` begins in its line, from 1; also where lines end inside fields before it. Only messages
 * ask, so it is counted anew each time. */
int record_column(const struct record *record, size_t i);

/* Where field `i` stands; the record's beginning where it has no such field. A cell of a workbook has its
 * name in `file`, as "FILE:SHEET!C12" in the arena, and no line. */
struct place record_place(const struct record *record, size_t i, const char *file, struct arena *arena);

#endif
