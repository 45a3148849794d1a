/* link: daemon/base/digest */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"

/* FIPS 180-4 examples, as NIST publishes them. */
static void known_answers(void **state)
{
    (void)state;
    static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_string_equal(digest_of(NULL, 0).hex, empty);
    assert_string_equal(digest_of("", 0).hex, empty);
    assert_string_equal(digest_of("abc", 3).hex, abc);
    assert_string_not_equal(digest_of("abc\0", 4).hex, abc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
