/* The files of reference tables, with the texts that they were read from. */
#ifndef APP_TABLE_FILES_H
#define APP_TABLE_FILES_H

#include "core/reference.h"

enum { TABLE_FILES_MAX = 200 };

struct table_file {
    const char *name; /* its path, as it was named */
    struct slice text;
    const struct node *document;
};

/* In the order in which they were added. All lives in the arena that they were added with. */
struct table_files {
    struct table_file *items;
    size_t len;
};

/* Adds a file. 0, or -EINVAL with its faults in `diags`. */
int table_files_load(
    struct table_files *files, const char *path, struct arena *arena, struct diag_list *diags);

/* Adds a file whose text is here. It is borrowed. */
int table_files_add(struct table_files *files, const char *name, struct slice text, struct arena *arena,
    struct diag_list *diags);

/* Reads them all together, see reference_read. */
int table_files_read(
    const struct table_files *files, struct reference *ret_reference, struct diag_list *diags);

#endif
