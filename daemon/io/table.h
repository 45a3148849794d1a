/* Tables for terminals (libsmartcols): widths right for Vietnamese, cut or wrapped to the terminal. */
#ifndef IO_TABLE_H
#define IO_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct table;

enum table_column_kind { TABLE_TEXT, TABLE_NUMBER, TABLE_WRAP };

struct table_column {
    const char *name; /* ASCII */
    enum table_column_kind kind;
};

/* NULL where memory is short. */
struct table *table_new(const struct table_column *columns, size_t n);
void table_free(struct table *table);

/* One row; texts are copied, as many as there are columns. */
void table_add(struct table *table, const char *const *texts);

size_t table_rows(const struct table *table);
void table_print(struct table *table, FILE *out);

#endif
