/* link: tests/support/sample_score daemon/io/score_json daemon/core/score daemon/core/score_cases daemon/core/score_months daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/digest daemon/base/map daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json.h>

#include "core/report_html.h"
#include "io/score_json.h"
#include "tests/support/sample_score.h"

struct fixture {
    struct score score;
    struct buf out;
    struct json_object *object;
};

static void write_score(struct fixture *f, const struct score_run *run)
{
    sample_score(&f->score);
    buf_init(&f->out, REPORT_MAX);
    assert_int_equal(score_json_write(run, &f->score, &f->out), 0);
    f->object = json_tokener_parse(buf_text(&f->out));
    assert_non_null(f->object);
}

static void fixture_deinit(struct fixture *f)
{
    json_object_put(f->object);
    buf_deinit(&f->out);
    score_deinit(&f->score);
}

/* The member at a path such as "cases/1/lead_days", as JSON. */
static const char *at(struct json_object *object, const char *path)
{
    struct json_object *found = NULL;
    char pointer[128] = "/";
    strncat(pointer, path, sizeof pointer - 2);
    if (json_pointer_get(object, pointer, &found) < 0)
        fail_msg("there is no %s", path);
    return json_object_to_json_string_ext(found, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void document_says_what_the_score_says(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value;
    } cases[] = {
        {"run/ruleset", "\"9f2c4be1a70d55e3c8b1f6027d94aa31\""},
        {"run/from", "\"2010-01\""},
        {"run/to", "\"2018-12\""},
        {"run/vintage", "false"},
        {"run/lag_days", "35"},
        {"run/figures", "4000"},
        {"run/figures_without_vintage", "3520"},
        {"alerts", "308"},
        {"raised/0/rule", "\"us-surge-under-existing-duty\""},
        {"alerts_without_vintage", "308"},
        {"all/cases", "10"},
        {"all/scored", "8"},
        {"all/hits", "5"},
        {"all/recall", "0.625000"},
        {"all/lead_days/cases", "4"},
        {"strata/2/stratum", "\"c\""},
        {"strata/2/lead_days", "null"},
        {"cases/0/outcome", "\"hit\""},
        {"cases/0/lead_days", "445"},
        {"cases/0/publish_lead", "true"},
        {"cases/0/first_alert/rule", "\"us-surge-under-existing-duty\""},
        {"cases/0/first_alert/known", "\"2015-07-05\""},
        {"cases/0/first_alert/origin", "null"},
        {"cases/0/first_alert/severity", "\"warning\""},
        {"cases/1/publish_lead", "false"},
        {"cases/1/standing", "true"},
        {"cases/1/first_alert/cleared", "null"},
        {"cases/2/proxy", "true"},
        {"cases/3/outcome", "\"late\""},
        {"cases/3/lead_days", "-39"},
        {"cases/5/outcome", "\"no data\""},
        {"cases/5/reason", "\"figures begin less than 24 months before the petition\""},
        {"cases/6/outcome", "\"missed\""},
        {"cases/6/estimated", "true"},
        {"cases/6/first_alert", "null"},
        {"cases_end", "\"2018-12-31\""},
        {"months_followed_up", "84"},
        {"precision/0/k", "5"},
        {"precision/0/hits", "3"},
        {"months/0/month", "\"2010-01\""},
        {"months/107/precision", "null"},
        {"rules/3/rule", "\"us-surge-under-existing-duty\""},
        {"rules/3/cases", "2"},
    };
    struct fixture f;
    write_score(&f, &sample_run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(at(f.object, cases[i].path), cases[i].value) != 0)
            fail_msg("%s is %s, not %s", cases[i].path, at(f.object, cases[i].path), cases[i].value);
    fixture_deinit(&f);
}

static void lag_is_null_where_vintages_exist(void **state)
{
    (void)state;
    struct fixture f;
    struct score_run run = sample_run;
    run.vintage = true;
    write_score(&f, &run);
    assert_string_equal(at(f.object, "run/lag_days"), "null");
    fixture_deinit(&f);
}

static void tuning_has_its_points(void **state)
{
    (void)state;
    struct fixture f = {0};
    buf_init(&f.out, REPORT_MAX);
    assert_int_equal(
        score_json_write_tune(&sample_run, "growth", sample_points, sample_point_count, &f.out), 0);
    f.object = json_tokener_parse(buf_text(&f.out));
    assert_non_null(f.object);
    assert_string_equal(at(f.object, "threshold"), "\"growth\"");
    assert_string_equal(at(f.object, "points/2/value"), "\"30%\"");
    assert_string_equal(at(f.object, "points/2/recall"), "0.666667");
    assert_string_equal(at(f.object, "points/2/alerts"), "121");
    assert_string_equal(at(f.object, "points/2/alerts_per_month"), "1.120370");
    fixture_deinit(&f);
}

static void document_that_does_not_fit_leaves_the_buffer(void **state)
{
    (void)state;
    struct score score;
    struct buf out;
    sample_score(&score);
    buf_init(&out, 100);
    assert_int_equal(buf_puts(&out, "before"), 0);
    assert_int_equal(score_json_write(&sample_run, &score, &out), -EMSGSIZE);
    assert_string_equal(buf_text(&out), "before");
    buf_deinit(&out);
    score_deinit(&score);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_says_what_the_score_says),
        cmocka_unit_test(lag_is_null_where_vintages_exist),
        cmocka_unit_test(tuning_has_its_points),
        cmocka_unit_test(document_that_does_not_fit_leaves_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
