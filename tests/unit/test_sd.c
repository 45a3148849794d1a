/* link: daemon/base/alloc daemon/base/log daemon/base/str daemon/io/sd */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/sd.h"

struct fixture {
    char directory[200];
    struct sockaddr_un address;
    socklen_t len;
    int fd;
};

static int setup(void **state)
{
    static struct fixture f;
    const char *tmp = getenv("TMPDIR");
    snprintf(f.directory, sizeof(f.directory), "%s/tdwatch-sd-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(f.directory) == NULL)
        return -1;
    f.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (f->address.sun_path[0] == '/')
        unlink(f->address.sun_path);
    rmdir(f->directory);
    close(f->fd);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return 0;
}

static void listen_at(struct fixture *f, const char *name)
{
    f->address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(f->address.sun_path, sizeof(f->address.sun_path), "%s", name);
    setenv("NOTIFY_SOCKET", name, 1);
    if (name[0] == '@')
        f->address.sun_path[0] = '\0';
    f->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(f->fd, (struct sockaddr *)&f->address, f->len), 0);
}

static void assert_received(struct fixture *f, const char *expected)
{
    char got[256] = "";
    ssize_t n = recv(f->fd, got, sizeof(got) - 1, 0);
    assert_int_equal(n, strlen(expected));
    assert_string_equal(got, expected);
}

static void state_reaches_a_socket_in_the_file_system(void **state)
{
    struct fixture *f = *state;
    char path[256];
    snprintf(path, sizeof(path), "%s/notify", f->directory);
    listen_at(f, path);
    sd_notify("READY=1\nSTATUS=12 feeds");
    assert_received(f, "READY=1\nSTATUS=12 feeds");
    sd_notify("WATCHDOG=1");
    assert_received(f, "WATCHDOG=1");
}

static void state_reaches_an_abstract_socket(void **state)
{
    struct fixture *f = *state;
    char name[256];
    snprintf(name, sizeof(name), "@tdwatch-test-%ld", (long)getpid());
    listen_at(f, name);
    sd_notify("STOPPING=1");
    assert_received(f, "STOPPING=1");
}

static void nothing_happens_without_a_usable_socket(void **state)
{
    (void)state;
    sd_notify("READY=1");
    char too_long[300];
    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[0] = '/';
    too_long[sizeof(too_long) - 1] = '\0';
    const char *const names[] = {"", "/", "@", "relative", "vsock:2:1234", "/nonexistent/notify", too_long};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        sd_notify("READY=1");
    }
}

static void watchdog_interval_is_half_of_what_is_asked(void **state)
{
    (void)state;
    char us[32], other[32];
    snprintf(us, sizeof(us), "%ld", (long)getpid());
    snprintf(other, sizeof(other), "%ld", (long)getpid() + 1);
    const struct {
        const char *usec, *pid;
        int64_t expected;
    } cases[] = {
        {NULL, NULL, 0},
        {"60000000", NULL, 30000},
        {"60000000", us, 30000},
        {"60000000", other, 0},
        {"60000000", "junk", 0},
        {"0", us, 0},
        {"-5", us, 0},
        {"junk", us, 0},
        {"", us, 0},
        {"1000", us, 1},
        {"3000000", us, 1500},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsetenv("WATCHDOG_USEC");
        unsetenv("WATCHDOG_PID");
        if (cases[i].usec != NULL)
            setenv("WATCHDOG_USEC", cases[i].usec, 1);
        if (cases[i].pid != NULL)
            setenv("WATCHDOG_PID", cases[i].pid, 1);
        if (sd_watchdog_interval_ms() != cases[i].expected)
            fail_msg("case %zu: %ld", i, (long)sd_watchdog_interval_ms());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(state_reaches_a_socket_in_the_file_system, setup, teardown),
        cmocka_unit_test_setup_teardown(state_reaches_an_abstract_socket, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_happens_without_a_usable_socket, setup, teardown),
        cmocka_unit_test_setup_teardown(watchdog_interval_is_half_of_what_is_asked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
