/* link: daemon/core/series_text daemon/base/alloc daemon/base/buf daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/series_text.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static int read_text(const char *text, struct series_points *points, struct series_text_fault *fault)
{
    return series_text_read(slice_of(text), points, fault);
}

static const char *print(const struct series_points *points, struct buf *out)
{
    buf_clear(out);
    assert_int_equal(series_text_print(points->items, points->len, out), 0);
    return buf_text(out);
}

/* What each text means, as printing writes it. */
static void reads_the_notation(void **state)
{
    static const struct {
        const char *text, *points;
    } cases[] = {
        {"10", "10"},
        {"10x3", "10x3"},
        {"10 10 10", "10x3"},
        {"10+2x5", "10 12 14 16 18 20"},
        {"10-2x5", "10 8 6 4 2 0"},
        {"0.5+0.25x2", "0.5 0.75 1"},
        {"100x2 _ 110 ~", "100x2 _ 110 ~"},
        {"_x2 ~x3", "_x2 ~x3"},
        {"1.5M", "1500000"},
        {"1k+2kx2", "1000 3000 5000"},
        {"3G", "3000000000"},
        {"1.234567k", "1234.567"},
        {"0.001", "0.001"},
        {"1.5", "1.5"},
        {"7e 7p 7ep", "7e 7p 7ep"},
        {"5Me", "5000000e"},
        {"5ex2 5x2e", "5ex4"},
        {"1+1x2p", "1p 2p 3p"},
        {"  1\n  2\t3 ", "1 2 3"},
        {"10000G", "10000000000000"},
    };
    struct series_points points;
    struct series_text_fault fault;
    struct buf out;
    (void)state;
    buf_init(&out, 1024);
    for (size_t i = 0; i < LEN(cases); i++) {
        if (read_text(cases[i].text, &points, &fault) < 0)
            fail_msg("%s: expected %s", cases[i].text, fault.expected);
        assert_string_equal(print(&points, &out), cases[i].points);
    }
    buf_deinit(&out);
}

static void says_where_and_what_was_expected(void **state)
{
    static const struct {
        const char *text;
        size_t at;
        const char *expected;
    } cases[] = {
        {"", 0, "a figure, _ or ~"},
        {"  ", 2, "a figure, _ or ~"},
        {"10 ten", 3, "a figure, _ or ~"},
        {"-5", 0, "a figure, _ or ~"},
        {".5", 0, "a figure, _ or ~"},
        {"1.2.3", 0, "a figure, _ or ~"},
        {"10x", 3, "how many times, at least 1"},
        {"10x0", 3, "how many times, at least 1"},
        {"_x", 2, "how many times, at least 1"},
        {"10+2", 4, "how many steps, as in 10+2x5"},
        {"10+", 3, "a figure, _ or ~"},
        {"10,20", 2, "a blank behind the figure"},
        {"10K", 2, "a blank behind the figure"},
        {"~5", 1, "a blank behind the figure"},
        {"1 10-3x5", 2, "figures from 0 to 10000G"},
        {"10001G", 0, "figures from 0 to 10000G"},
        {"99999999999999999999", 0, "figures from 0 to 10000G"},
        {"1x400 2x81", 6, "at most 480 months"},
        {"1x99999999999999999999", 0, "at most 480 months"},
        {"1+0x480", 0, "at most 480 months"},
    };
    struct series_points points;
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct series_text_fault fault = {99, ""};
        assert_int_equal(read_text(cases[i].text, &points, &fault), -EINVAL);
        if (fault.at != cases[i].at || strcmp(fault.expected, cases[i].expected) != 0)
            fail_msg("'%s': at %zu, expected %s", cases[i].text, fault.at, fault.expected);
    }
}

static void what_is_printed_reads_back(void **state)
{
    static const struct series_point points[] = {{true, 123456, 0}, {true, 123456, 0}, {false, 0, 0},
        {false, 0, OBSERVATION_SUPPRESSED}, {true, 1, OBSERVATION_ESTIMATED | OBSERVATION_PRELIMINARY},
        {true, FIGURE_MAX, 0}, {true, 0, 0}, {true, 500, OBSERVATION_PRELIMINARY}};
    struct series_points back;
    struct series_text_fault fault;
    struct buf out;
    (void)state;
    buf_init(&out, 1024);
    assert_int_equal(series_text_print(points, LEN(points), &out), 0);
    assert_string_equal(buf_text(&out), "123.456x2 _ ~ 0.001ep 10000000000000 0 0.5p");
    assert_int_equal(read_text(buf_text(&out), &back, &fault), 0);
    assert_int_equal(back.len, LEN(points));
    for (size_t i = 0; i < LEN(points); i++) {
        assert_int_equal(back.items[i].known, points[i].known);
        assert_int_equal(back.items[i].flags, points[i].flags);
        if (points[i].known)
            assert_int_equal(back.items[i].figure, points[i].figure);
    }
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_notation),
        cmocka_unit_test(says_where_and_what_was_expected),
        cmocka_unit_test(what_is_printed_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
