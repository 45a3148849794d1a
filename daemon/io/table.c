#include "io/table.h"

#include <libsmartcols.h>
#include <locale.h>
#include <unistd.h>

#include "base/alloc.h"

struct table {
    struct libscols_table *lines;
    size_t columns;
};

/* Screen width of a table that is not printed to a terminal. */
enum { PLAIN_WIDTH = 132 };

static int flags_of(enum table_column_kind kind)
{
    switch (kind) {
    case TABLE_TEXT:
        return 0;
    case TABLE_NUMBER:
        return SCOLS_FL_RIGHT;
    case TABLE_WRAP:
        return SCOLS_FL_WRAP;
    }
    return 0;
}

struct table *table_new(const struct table_column *columns, size_t n)
{
    struct libscols_table *lines = scols_new_table();
    if (lines == NULL)
        return NULL;
    setlocale(LC_CTYPE, "C.UTF-8"); /* only how wide letters are; numbers are never formatted by locale */
    for (size_t i = 0; i < n; i++)
        scols_table_new_column(lines, columns[i].name, 0.1, flags_of(columns[i].kind));
    if (!isatty(STDOUT_FILENO)) /* a terminal's own width is known to the library */
        scols_table_set_termwidth(lines, PLAIN_WIDTH);
    struct table *table = alloc_zeroed(1, sizeof *table);
    table->lines = lines;
    table->columns = n;
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    scols_unref_table(table->lines);
    alloc_free(table);
}

void table_add(struct table *table, const char *const *texts)
{
    struct libscols_line *line = scols_table_new_line(table->lines, NULL);
    for (size_t i = 0; line != NULL && i < table->columns; i++)
        scols_line_set_data(line, i, texts[i]);
}

size_t table_rows(const struct table *table)
{
    return scols_table_get_nlines(table->lines);
}

void table_print(struct table *table, FILE *out)
{
    scols_table_set_stream(table->lines, out);
    scols_print_table(table->lines);
    fflush(out);
}
