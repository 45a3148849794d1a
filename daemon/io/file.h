/* Whole small files. */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/keys.h"
#include "base/str.h"

/* The bytes of a file of at most `max` bytes, in `arena`, NUL behind them. 0, -EFBIG, or -errno. */
int file_read(const char *path, size_t max, struct arena *arena, struct slice *ret_bytes);

/* The same without a copy where it is a plain file: the bytes are the file's, with nothing behind them, and
 * change with it; where it is cut short, reading them ends the process with SIGBUS. For the life of the
 * process. */
int file_map(const char *path, size_t max, struct arena *arena, struct slice *ret_bytes);

/* A secret: the text of a file without its last line end. The file is $CREDENTIALS_DIRECTORY/name, or `name`
 * itself where it is an absolute path; the latter must be a regular file of ours that nobody else can read
 * (mode & 077 == 0). 0, -ENOENT, -EPERM when others can read it, -errno. */
int file_read_secret(const char *name, struct arena *arena, struct slice *ret_secret);

/* Writes a file as a whole: temporary name, fsync, rename. 0 or -errno. */
int file_write(const char *path, struct slice bytes, unsigned mode);

/* Paths in `directory` whose names end in `suffix`, sorted by name; or `path` itself where it is a file. 0 or
 * -errno. */
int file_list(const char *path, const char *suffix, struct arena *arena, struct texts *ret_paths);

/* Creates a directory (mode 0700) where it is missing, parents too. 0 or -errno. */
int file_make_directory(const char *path);

#endif
