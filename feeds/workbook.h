/* A workbook of Office Open XML (ECMA-376; .xlsx): a ZIP archive of XML parts.
 *
 * Its parts are read into memory, at most WORKBOOK_BYTES_MAX of them and WORKBOOK_RATIO_MAX times the
 * payload. Nothing is written anywhere by a name of the archive. */
#ifndef FEEDS_WORKBOOK_H
#define FEEDS_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

enum {
    WORKBOOK_BYTES_MAX = 64 * 1024 * 1024,
    WORKBOOK_RATIO_MAX = 200,
    WORKBOOK_SHEETS_MAX = 256,
    WORKBOOK_CELL_MAX = 64 * 1024, /* bytes of a cell's text; Excel has 32,767 characters */
};

struct workbook_part {
    const char *name;
    struct slice text;
};

struct workbook_sheet {
    const char *name;
    const struct workbook_part *part;
};

struct workbook {
    struct workbook_part *parts;
    size_t part_len, part_cap;
    struct workbook_sheet sheets[WORKBOOK_SHEETS_MAX];
    size_t sheet_len;
    struct slice *strings; /* shared by cells */
    size_t string_len, string_cap;
    bool *is_date; /* by the style of a cell */
    size_t style_len, style_cap;
    bool from_1904; /* dates count from there */
    struct arena arena;
};

/* Reads all but the sheets. 0, or -EBADMSG with a fault in `diags` (D029, D030). */
int workbook_read(
    struct slice payload, const char *file, struct workbook *ret_workbook, struct diag_list *diags);
void workbook_deinit(struct workbook *workbook);

/* Walks the elements of a part. Names have no prefix. A handler that returns non-zero stops it. */
struct workbook_walk {
    int (*start)(void *userdata, const char *name, const char **attributes);
    int (*end)(void *userdata, const char *name, struct slice text); /* text of an element without elements */
    void *userdata;
};

/* 0, 1 when it was stopped, or -EBADMSG with a fault in `diags`. */
int workbook_walk(const struct workbook_part *part, const char *file, const struct workbook_walk *walk,
    struct diag_list *diags);

/* The value of an attribute, NULL where there is none. */
const char *workbook_attribute(const char **attributes, const char *name);

#endif
