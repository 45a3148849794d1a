/* Laid under a program (LD_PRELOAD): kills it with SIGKILL at its n-th call that changes a file or makes it
 * durable, before the call, or in a write half way through its bytes.
 *
 *     DIE_AT     n, from 1 on; 0 or left out: never
 *     DIE_HALF   set: the write is begun
 *     DIE_COUNT  a file that the number of calls is written to at the end */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

/* The real function behind this one. Text is a function's name here, so ISO C's two kinds of pointers meet.
 */
static void *next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

static bool is_due(void)
{
    const char *at = getenv("DIE_AT");
    long call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    return at != NULL && call == atol(at);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void before_call(void)
{
    if (is_due())
        die();
}

typedef ssize_t pwrite_fn(int fd, const void *bytes, size_t n, off64_t offset);

static ssize_t write_at(pwrite_fn *real, int fd, const void *bytes, size_t n, off64_t offset)
{
    if (is_due()) {
        if (getenv("DIE_HALF") != NULL)
            (void)!real(fd, bytes, n / 2, offset);
        die();
    }
    return real(fd, bytes, n, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
    return write_at((pwrite_fn *)next("pwrite64"), fd, bytes, n, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
    return write_at((pwrite_fn *)next("pwrite64"), fd, bytes, n, offset);
}

int ftruncate(int fd, off_t size)
{
    before_call();
    return ((int (*)(int, off_t))next("ftruncate64"))(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    before_call();
    return ((int (*)(int, off64_t))next("ftruncate64"))(fd, size);
}

int fsync(int fd)
{
    before_call();
    return ((int (*)(int))next("fsync"))(fd);
}

int fdatasync(int fd)
{
    before_call();
    return ((int (*)(int))next("fdatasync"))(fd);
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("DIE_COUNT");
    FILE *out = path != NULL ? fopen(path, "w") : NULL;
    if (out == NULL)
        return;
    fprintf(out, "%ld\n", calls);
    fclose(out);
}
