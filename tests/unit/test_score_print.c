/* link: tests/support/sample_score daemon/app/score_print daemon/io/table daemon/core/score daemon/core/score_cases daemon/core/score_months daemon/core/date daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/map daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/score_print.h"
#include "tests/support/sample_score.h"

/* Compares with the file, or with UPDATE_OK=1 writes it for review. */
static void check_golden(const char *path, const char *text)
{
    static char expected[64 * 1024];
    bool update = getenv("UPDATE_OK") != NULL;
    FILE *file = fopen(path, update ? "wb" : "rb");
    if (file == NULL)
        fail_msg("%s is missing; UPDATE_OK=1 writes it", path);
    if (update)
        assert_true(fputs(text, file) >= 0);
    else
        expected[fread(expected, 1, sizeof expected - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    if (!update)
        assert_string_equal(text, expected);
}

static void tables_are_as_reviewed(void **state)
{
    (void)state;
    struct score score;
    static char text[64 * 1024];
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    sample_score(&score);
    assert_int_equal(score_print(&sample_run, &score, out), 0);
    assert_int_equal(score_print_tune("growth", sample_points, sample_point_count, out), 0);
    assert_int_equal(fclose(out), 0);
    check_golden("tests/cases/report/backtest.txt", text);
    score_deinit(&score);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_as_reviewed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
