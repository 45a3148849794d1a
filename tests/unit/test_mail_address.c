/* link: daemon/io/mail_address */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "io/mail_address.h"

static void ordinary_addresses_pass(void **state)
{
    static const char *const addresses[] = {
        "a@b",
        "trade-desk@example.vn",
        "nguyen.van_a+alerts@mail.example.com.vn",
        "x@127.0.0.1",
        "root@localhost",
        "a@xn--vit-5oa.vn",
    };
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        assert_true(mail_address_is_valid(addresses[i]));
}

static void anything_that_could_end_a_command_or_a_header_is_refused(void **state)
{
    static const char *const addresses[] = {
        "",
        "a",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a@b\r\nRCPT TO:<c@d>",
        "a\n@b",
        "a@b\n",
        "a b@c",
        " a@b",
        "a@b ",
        "a\t@b",
        "<a@b>",
        "A <a@b>",
        "\"a\"@b",
        "'a'@b",
        "a@b,c@d",
        "a@b;c@d",
        "a(x)@b",
        "a\\@b",
        "a@[127.0.0.1]",
        ".a@b",
        "a.@b",
        "a..b@c",
        "a@.b",
        "a@b.",
        "a@b..c",
        "a@-b",
        "a@b-",
        "a@b-.c",
        "a@b.-c",
        "a@b_c",
        "tăng@b",
        "a@việt.vn",
        "a@b\x7f",
    };
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        assert_false(mail_address_is_valid(addresses[i]));
}

/* An address of `local` and `label` letters: local@label.label.….vn */
static bool is_valid_with(size_t local, size_t label, size_t labels)
{
    char text[1024] = "";
    char *p = text;
    memset(p, 'a', local);
    p += local;
    *p++ = '@';
    for (size_t i = 0; i < labels; i++) {
        memset(p, 'b', label);
        p += label;
        *p++ = '.';
    }
    memcpy(p, "vn", 3);
    return mail_address_is_valid(text);
}

static void lengths_are_those_of_smtp(void **state)
{
    (void)state;
    assert_true(is_valid_with(64, 10, 1));
    assert_false(is_valid_with(65, 10, 1));
    assert_true(is_valid_with(1, 63, 1));
    assert_false(is_valid_with(1, 64, 1));
    assert_true(is_valid_with(59, 63, 3));  /* 59 + 1 + 3 · 64 + 2 = 254 */
    assert_false(is_valid_with(60, 63, 3)); /* 255 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_addresses_pass),
        cmocka_unit_test(anything_that_could_end_a_command_or_a_header_is_refused),
        cmocka_unit_test(lengths_are_those_of_smtp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
