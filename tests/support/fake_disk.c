#include "tests/support/fake_disk.h"

#include <sqlite3.h>
#include <stdlib.h>

enum { TABLES_MAX = 4 };

/* The real layer has a few tables of functions, by kind of file; each is copied once with two functions
 * replaced. */
struct table {
    const sqlite3_io_methods *real;
    sqlite3_io_methods own;
};

static struct table tables[TABLES_MAX];
static sqlite3_vfs own_vfs, *real_vfs;
static fake_disk_fn *on_write;
static void *on_write_data;
static bool is_full;

static const sqlite3_io_methods *real_of(const sqlite3_file *file)
{
    for (int i = 0; i < TABLES_MAX; i++)
        if (&tables[i].own == file->pMethods)
            return tables[i].real;
    abort();
}

static int write_bytes(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
    on_write(on_write_data);
    return is_full ? SQLITE_FULL : real_of(file)->xWrite(file, bytes, n, offset);
}

static int sync_nothing(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static const sqlite3_io_methods *own_of(const sqlite3_io_methods *real)
{
    int i = 0;
    while (i < TABLES_MAX && tables[i].real != NULL && tables[i].real != real)
        i++;
    if (i == TABLES_MAX)
        abort();
    if (tables[i].real == NULL) {
        tables[i] = (struct table){real, *real};
        tables[i].own.xWrite = write_bytes;
        tables[i].own.xSync = sync_nothing;
    }
    return &tables[i].own;
}

static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *ret_flags)
{
    (void)vfs;
    int rc = real_vfs->xOpen(real_vfs, name, file, flags, ret_flags);
    if (rc == SQLITE_OK && file->pMethods != NULL)
        file->pMethods = own_of(file->pMethods);
    return rc;
}

void fake_disk_install(fake_disk_fn *before_write, void *userdata)
{
    on_write = before_write;
    on_write_data = userdata;
    real_vfs = sqlite3_vfs_find(NULL);
    own_vfs = *real_vfs;
    own_vfs.zName = "scenario";
    own_vfs.xOpen = open_file;
    sqlite3_vfs_register(&own_vfs, 1);
}

void fake_disk_fill(bool full)
{
    is_full = full;
}
