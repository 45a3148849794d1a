/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock daemon/base/log daemon/base/str daemon/io/loop daemon/io/smtp_sink */
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

#include "io/smtp_sink.h"

enum { REPLY_MAX = 8 * 1024 };

struct fixture {
    struct loop *loop;
    struct smtp_sink *sink;
    char mails[1024]; /* "from>to:data|" of each */
    size_t calls, bytes;
};

static void on_mail(void *userdata, const char *from, const char *to, struct slice data)
{
    struct fixture *f = userdata;
    size_t len = strlen(f->mails);
    f->calls++;
    f->bytes += data.len;
    snprintf(f->mails + len, sizeof(f->mails) - len, "%s>%s:%.*s|", from, to,
        data.len < 200 ? (int)data.len : 0, data.data);
}

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){.loop = loop_new()};
    *state = &f;
    return smtp_sink_new(f.loop, 0, on_mail, &f, &f.sink);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    smtp_sink_free(f->sink);
    loop_free(f->loop);
    return 0;
}

static int dial(struct fixture *f)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(smtp_sink_port(f->sink))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Sends it all, turns the loop until the sink closes (every script ends in QUIT or an error) and gives the
 * replies' codes. */
static const char *talk(struct fixture *f, const char *script, size_t len)
{
    static char codes[512];
    static char reply[REPLY_MAX];
    int fd = dial(f);
    size_t sent = 0, got = 0;
    for (int i = 0; i < 5000; i++) {
        ssize_t n = sent < len ? send(fd, script + sent, len - sent, MSG_NOSIGNAL) : 0;
        sent += n > 0 ? (size_t)n : 0;
        n = recv(fd, reply + got, REPLY_MAX - 1 - got, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            break;
        got += n > 0 ? (size_t)n : 0;
        loop_turn(f->loop, n > 0 ? 0 : 5);
    }
    close(fd);
    reply[got] = '\0';
    codes[0] = '\0';
    for (char *line = strtok(reply, "\r\n"); line != NULL; line = strtok(NULL, "\r\n"))
        if (line[3] != '-')
            snprintf(codes + strlen(codes), sizeof(codes) - strlen(codes), "%.3s ", line);
    return codes;
}

static void dialogue_is_judged_line_by_line(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *script, *codes, *mails;
    } cases[] = {
        {"EHLO x\r\nMAIL FROM:<a@b.c> SIZE=10\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: "
         "s\r\n\r\nhi\r\n.\r\nQUIT\r\n",
            "220 250 250 250 354 250 221 ", "a@b.c>d@e.f:Subject: s\r\n\r\nhi\r\n|"},
        {"helo x\r\nmail from: <>\r\nrcpt to: <d@e.f>\r\nrcpt to:<g@h.i>\r\ndata\r\nx\r\n.\r\nquit\r\n",
            "220 250 250 250 250 354 250 221 ", ">d@e.f:x\r\n|>g@h.i:x\r\n|"},
        {"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n..\r\n..a\r\n.b\r\n\r\n.\r\nQUIT\r\n",
            "220 250 250 250 354 250 221 ", "a@b.c>d@e.f:.\r\n.a\r\nb\r\n\r\n|"},
        {"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\none\n.\nMAIL "
         "FROM:<evil@x>\r\n.\r\nQUIT\r\n",
            "220 250 250 250 354 250 221 ", "a@b.c>d@e.f:one\n.\nMAIL FROM:<evil@x>\r\n|"},
        {"RCPT TO:<d@e.f>\r\nDATA\r\nMAIL FROM:<a@b.c>\r\nMAIL "
         "FROM:<a@b.c>\r\nRSET\r\nDATA\r\nNOOP\r\nQUIT\r\n",
            "220 503 503 250 503 250 503 250 221 ", ""},
        {"MAIL a@b.c\r\nMAIL FROM:a@b.c\r\nMAIL FROM:<a@b.c\r\nVRFY x\r\nSTARTTLS\r\nX\r\n\r\nQUIT\r\n",
            "220 501 501 501 500 500 500 500 221 ", ""},
        {"MAIL FROM:<a@b.c>\r\nRCPT TO:<>\r\nRCPT FROM:<d@e.f>\r\nQUIT\r\nNOOP\r\n", "220 250 501 501 221 ",
            ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        f->mails[0] = '\0';
        assert_string_equal(talk(f, cases[i].script, strlen(cases[i].script)), cases[i].codes);
        assert_string_equal(f->mails, cases[i].mails);
    }
}

static void long_command_ends_the_connection(void **state)
{
    struct fixture *f = *state;
    char script[4000];
    memset(script, 'x', sizeof(script));
    assert_string_equal(talk(f, script, sizeof(script)), "220 500 ");
}

static void recipients_past_the_limit_are_refused(void **state)
{
    struct fixture *f = *state;
    char script[8000] = "MAIL FROM:<a@b.c>\r\n";
    for (int i = 0; i < 101; i++)
        strcat(script, "RCPT TO:<d@e.f>\r\n");
    strcat(script, "QUIT\r\n");
    const char *codes = talk(f, script, strlen(script));
    assert_non_null(strstr(codes, "250 452 221 "));
}

static void message_past_the_limit_is_refused_and_the_next_taken(void **state)
{
    struct fixture *f = *state;
    static const char before[] = "MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n";
    static const char after[] = ".\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nok\r\n.\r\nQUIT\r\n";
    enum { LINE = 1000, LINES = 1100, SIZE = LINE * LINES };
    char *script = calloc(1, SIZE + sizeof(before) + sizeof(after));
    char *end = stpcpy(script, before);
    for (int i = 0; i < LINES; i++, end += LINE) {
        memset(end, 'x', LINE - 2);
        memcpy(end + LINE - 2, "\r\n", 2);
    }
    end = stpcpy(end, after);
    assert_string_equal(talk(f, script, (size_t)(end - script)), "220 250 250 354 552 250 250 354 250 221 ");
    assert_int_equal(f->calls, 1);
    assert_int_equal(f->bytes, 4);
    free(script);
}

static void connections_past_the_limit_are_closed(void **state)
{
    struct fixture *f = *state;
    enum { LIMIT = 64 };
    int fds[LIMIT + 1];
    for (int i = 0; i <= LIMIT; i++)
        fds[i] = dial(f);
    for (int i = 0; i < 2 * LIMIT; i++)
        loop_turn(f->loop, 5);
    char byte;
    for (int i = 0; i <= LIMIT; i++) {
        assert_int_equal(recv(fds[i], &byte, 1, 0), i < LIMIT ? 1 : 0);
        close(fds[i]);
    }
}

static void port_in_use_is_reported(void **state)
{
    struct fixture *f = *state;
    struct smtp_sink *second = NULL;
    assert_int_equal(smtp_sink_new(f->loop, smtp_sink_port(f->sink), on_mail, f, &second), -EADDRINUSE);
    assert_null(second);
    smtp_sink_free(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(dialogue_is_judged_line_by_line),
        CASE(long_command_ends_the_connection),
        CASE(recipients_past_the_limit_are_refused),
        CASE(message_past_the_limit_is_refused_and_the_next_taken),
        CASE(connections_past_the_limit_are_closed),
        CASE(port_in_use_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
