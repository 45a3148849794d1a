#include "tests/support/archives.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(struct archive *archive, la_ssize_t result)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s\n", archive_error_string(archive));
    abort();
}

static void write_file(struct archive *archive, const struct archive_file *file)
{
    struct archive_entry *entry = archive_entry_new();
    bool directory = file->name[strlen(file->name) - 1] == '/';
    archive_entry_set_pathname(entry, file->name);
    archive_entry_set_filetype(entry, directory ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)file->data.len);
    must(archive, archive_write_header(archive, entry));
    if (!directory)
        must(archive, archive_write_data(archive, file->data.data, file->data.len));
    archive_entry_free(entry);
}

size_t archives_write(
    enum feed_unpack kind, const struct archive_file *files, size_t n, char *buf, size_t size)
{
    size_t used = 0;
    struct archive *archive = archive_write_new();
    if (kind == UNPACK_7Z)
        archive_write_set_format_7zip(archive);
    else
        archive_write_set_format_zip(archive);
    must(archive, archive_write_open_memory(archive, buf, size, &used));
    for (size_t i = 0; i < n; i++)
        write_file(archive, &files[i]);
    must(archive, archive_write_close(archive));
    archive_write_free(archive);
    return used;
}
