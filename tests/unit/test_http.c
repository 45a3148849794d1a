/* link: daemon/base/alloc daemon/base/log daemon/base/str daemon/io/address daemon/io/http daemon/io/login daemon/io/loop */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/http.h"

/* The server's clock, so that its ten seconds pass at once. */
static int64_t now_ms = 1000;

int64_t clock_monotonic_ms(void)
{
    return now_ms;
}

int64_t clock_monotonic_us(void)
{
    return now_ms * 1000;
}

enum { MAX_BODY = 1000, REPLY_MAX = 16 * 1024 };

struct fixture {
    struct loop *loop;
    struct http_server *server;
    char seen[256]; /* what the handler was given */
    int calls;
    bool silent; /* the handler does not answer */
};

static void handler(void *userdata, struct http_request *request)
{
    struct fixture *f = userdata;
    f->calls++;
    const char *header = http_request_header(request, "x-test");
    struct slice body = http_request_body(request);
    snprintf(f->seen, sizeof(f->seen), "%s %s [%s] %.*s", http_request_method(request),
        http_request_path(request), header != NULL ? header : "-", (int)body.len,
        body.len > 0 ? body.data : "");
    if (f->silent)
        return;
    http_reply_header(request, "X-Reply", "yes");
    http_reply(request, 200, "text/plain", slice_of("hello"));
}

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){.loop = loop_new()};
    *state = &f;
    return http_server_new(f.loop, "127.0.0.1", 0, MAX_BODY, handler, &f, &f.server);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    http_server_free(f->server);
    loop_free(f->loop);
    return 0;
}

static int dial(struct fixture *f)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_server_port(f->server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Turns the loop until the server closes; what it sent stands in `reply`. */
static void read_to_end(struct fixture *f, int fd, char reply[REPLY_MAX])
{
    size_t len = 0;
    for (int i = 0; i < 1000; i++) {
        ssize_t n = recv(fd, reply + len, REPLY_MAX - 1 - len, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            break;
        if (n > 0)
            len += (size_t)n;
        else
            loop_turn(f->loop, 10);
    }
    reply[len] = '\0';
    close(fd);
}

/* Sends the text with every "PORT" replaced by the server's port. */
static void talk(struct fixture *f, const char *request, char reply[REPLY_MAX])
{
    char text[REPLY_MAX];
    size_t len = 0;
    for (const char *c = request; *c != '\0';) {
        bool port = strncmp(c, "PORT", 4) == 0;
        len += port ? (size_t)snprintf(text + len, 8, "%u", http_server_port(f->server)) : 1;
        if (!port)
            text[len - 1] = *c;
        c += port ? 4 : 1;
    }
    int fd = dial(f);
    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
    read_to_end(f, fd, reply);
}

static int status_of(const char *reply)
{
    return strncmp(reply, "HTTP/1.", 7) == 0 ? atoi(reply + 9) : 0;
}

static void get_is_answered_and_the_connection_closed(void **state)
{
    struct fixture *f = *state;
    char reply[REPLY_MAX];
    talk(f, "GET /a%20b?x=1 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX-Test: v\r\n\r\n", reply);
    assert_int_equal(status_of(reply), 200);
    assert_string_equal(f->seen, "GET /a b [v] ");
    assert_non_null(strstr(reply, "\r\nX-Reply: yes\r\n"));
    assert_non_null(strstr(reply, "\r\nContent-Type: text/plain\r\n"));
    assert_non_null(strstr(reply, "\r\nConnection: close\r\n"));
    assert_non_null(strstr(reply, "\r\nContent-Length: 5\r\n"));
    assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\nhello");
}

static void head_has_the_headers_of_get_and_no_body(void **state)
{
    struct fixture *f = *state;
    char reply[REPLY_MAX];
    talk(f, "HEAD / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", reply);
    assert_int_equal(status_of(reply), 200);
    assert_non_null(strstr(reply, "\r\nContent-Length: 5\r\n"));
    assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
}

static void post_brings_its_body(void **state)
{
    struct fixture *f = *state;
    char reply[REPLY_MAX];
    talk(f, "POST /p HTTP/1.1\r\nHost: LOCALHOST:PORT\r\nContent-Length: 4\r\n\r\nbody", reply);
    assert_int_equal(status_of(reply), 200);
    assert_string_equal(f->seen, "POST /p [-] body");
}

static void improper_requests_never_reach_the_handler(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.0\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: localhost:PORT\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
        {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 421},
        {"GET / HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 421},
        {"GET / HTTP/1.1\r\nHost: evil.example:PORT\r\n\r\n", 421},
        {"GET / HTTP/1.1\r\nHost: \r\n\r\n", 421},
        {"GET http://localhost:PORT/ HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", 400},
        {"GET /%00x HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        {"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 1\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
            400},
        {"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 1001\r\n\r\n", 413},
        {"PUT / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 0\r\n\r\n", 501},
        {"DELETE / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", 501},
        {"OPTIONS * HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", 501},
        {"TRACE / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", 501},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char reply[REPLY_MAX];
        talk(f, cases[i].request, reply);
        if (status_of(reply) != cases[i].status || f->calls != 0)
            fail_msg("%zu: %s -> %s", i, cases[i].request, reply);
    }
}

static void too_many_header_bytes_are_refused(void **state)
{
    struct fixture *f = *state;
    char request[12000], reply[REPLY_MAX];
    int n = snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: localhost:PORT\r\nX-Long: ");
    memset(request + n, 'x', 9000);
    snprintf(request + n + 9000, sizeof(request) - (size_t)n - 9000, "\r\n\r\n");
    talk(f, request, reply);
    assert_int_equal(status_of(reply), 400);
    assert_int_equal(f->calls, 0);
}

static void second_request_on_a_connection_is_not_answered(void **state)
{
    struct fixture *f = *state;
    char reply[REPLY_MAX];
    talk(f, "GET /1 HTTP/1.1\r\nHost: localhost:PORT\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
        reply);
    assert_int_equal(f->calls, 1);
}

static void handler_that_does_not_answer_becomes_500(void **state)
{
    struct fixture *f = *state;
    char reply[REPLY_MAX];
    f->silent = true;
    talk(f, "GET / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", reply);
    assert_int_equal(status_of(reply), 500);
}

static void slow_request_ends_at_its_deadline_though_bytes_keep_coming(void **state)
{
    struct fixture *f = *state;
    int fd = dial(f);
    for (int second = 0; second < 9; second++) {
        assert_int_equal(send(fd, "G", 1, MSG_NOSIGNAL), 1);
        loop_turn(f->loop, 150);
        now_ms += 1000;
    }
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
    now_ms += 1001;
    char reply[REPLY_MAX];
    read_to_end(f, fd, reply);
    assert_string_equal(reply, "");
}

static void connections_past_the_limit_wait_until_others_end(void **state)
{
    struct fixture *f = *state;
    int idle[64];
    for (int i = 0; i < 64; i++)
        idle[i] = dial(f);
    for (int i = 0; i < 20; i++)
        loop_turn(f->loop, 5);
    int late = dial(f);
    char request[100], reply[REPLY_MAX];
    int n = snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
        http_server_port(f->server));
    assert_int_equal(send(late, request, (size_t)n, MSG_NOSIGNAL), n);
    for (int i = 0; i < 20; i++)
        loop_turn(f->loop, 10);
    assert_int_equal(f->calls, 0);
    close(idle[0]);
    read_to_end(f, late, reply);
    assert_int_equal(status_of(reply), 200);
    for (int i = 1; i < 64; i++)
        close(idle[i]);
}

static void many_quick_requests_pass_one_after_another(void **state)
{
    struct fixture *f = *state;
    char reply[REPLY_MAX];
    for (int i = 0; i < 200; i++) {
        talk(f, "GET / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", reply);
        assert_int_equal(status_of(reply), 200);
    }
}

static void connections_open_at_the_end_are_closed(void **state)
{
    struct fixture *f = *state;
    int fd = dial(f);
    loop_turn(f->loop, 50);
    http_server_free(f->server);
    f->server = NULL;
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    close(fd);
}

static void listens_on_loopback_only(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *address;
        int expected;
    } cases[] = {
        {"0.0.0.0", -EACCES},
        {"::", -EACCES},
        {"192.168.1.1", -EACCES},
        {"8.8.8.8", -EACCES},
        {"localhost", -EINVAL},
        {"127.0.0", -EINVAL},
        {"", -EINVAL},
        {"::ffff:127.0.0.1", -EACCES},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_server *untouched = (struct http_server *)f;
        assert_int_equal(
            http_server_new(f->loop, cases[i].address, 0, 10, handler, f, &untouched), cases[i].expected);
        assert_ptr_equal(untouched, f);
    }
    struct http_server *second = NULL;
    uint16_t taken = http_server_port(f->server);
    assert_int_equal(http_server_new(f->loop, "127.0.0.1", taken, 10, handler, f, &second), -EADDRINUSE);
}

static void ipv6_loopback_is_named_in_brackets(void **state)
{
    struct fixture *f = *state;
    struct http_server *v6 = NULL;
    int r = http_server_new(f->loop, "::1", 0, 10, handler, f, &v6);
    if (r == -EADDRNOTAVAIL || r == -EAFNOSUPPORT)
        skip(); /* a machine without IPv6 */
    assert_int_equal(r, 0);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(http_server_port(v6))};
    address.sin6_addr = in6addr_loopback;
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    char request[100], reply[REPLY_MAX];
    int n =
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: [::1]:%u\r\n\r\n", http_server_port(v6));
    assert_int_equal(send(fd, request, (size_t)n, MSG_NOSIGNAL), n);
    read_to_end(f, fd, reply);
    assert_int_equal(status_of(reply), 200);
    http_server_free(v6);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(get_is_answered_and_the_connection_closed),
        CASE(head_has_the_headers_of_get_and_no_body),
        CASE(post_brings_its_body),
        CASE(improper_requests_never_reach_the_handler),
        CASE(too_many_header_bytes_are_refused),
        CASE(second_request_on_a_connection_is_not_answered),
        CASE(handler_that_does_not_answer_becomes_500),
        CASE(slow_request_ends_at_its_deadline_though_bytes_keep_coming),
        CASE(connections_past_the_limit_wait_until_others_end),
        CASE(many_quick_requests_pass_one_after_another),
        CASE(connections_open_at_the_end_are_closed),
        CASE(listens_on_loopback_only),
        CASE(ipv6_loopback_is_named_in_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
