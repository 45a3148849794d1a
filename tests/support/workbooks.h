/* Workbooks for tests, from lines of text. */
#ifndef TESTS_WORKBOOKS_H
#define TESTS_WORKBOOKS_H

#include "base/buf.h"
#include "base/str.h"

/* "sheet NAME" begins a sheet, of which the next lines are the rows; "strings" and "styles" begin those
 * parts, and "part NAME" any other; "1904" counts dates from there; "stored" does not compress. */
void workbook_make(struct slice lines, struct buf *ret_payload);

#endif
