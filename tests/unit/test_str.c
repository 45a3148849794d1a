/* link: daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int r;
        int64_t value;
    } cases[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"+7", 0, 7},
        {"007", 0, 7},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775807", 0, -INT64_MAX},
        {"9223372036854775808", -ERANGE, 0},
        {"99999999999999999999999", -ERANGE, 0},
        {"99999999999999999999999x", -EINVAL, 0},
        {"", -EINVAL, 0},
        {"-", -EINVAL, 0},
        {"+-1", -EINVAL, 0},
        {" 1", -EINVAL, 0},
        {"1 ", -EINVAL, 0},
        {"1.0", -EINVAL, 0},
        {"1e3", -EINVAL, 0},
        {"0x10", -EINVAL, 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        int64_t value = 42;
        int r = str_to_int64(slice_of(cases[i].text), &value);
        if (r != cases[i].r || value != (r == 0 ? cases[i].value : 42))
            fail_msg("'%s': %d, %lld", cases[i].text, r, (long long)value);
    }
    int64_t untouched = 42;
    assert_int_equal(str_to_int64((struct slice){NULL, 0}, &untouched), -EINVAL);
}

static void fixed_point_is_exact_and_rounds_half_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t scale;
        int r;
        int64_t value;
    } cases[] = {
        {"1.5", 1000, 0, 1500},
        {"-1.5", 1000, 0, -1500},
        {"0.0005", 1000, 0, 1},
        {"0.00049999", 1000, 0, 0},
        {"-0.0005", 1000, 0, -1},
        {"0.9995", 1000, 0, 1000},
        {"2.5", 1, 0, 3},
        {"-2.5", 1, 0, -3},
        {"9223372036854775.807", 1000, 0, INT64_MAX},
        {"9223372036854775.8070", 1000, 0, INT64_MAX},
        {"9223372036854775.8075", 1000, -ERANGE, 0},
        {"9223372036854775.808", 1000, -ERANGE, 0},
        {"9223372036854776", 1000, -ERANGE, 0},
        {"123456789.123456789", 1000000000, 0, 123456789123456789},
        {".5", 1000, -EINVAL, 0},
        {"5.", 1000, -EINVAL, 0},
        {"1.2.3", 1000, -EINVAL, 0},
        {"1.2a", 1000, -EINVAL, 0},
        {"1,5", 1000, -EINVAL, 0},
        {"1.a", 1000, -EINVAL, 0},
        {"nan", 1000, -EINVAL, 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        int64_t value = 42;
        int r = str_to_fixed(slice_of(cases[i].text), cases[i].scale, &value);
        if (r != cases[i].r || value != (r == 0 ? cases[i].value : 42))
            fail_msg("'%s': %d, %lld", cases[i].text, r, (long long)value);
    }
}

/* Short numbers are read all bytes at once, longer ones digit by digit: zeros in front make one of the other.
 * `/` and `:` are neighbours of the digits. */
static void short_numbers_are_read_as_long_ones(void **state)
{
    (void)state;
    static const char bytes[] = "00123456789999..5/:-x\xb9";
    static const int64_t scales[] = {1, 10, 1000, 1000000, 1000000000000000};
    srand(1);
    for (int round = 0; round < 500000; round++) {
        char text[24] = "00000000000000";
        size_t zeros = strlen(text), len = 1 + (size_t)rand() % 8;
        int64_t scale = scales[rand() % (int)LEN(scales)], value = 42, long_value = 42;
        text[zeros] = (char)('0' + rand() % 10);
        for (size_t i = 1; i < len; i++)
            text[zeros + i] = bytes[(size_t)rand() % (sizeof bytes - 1)];
        char *own = malloc(len); /* nothing outside of it may be read */
        assert_non_null(own);
        memcpy(own, text + zeros, len);
        int r = str_to_fixed((struct slice){own, len}, scale, &value);
        int long_r = str_to_fixed((struct slice){text, zeros + len}, scale, &long_value);
        free(own);
        if (r != long_r || value != long_value)
            fail_msg("'%s', scale %lld: %d, %lld and %d, %lld", text + zeros, (long long)scale, r,
                (long long)value, long_r, (long long)long_value);
    }
}

/* A slice need not end in NUL: what is behind it is not read. */
static void numbers_end_where_the_slice_ends(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(str_to_int64((struct slice){"123456", 3}, &value), 0);
    assert_int_equal(value, 123);
    assert_int_equal(str_to_fixed((struct slice){"1.2345", 3}, 1000, &value), 0);
    assert_int_equal(value, 1200);
}

static void utf8_is_well_formed_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"", true},
        {"abc", true},
        {"Việt Nam", true},
        {"\xf0\x9f\x98\x80", true},
        {"\xed\x9f\xbf", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\xc0\x80", false},         /* overlong */
        {"\xe0\x80\x80", false},     /* overlong */
        {"\xf0\x80\x80\x80", false}, /* overlong */
        {"\xed\xa0\x80", false},     /* surrogate */
        {"\xf4\x90\x80\x80", false}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80", false},
        {"\x80", false},
        {"\xff", false},
        {"a\xc3", false},
        {"\xe1\x80", false},
        {"\xe1\x80q", false},
    };
    for (size_t i = 0; i < LEN(cases); i++)
        if (str_is_utf8(slice_of(cases[i].text)) != cases[i].good)
            fail_msg("case %zu", i);
}

static void line_can_be_shown_anywhere(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"", true},
        {"Đã xem – ok ✓", true},
        {"a\tb", false},
        {"a\nb", false},
        {"\x1b[2J", false},
        {"\x7f", false},
        {"\xc2\x9b", false},     /* C1: CSI */
        {"\xc2\xa0", true},      /* no-break space */
        {"\xe2\x80\xa8", false}, /* line separator */
        {"\xe2\x80\xae", false}, /* right-to-left override */
        {"\xe2\x81\xa6", false}, /* isolate */
        {"\xe2\x80\xa6", true},  /* ellipsis */
        {"\xff", false},
    };
    for (size_t i = 0; i < LEN(cases); i++)
        if (str_is_line(slice_of(cases[i].text)) != cases[i].good)
            fail_msg("case %zu", i);
}

static void nearest_name_is_meant(void **state)
{
    (void)state;
    static const char *const names[] = {"exports", "imports", "market", "rivals"};
    static const struct {
        const char *word, *found;
    } cases[] = {
        {"exports", "exports"},
        {"export", "exports"},
        {"exprots", "exports"},
        {"Imports", "imports"},
        {"markt", "market"},
        {"weather", NULL},
        {"", NULL},
        {"xyz", NULL},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        const char *found = str_did_you_mean(slice_of(cases[i].word), names, LEN(names));
        if ((found == NULL) != (cases[i].found == NULL) ||
            (found != NULL && !str_equal(found, cases[i].found)))
            fail_msg("'%s': %s", cases[i].word, found != NULL ? found : "nothing");
    }
}

static void word_as_long_as_a_novel_means_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"exports"};
    char word[500];
    memset(word, 'x', sizeof word);
    assert_null(str_did_you_mean((struct slice){word, sizeof word}, names, 1));
    assert_null(str_did_you_mean((struct slice){word, 41}, names, 1));
}

static void slices_compare_by_length_and_bytes(void **state)
{
    (void)state;
    assert_true(slice_equal((struct slice){"abcd", 3}, "abc"));
    assert_false(slice_equal((struct slice){"abcd", 4}, "abc"));
    assert_false(slice_equal((struct slice){"a\0c", 3}, "a"));
    assert_true(str_starts("7210", "72"));
    assert_true(str_starts("7210", ""));
    assert_false(str_starts("72", "7210"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(fixed_point_is_exact_and_rounds_half_away_from_zero),
        cmocka_unit_test(short_numbers_are_read_as_long_ones),
        cmocka_unit_test(numbers_end_where_the_slice_ends),
        cmocka_unit_test(utf8_is_well_formed_or_refused),
        cmocka_unit_test(line_can_be_shown_anywhere),
        cmocka_unit_test(nearest_name_is_meant),
        cmocka_unit_test(word_as_long_as_a_novel_means_nothing),
        cmocka_unit_test(slices_compare_by_length_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
