/* link: daemon/base/alloc daemon/base/log daemon/base/str daemon/io/address daemon/io/http daemon/io/login daemon/io/loop */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/http.h"
#include "io/login.h"

/* The server's clock. */
static int64_t now_ms = 1000;

int64_t clock_monotonic_ms(void)
{
    return now_ms;
}

int64_t clock_monotonic_us(void)
{
    return now_ms * 1000;
}

enum { MAX_BODY = 1000, REPLY_MAX = 4096 };

struct fixture {
    char directory[40], path[60];
    struct loop *loop;
    struct http_server *server;
    struct http_request *waiting; /* deferred */
    bool later;                   /* requests are answered later */
    char login[LOGIN_SIZE];
    int calls;
};

static void handler(void *userdata, struct http_request *request)
{
    struct fixture *f = userdata;
    f->calls++;
    snprintf(f->login, sizeof f->login, "%s", http_request_login(request));
    if (f->later) {
        http_defer(request);
        f->waiting = request;
    } else {
        http_reply(request, 200, "text/plain", slice_of("hello"));
    }
}

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){.loop = loop_new()};
    snprintf(f.directory, sizeof f.directory, "/tmp/tdwatch-XXXXXX");
    if (mkdtemp(f.directory) == NULL)
        return -1;
    snprintf(f.path, sizeof f.path, "%s/control.sock", f.directory);
    *state = &f;
    return http_server_new_unix(f.loop, f.path, MAX_BODY, handler, &f, &f.server);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    http_server_free(f->server);
    loop_free(f->loop);
    unlink(f->path);
    return rmdir(f->directory);
}

static int dial(struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", f->path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void turn_until_called(struct fixture *f)
{
    for (int i = 0; i < 1000 && f->calls == 0; i++)
        loop_turn(f->loop, 10);
    assert_int_equal(f->calls, 1);
}

/* What the server sends until it closes. */
static const char *hear(struct fixture *f, int fd)
{
    static char reply[REPLY_MAX];
    size_t len = 0;
    for (int i = 0; i < 1000; i++) {
        ssize_t n = recv(fd, reply + len, REPLY_MAX - 1 - len, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            break;
        if (n > 0)
            len += (size_t)n;
        else
            loop_turn(f->loop, 10);
    }
    reply[len] = '\0';
    close(fd);
    return reply;
}

static void asker_is_known_by_the_kernel(void **state)
{
    struct fixture *f = *state;
    char self[LOGIN_SIZE];
    int fd = dial(f);
    say(fd, "POST / HTTP/1.1\r\nHost: anything\r\nContent-Length: 2\r\n\r\nab");
    const char *reply = hear(f, fd);
    assert_int_equal(strncmp(reply, "HTTP/1.1 200 ", 13), 0);
    assert_string_equal(f->login, login_of_self(self));
    assert_int_not_equal(f->login[0], '\0');
    assert_int_equal(http_server_port(f->server), 0);
}

static void socket_is_open_to_owner_and_group_only(void **state)
{
    struct fixture *f = *state;
    struct stat status;
    assert_int_equal(stat(f->path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 0777, 0660);
    mode_t old = umask(0);
    http_server_free(f->server);
    assert_int_equal(access(f->path, F_OK), -1);
    assert_int_equal(http_server_new_unix(f->loop, f->path, MAX_BODY, handler, f, &f->server), 0);
    umask(old);
    assert_int_equal(stat(f->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0660);
}

static void socket_of_a_crash_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct http_server *second;
    assert_int_equal(http_server_new_unix(f->loop, f->path, MAX_BODY, handler, f, &second), 0);
    int fd = dial(f);
    say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(strstr(hear(f, fd), "hello"));
    http_server_free(second);
}

static void answer_may_come_later(void **state)
{
    struct fixture *f = *state;
    f->later = true;
    int fd = dial(f);
    say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn_until_called(f);
    for (int second = 0; second < 60; second++) { /* far longer than a request may take to arrive */
        now_ms += 1000;
        loop_turn(f->loop, 1);
    }
    http_reply(f->waiting, 200, "text/plain", slice_of("at last"));
    assert_non_null(strstr(hear(f, fd), "at last"));
}

static void answer_to_who_has_gone_goes_nowhere(void **state)
{
    struct fixture *f = *state;
    f->later = true;
    int fd = dial(f);
    say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn_until_called(f);
    close(fd);
    for (int i = 0; i < 20; i++)
        loop_turn(f->loop, 5);
    http_reply(f->waiting, 200, "text/plain", slice_of("at last"));
    for (int i = 0; i < 20; i++)
        loop_turn(f->loop, 5);
}

static void waiting_ends_after_five_minutes(void **state)
{
    struct fixture *f = *state;
    f->later = true;
    int fd = dial(f);
    say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    turn_until_called(f);
    now_ms += 5 * 60 * 1000;
    assert_string_equal(hear(f, fd), "");
    http_reply(f->waiting, 200, "text/plain", slice_of("too late"));
}

static void bodies_and_hosts_are_judged_as_on_tcp(void **state)
{
    struct fixture *f = *state;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n",
        "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        int fd = dial(f);
        say(fd, requests[i]);
        const char *reply = hear(f, fd);
        assert_true(atoi(reply + 9) >= 400);
        assert_int_equal(f->calls, 0);
    }
}

static void path_that_is_too_long_is_said(void **state)
{
    struct fixture *f = *state;
    struct http_server *server;
    char path[200];
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(http_server_new_unix(f->loop, path, MAX_BODY, handler, f, &server), -ENAMETOOLONG);
    assert_int_equal(http_server_new_unix(f->loop, "/nowhere/x", MAX_BODY, handler, f, &server), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(asker_is_known_by_the_kernel),
        TEST(socket_is_open_to_owner_and_group_only),
        TEST(socket_of_a_crash_is_replaced),
        TEST(answer_may_come_later),
        TEST(answer_to_who_has_gone_goes_nowhere),
        TEST(waiting_ends_after_five_minutes),
        TEST(bodies_and_hosts_are_judged_as_on_tcp),
        TEST(path_that_is_too_long_is_said),
    };
    signal(SIGPIPE, SIG_IGN); /* as main.c does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
