#include "app/table_files.h"

#include <errno.h>

#include "io/yaml.h"

/* NULL where there is no room for one more, which is said. */
static struct table_file *next(
    struct table_files *files, const char *name, struct arena *arena, struct diag_list *diags)
{
    if (files->items == NULL)
        files->items = arena_array(arena, TABLE_FILES_MAX, sizeof *files->items);
    if (files->len < TABLE_FILES_MAX)
        return &files->items[files->len];
    diag_error(diags, (struct place){.file = name}, "C104", "more than %d files of tables", TABLE_FILES_MAX);
    return NULL;
}

int table_files_load(
    struct table_files *files, const char *path, struct arena *arena, struct diag_list *diags)
{
    struct table_file *file = next(files, path, arena, diags);
    if (file == NULL || yaml_load(path, arena, &file->document, &file->text, diags) < 0)
        return -EINVAL;
    file->name = path;
    files->len++;
    return 0;
}

int table_files_add(struct table_files *files, const char *name, struct slice text, struct arena *arena,
    struct diag_list *diags)
{
    struct table_file *file = next(files, name, arena, diags);
    if (file == NULL || yaml_parse(name, text, arena, &file->document, diags) < 0)
        return -EINVAL;
    file->name = name;
    file->text = text;
    files->len++;
    return 0;
}

int table_files_read(
    const struct table_files *files, struct reference *ret_reference, struct diag_list *diags)
{
    const struct node *documents[TABLE_FILES_MAX];
    for (size_t i = 0; i < files->len; i++)
        documents[i] = files->items[i].document;
    return reference_read(documents, files->len, ret_reference, diags);
}
