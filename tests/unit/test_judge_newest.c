/* link: daemon/base/counting_sort tests/support/series daemon/core/series_text daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/core/panel_index daemon/core/probe daemon/core/quality_flag daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/deadline daemon/core/country daemon/core/gather daemon/base/parallel daemon/core/concordance */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/judge.h"
#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/series.h"

static const char rules[] = "rules:\n"
                            "  - id: one\n"
                            "    title: { en: a, vi: b }\n"
                            "    advice: { en: a, vi: b }\n"
                            "    severity: watch\n"
                            "    scope: { product: '4412', market: US }\n"
                            "    let: { age: case_age(home), other: \"case_elsewhere(home, 2m)\" }\n"
                            "    when: case(home) and last(imports) > 0 USD\n";

static const struct source source = {.name = "first"};
static const struct sources sources = {&source, 1};

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    struct ruleset *ruleset;
    struct panel *panel;
    struct judge *judge;
};

static const struct node *parse(struct fixture *f, const char *text)
{
    const struct node *document;
    if (yaml_parse("test.yaml", slice_of(text), &f->arena, &document, &f->diags) < 0)
        fail_msg("%s", f->diags.items[0].text);
    return document;
}

/* A petition of 10 May, a measure of 20 August, and a case in another market of 3 April. */
static const char tables[] =
    "measures:\n"
    "  - { id: a, title: a, market: US, against: VN, codes: ['44'], type: anti-dumping, source: test,\n"
    "      petition: 2023-05-10, from: 2023-08-20 }\n"
    "  - { id: b, title: b, market: EU, against: VN, codes: ['44'], type: anti-dumping, source: test,\n"
    "      initiation: 2023-04-03 }\n";

static void put(struct fixture *f, const char *figures)
{
    struct series_scope scope = {"first", "VN", "US", "CN", "4412"};
    assert_true(series_put(f->panel, &scope, "imports", figures, period_make(2023, 1)));
}

static void fixture_init(struct fixture *f)
{
    const struct node *document;
    *f = (struct fixture){.ruleset = ruleset_new(), .panel = panel_new()};
    document = parse(f, tables);
    assert_int_equal(reference_read(&document, 1, &f->reference, &f->diags), 0);
    ruleset_add(f->ruleset, parse(f, rules), slice_of(rules), &f->reference, &f->diags);
    assert_int_equal(ruleset_seal(f->ruleset, &f->diags), 0);
    f->judge = judge_new(f->ruleset, &f->reference, "VN", &sources);
    put(f, "1 1 1");
}

static void fixture_deinit(struct fixture *f)
{
    judge_free(f->judge);
    panel_free(f->panel);
    ruleset_free(f->ruleset);
    reference_deinit(&f->reference);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static struct alert_track judge_as_of(struct fixture *f, int32_t day)
{
    struct judge_result result;
    f->reference.as_of = day;
    judge_all(f->judge, f->panel, &result);
    judge_result_deinit(&result);
    return judge_track(f->judge, 0, 0);
}

static void cases_of_the_newest_month_are_those_known_on_the_day(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_int_equal(judge_as_of(&f, 0).state, ALERT_INACTIVE);
    assert_int_equal(judge_as_of(&f, date_make(2023, 5, 9)).state, ALERT_INACTIVE);
    struct alert_track track = judge_as_of(&f, date_make(2023, 5, 10));
    assert_int_equal(track.state, ALERT_FIRING);
    assert_int_equal(track.raised, period_make(2023, 3));
    assert_int_equal(judge_as_of(&f, date_make(2023, 8, 19)).state, ALERT_FIRING);
    assert_int_equal(judge_as_of(&f, date_make(2023, 8, 20)).state, ALERT_INACTIVE);
    fixture_deinit(&f);
}

static void ages_count_to_the_day(void **state)
{
    (void)state;
    struct fixture f;
    struct figure figures[RULE_LETS_MAX];
    fixture_init(&f);
    (void)judge_as_of(&f, date_make(2023, 7, 2));
    assert_int_equal(judge_figures(f.judge, f.panel, 0, 0, period_make(2023, 3), figures), 2);
    assert_true(figures[0].value == 2); /* from May to July */
    assert_true(figures[1].value == 0); /* two months are over since April */
    (void)judge_as_of(&f, date_make(2023, 5, 31));
    judge_figures(f.judge, f.panel, 0, 0, period_make(2023, 3), figures);
    assert_true(figures[0].value == 0);
    assert_true(figures[1].value == 1);
    judge_figures(f.judge, f.panel, 0, 0, period_make(2023, 2), figures); /* by its own end */
    assert_int_equal(figures[0].unknown, UNKNOWN_MEASURE);
    assert_true(figures[1].value == 0);
    fixture_deinit(&f);
}

static void a_month_that_was_the_newest_is_judged_by_its_own_end_again(void **state)
{
    (void)state;
    struct fixture f;
    struct judge_result result;
    struct panel_changes changes;
    struct observation row = {.reporter = "US",
        .partner = "VN",
        .product = "4412",
        .unit = "",
        .flow = FLOW_IMPORT,
        .period = period_make(2023, 4)};
    struct observations rows = {&row, 1, 1};
    fixture_init(&f);
    assert_int_equal(judge_as_of(&f, date_make(2023, 5, 10)).raised, period_make(2023, 3));
    row.present[COLUMN_VALUE] = true;
    row.figure[COLUMN_VALUE] = FIGURE_SCALE;
    panel_apply(f.panel, "first", &rows, &changes);
    judge_changes(f.judge, f.panel, &changes, &result);
    assert_int_equal(judge_track(f.judge, 0, 0).raised, period_make(2023, 4));
    judge_result_deinit(&result);
    panel_changes_deinit(&changes);
    fixture_deinit(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_of_the_newest_month_are_those_known_on_the_day),
        cmocka_unit_test(ages_count_to_the_day),
        cmocka_unit_test(a_month_that_was_the_newest_is_judged_by_its_own_end_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
