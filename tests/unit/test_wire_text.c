/* link: daemon/base/alloc daemon/io/wire_text */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "io/wire_text.h"

static void header_is_one_printable_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {
        {"Subject: x", true},
        {"X-A:b", true},
        {"X-A:\tb", true},
        {"X_a.1: ~", true},
        {"Subject:", false},
        {"Subject:  ", false},
        {"Subject", false},
        {"", false},
        {": x", false},
        {"Sub ject: x", false},
        {"Subject : x", false},
        {"Subject: x\n", false},
        {"Subject: x\r\nBcc: y", false},
        {"Subject: \x7f", false},
        {"Subject: \x1b[0m", false},
        {"Subject: \xc3\xa9", false},
        {"X: 5678901234567890", true},
        {"X: 56789012345678901", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (wire_text_is_header(cases[i].text, 19) != cases[i].ok)
            fail_msg("%s", cases[i].text);
}

static void every_line_end_becomes_cr_lf(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"a", "a"},
        {"\n", "\r\n"},
        {"\r", "\r\n"},
        {"\r\n", "\r\n"},
        {"\n\r", "\r\n\r\n"},
        {"\r\r\n", "\r\n\r\n"},
        {"a\nb\rc\r\nd\n\n", "a\r\nb\r\nc\r\nd\r\n\r\n"},
        {"x\n.\ny", "x\r\n.\r\ny"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *out = wire_text_crlf(cases[i].in);
        assert_string_equal(out, cases[i].out);
        alloc_free(out);
    }
}

static void what_a_peer_said_becomes_one_safe_line(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"550 no\r\n", "550 no"},
        {"\r\n", ""},
        {"", ""},
        {"a\rb\nc\n", "a?b?c"},
        {"\x1b[31m\xc3\xa9", "?[31m??"},
        {"0123456789abcdef", "0123456789a"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[12];
        wire_text_one_line(cases[i].in, strlen(cases[i].in), line, sizeof(line));
        assert_string_equal(line, cases[i].out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_is_one_printable_line),
        cmocka_unit_test(every_line_end_becomes_cr_lf),
        cmocka_unit_test(what_a_peer_said_becomes_one_safe_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
