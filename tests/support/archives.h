/* Archives for tests, written by libarchive. */
#ifndef TESTS_ARCHIVES_H
#define TESTS_ARCHIVES_H

#include "base/str.h"
#include "feeds/descriptor.h"

struct archive_file {
    const char *name; /* one that ends in / is a directory */
    struct slice data;
};

/* Writes the files, as 7z or ZIP, into a buffer of `size` bytes. Its length. */
size_t archives_write(
    enum feed_unpack kind, const struct archive_file *files, size_t n, char *buf, size_t size);

#endif
