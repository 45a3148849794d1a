/* A record of a payload, as a decoder cuts it: the texts of its fields, and where it stands. */
#ifndef FEEDS_RECORD_H
#define FEEDS_RECORD_H

#include <stddef.h>

#include "base/str.h"

enum { RECORD_FIELDS_MAX = 256 };

/* Its texts are borrowed, and hold until the next record is cut. */
struct record {
    const struct slice *fields; /* in the order of the announced names */
    size_t len;
    int line;          /* where it begins in the payload, from 1 */
    struct slice text; /* of the whole payload */
    size_t offset;     /* of the record's first byte in it */
    char delimiter;    /* of fields */
};

/* Where field `i` begins in its line, from 1; also where lines end inside fields before it. Only messages
 * ask, so it is counted anew each time. */
int record_column(const struct record *record, size_t i);

#endif
