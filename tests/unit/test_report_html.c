/* link: tests/support/sample_score daemon/core/report_html daemon/core/chart daemon/core/chart_tune daemon/core/svg daemon/core/markup daemon/core/score daemon/core/score_cases daemon/core/score_months daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/digest daemon/base/map daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/str.h"
#include "core/report_html.h"
#include "tests/support/sample_score.h"

static char *read_file(const char *path)
{
    struct buf out;
    buf_init(&out, REPORT_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is missing; UPDATE_OK=1 writes it", path);
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        assert_int_equal(buf_append(&out, block, n), 0);
    fclose(file);
    return buf_take(&out);
}

/* Compares with the file, or with UPDATE_OK=1 writes it for review. tests/system/report_page.py reads it as a
 * page. */
static void check_golden(const char *path, const char *text)
{
    if (getenv("UPDATE_OK") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        return;
    }
    char *expected = read_file(path);
    if (strcmp(text, expected) != 0)
        fail_msg("the page differs from %s; UPDATE_OK=1 writes it for review", path);
    alloc_free(expected);
}

static char *render(const struct score_run *run, const struct score *score)
{
    struct buf out;
    buf_init(&out, REPORT_MAX);
    assert_int_equal(report_html(run, score, &out), 0);
    assert_true(str_is_utf8((struct slice){buf_text(&out), out.len}));
    return buf_take(&out);
}

static void page_is_as_reviewed(void **state)
{
    (void)state;
    struct score score;
    sample_score(&score);
    char *page = render(&sample_run, &score);
    check_golden("tests/cases/report/backtest.html", page);
    alloc_free(page);
    score_deinit(&score);
}

static void tune_page_is_as_reviewed(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, REPORT_MAX);
    assert_int_equal(
        report_html_tune(&sample_run, "$growth of us-surge <test>", sample_points, sample_point_count, &out),
        0);
    check_golden("tests/cases/report/tune.html", buf_text(&out));
    buf_deinit(&out);
}

static void texts_are_escaped(void **state)
{
    (void)state;
    struct score score;
    sample_score(&score);
    char *page = render(&sample_run, &score);
    assert_non_null(strstr(page, "Wire hangers &lt;with &quot;hooks&quot;&gt; &amp; rods"));
    assert_non_null(strstr(page, "made-up &lt;figures&gt; &amp; nothing else"));
    assert_null(strstr(page, "<with"));
    assert_null(strstr(page, "<figures"));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "http"));
    alloc_free(page);
    score_deinit(&score);
}

static const char notice[] = "no vintage: only revised figures exist; publication lag of 35 days assumed";

static void notice_is_there_only_without_vintage(void **state)
{
    (void)state;
    struct score score;
    struct score_run run = sample_run;
    sample_score(&score);
    char *page = render(&run, &score);
    assert_non_null(strstr(page, notice));
    alloc_free(page);
    run.vintage = true; /* some alerts had none all the same */
    score.revised = 3;
    page = render(&run, &score);
    assert_non_null(strstr(page, notice));
    assert_non_null(strstr(page, "They raised 3 of 308 alerts."));
    alloc_free(page);
    score.revised = 0;
    page = render(&run, &score);
    assert_null(strstr(page, "no vintage"));
    alloc_free(page);
    score_deinit(&score);
}

static bool covers_nothing(void *userdata, const char *product, const struct score_case *known_case)
{
    (void)userdata, (void)product, (void)known_case;
    return false;
}

static void empty_run_has_a_page(void **state)
{
    (void)state;
    struct score score;
    struct score_input input = {.covers = covers_nothing, .first = 1, .last = 0, .cases_end = DATE_NONE};
    score_compute(&input, &score);
    char *page = render(&sample_run, &score);
    assert_non_null(strstr(page, "No month was judged."));
    assert_non_null(strstr(page, "No rule raised an alert."));
    assert_null(strstr(page, "nan"));
    alloc_free(page);
    score_deinit(&score);
}

static void page_that_does_not_fit_leaves_the_buffer(void **state)
{
    (void)state;
    struct score score;
    struct buf out;
    sample_score(&score);
    buf_init(&out, 20000);
    assert_int_equal(buf_puts(&out, "before"), 0);
    assert_int_equal(report_html(&sample_run, &score, &out), -EMSGSIZE);
    assert_string_equal(buf_text(&out), "before");
    buf_deinit(&out);
    score_deinit(&score);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_is_as_reviewed),
        cmocka_unit_test(tune_page_is_as_reviewed),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(notice_is_there_only_without_vintage),
        cmocka_unit_test(empty_run_has_a_page),
        cmocka_unit_test(page_that_does_not_fit_leaves_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
