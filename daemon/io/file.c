#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

enum {
    READ_SIZE = 16 * 1024,
    SECRET_BYTES_MAX = 4096, /* a password or a key, with room to spare */
    LIST_MAX = 4096,         /* files of one directory */
};

static int read_all(int fd, struct buf *out)
{
    char chunk[READ_SIZE];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0 && buf_append(out, chunk, (size_t)n) < 0)
            return -EFBIG;
    }
}

/* A file whose size is known is read into its place; one that grows meanwhile is read as it was. */
static int read_sized(int fd, size_t size, struct arena *arena, struct slice *ret_bytes)
{
    char *bytes = arena_alloc(arena, size + 1);
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, bytes + len, size - len);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return -errno;
        len += n > 0 ? (size_t)n : 0;
    }
    bytes[len] = '\0';
    *ret_bytes = (struct slice){bytes, len};
    return 0;
}

static int read_descriptor(int fd, size_t max, struct arena *arena, struct slice *ret_bytes)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
        return (uint64_t)status.st_size > max ? -EFBIG
                                              : read_sized(fd, (size_t)status.st_size, arena, ret_bytes);
    struct buf buf;
    buf_init(&buf, max);
    int r = read_all(fd, &buf);
    if (r == 0)
        *ret_bytes = (struct slice){arena_strndup(arena, buf_text(&buf), buf.len), buf.len};
    buf_deinit(&buf);
    return r;
}

int file_read(const char *path, size_t max, struct arena *arena, struct slice *ret_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = read_descriptor(fd, max, arena, ret_bytes);
    close(fd);
    return r;
}

int file_map(const char *path, size_t max, struct arena *arena, struct slice *ret_bytes)
{
    struct stat status;
    int r = -EINVAL, fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    void *bytes = MAP_FAILED;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        r = (uint64_t)status.st_size > max ? -EFBIG : 0;
        if (r == 0)
            bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (bytes != MAP_FAILED)
        *ret_bytes = (struct slice){bytes, (size_t)status.st_size};
    else if (r != -EFBIG)
        r = read_descriptor(fd, max, arena, ret_bytes);
    close(fd);
    return r;
}

/* A secret that others can read is none. Asked of the open file, so that it cannot be swapped in between. */
static int check_private(int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    bool ours = S_ISREG(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & 077) == 0;
    return ours ? 0 : -EPERM;
}

/* The service manager made the credential directory and set its permissions; a path is checked by us. */
static int open_secret(const char *name, struct arena *arena, int *ret_fd)
{
    bool absolute = name[0] == '/';
    const char *directory = getenv("CREDENTIALS_DIRECTORY"), *path = name;
    if (!absolute && (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL))
        return -EINVAL;
    if (!absolute && directory == NULL)
        return -ENOENT;
    if (!absolute)
        path = arena_printf(arena, "%s/%s", directory, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int r = absolute ? check_private(fd) : 0;
    if (r < 0)
        close(fd);
    else
        *ret_fd = fd;
    return r;
}

int file_read_secret(const char *name, struct arena *arena, struct slice *ret_secret)
{
    int fd = -1;
    struct slice secret;
    int r = open_secret(name, arena, &fd);
    if (r < 0)
        return r;
    r = read_descriptor(fd, SECRET_BYTES_MAX, arena, &secret);
    close(fd);
    if (r < 0)
        return r;
    if (secret.len > 0 && secret.data[secret.len - 1] == '\n')
        secret.len--;
    if (secret.len > 0 && secret.data[secret.len - 1] == '\r')
        secret.len--;
    if (memchr(secret.data, '\0', secret.len) != NULL)
        return -EINVAL; /* would be cut short where it is used as a C string */
    ret_secret->data = arena_strndup(arena, secret.data, secret.len);
    ret_secret->len = secret.len;
    return 0;
}

static int write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.data, bytes.len);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            bytes = (struct slice){bytes.data + n, bytes.len - (size_t)n};
    }
    return 0;
}

/* Synced before it is renamed: otherwise a power cut may leave the new name with no bytes (rename(2) orders
 * nothing). */
static int write_descriptor(int fd, struct slice bytes, unsigned mode)
{
    int r = write_all(fd, bytes);
    if (r == 0 && (fchmod(fd, (mode_t)mode) < 0 || fsync(fd) < 0))
        r = -errno;
    if (close(fd) < 0 && r == 0)
        r = -errno;
    return r;
}

/* A rename is durable only when its directory is. */
static int sync_directory_of(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        slash[slash == path] = '\0';
    int fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* A name of its own in the same directory: readers see the old file or the new one, two writers never share a
 * temporary file, and rename(2) does not cross file systems. */
static int write_and_rename(const char *path, char *temporary, struct slice bytes, unsigned mode)
{
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = write_descriptor(fd, bytes, mode);
    if (r == 0 && rename(temporary, path) < 0)
        r = -errno;
    if (r < 0)
        unlink(temporary);
    return r;
}

int file_write(const char *path, struct slice bytes, unsigned mode)
{
    struct arena arena = ARENA_NULL;
    char *temporary = arena_printf(&arena, "%s.XXXXXX", path);
    int r = write_and_rename(path, temporary, bytes, mode);
    if (r == 0)
        r = sync_directory_of(temporary);
    arena_deinit(&arena);
    return r;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t n = strlen(name), k = strlen(suffix);
    return n > k && memcmp(name + n - k, suffix, k) == 0;
}

/* Hidden names are editors' and package managers' leftovers. */
static bool is_listed(DIR *directory, const char *name, const char *suffix)
{
    struct stat status;
    return name[0] != '.' && ends_in(name, suffix) && fstatat(dirfd(directory), name, &status, 0) == 0 &&
           S_ISREG(status.st_mode);
}

struct listing {
    const char **items; /* heap */
    size_t len, cap;
};

static int list_directory(
    DIR *directory, const char *path, const char *suffix, struct arena *arena, struct listing *listing)
{
    const char *separator = ends_in(path, "/") || str_equal(path, "/") ? "" : "/";
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL)
            return -errno;
        if (!is_listed(directory, entry->d_name, suffix))
            continue;
        if (listing->len == LIST_MAX)
            return -EFBIG;
        listing->items = alloc_grow(listing->items, listing->len, &listing->cap, sizeof *listing->items);
        listing->items[listing->len++] = arena_printf(arena, "%s%s%s", path, separator, entry->d_name);
    }
}

static struct texts sorted(const struct listing *listing, struct arena *arena)
{
    const char **items = arena_array(arena, listing->len, sizeof *items);
    if (listing->len > 0) {
        memcpy(items, listing->items, listing->len * sizeof *items);
        qsort(items, listing->len, sizeof *items, compare_texts);
    }
    return (struct texts){items, listing->len};
}

int file_list(const char *path, const char *suffix, struct arena *arena, struct texts *ret_paths)
{
    struct stat status;
    struct listing listing = {0};
    if (stat(path, &status) < 0)
        return -errno;
    if (!S_ISDIR(status.st_mode)) {
        const char *only = arena_strdup(arena, path);
        *ret_paths = sorted(&(struct listing){&only, 1, 1}, arena);
        return 0;
    }
    DIR *directory = opendir(path);
    if (directory == NULL)
        return -errno;
    int r = list_directory(directory, path, suffix, arena, &listing);
    closedir(directory);
    if (r == 0)
        *ret_paths = sorted(&listing, arena);
    alloc_free(listing.items);
    return r;
}

/* One directory; there already is as good. */
static int make_one(const char *path)
{
    struct stat status;
    if (mkdir(path, 0700) == 0)
        return 0;
    if (errno != EEXIST)
        return -errno;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
}

static int make_parents(char *path)
{
    int r = 0;
    for (char *slash = strchr(path + 1, '/'); slash != NULL && r == 0; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        r = make_one(path);
        *slash = '/';
    }
    return r;
}

int file_make_directory(const char *path)
{
    if (path[0] == '\0')
        return -EINVAL;
    char *copy = alloc_strdup(path);
    int r = make_parents(copy);
    if (r == 0)
        r = make_one(copy);
    alloc_free(copy);
    return r;
}
