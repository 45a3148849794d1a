/* link: tests/support/cases tests/support/rule_draft daemon/io/yaml daemon/io/file daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/expr_print daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/probe daemon/core/reference daemon/core/country daemon/core/measure daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/program_run daemon/core/quota daemon/core/date daemon/core/statistics daemon/core/tet daemon/core/rule_lint daemon/core/rule_lint_terms daemon/core/rule_lint_logic daemon/core/rule_lint_figures daemon/core/rule_lint_scope daemon/core/rule_lint_text daemon/core/gather daemon/core/concordance daemon/core/quality_flag daemon/core/deadline */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/rule_lint.h"
#include "io/yaml.h"
#include "tests/support/rule_draft.h"

static const char baskets_text[] = "baskets:\n"
                                   "  - id: plywood\n"
                                   "    title: { vi: Ván, en: Plywood }\n"
                                   "    codes: ['4412']\n"
                                   "    source: test\n"
                                   "  - id: steel\n"
                                   "    title: { vi: Thép, en: Steel }\n"
                                   "    codes: ['7210', '7212']\n"
                                   "    source: test\n"
                                   "  - id: cement\n"
                                   "    group: cbam\n"
                                   "    title: { vi: Xi măng, en: Cement }\n"
                                   "    codes: ['2523']\n"
                                   "    source: test\n";

/* Gives no reason for a warning. */
static const char *const good_rule[] = {
    "id: surge",
    "title: { en: \"{{product}} up {{g3}}\", vi: \"{{product}} tăng {{g3}}\" }",
    "advice: { en: Keep records., vi: Lưu chứng từ. }",
    "basis: [19 USC 1677(24)]",
    "severity: warning",
    "scope: { product: baskets, market: [US, EU] }",
    "let: { g3: \"growth(imports.quantity, 3m)\" }",
    "when: g3 >= $growth and sum(imports, 12m) >= $floor",
    "clear: g3 < $growth / 2",
    "thresholds: { growth: 30%, floor: 5 MUSD }",
    NULL,
};

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    struct rule rule;
};

static void lint(struct fixture *f, const char *yaml)
{
    const struct node *baskets, *map;
    memset(f, 0, sizeof *f);
    assert_int_equal(yaml_parse("baskets.yaml", slice_of(baskets_text), &f->arena, &baskets, &f->diags), 0);
    assert_int_equal(baskets_add(&f->reference.baskets, node_get(baskets, "baskets"), &f->diags), 0);
    struct rule_reader reader = {&f->reference, &f->arena, &f->diags};
    if (yaml_parse("rule.yaml", slice_of(yaml), &f->arena, &map, &f->diags) < 0 ||
        rule_read(&reader, map, &f->rule) < 0)
        fail_msg("%s: %s", yaml, diag_line(&f->diags, &f->diags.items[0]));
    rule_lint(&(struct rule_lint_input){&f->rule, map, &f->reference.baskets}, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    reference_deinit(&f->reference);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void rules_are_warned_about_as_the_cases_say(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/rule/lint.txt");
    while (cases_next(&cases)) {
        struct rule_draft draft;
        struct fixture f;
        rule_draft_init(&draft, good_rule, &cases);
        lint(&f, draft.text);
        rule_draft_check(&draft, &cases, &f.diags);
        fixture_deinit(&f);
    }
    cases_close(&cases);
}

/* A warning is no error, and says what to do. */
static void every_warning_has_a_hint(void **state)
{
    (void)state;
    struct cases one = {.lines = {{"-basis", 1}, {"let: { g3: \"growth(imports, 2m, previous)\" }", 1},
                            {"when: g3 >= $growth", 1}, {"-clear", 1}, {"severity: critical", 1}},
        .len = 5};
    struct rule_draft draft;
    struct fixture f;
    rule_draft_init(&draft, good_rule, &one);
    lint(&f, draft.text);
    assert_int_equal(f.diags.errors, 0);
    assert_int_equal(f.diags.warnings, 7); /* W003 W004 W009 W010 W012 W013 W016 */
    for (size_t i = 0; i < f.diags.len; i++) {
        assert_int_equal(f.diags.items[i].level, DIAG_WARNING);
        assert_non_null(f.diags.items[i].hint);
        assert_string_equal(f.diags.items[i].file, "rule.yaml");
    }
    fixture_deinit(&f);
}

/* The alternatives of a condition multiply: beyond a bound they are not looked at, and nothing is said. */
static void conditions_with_too_many_ways_are_left_alone(void **state)
{
    (void)state;
    struct cases one = {
        .lines = {{"when: >-\n"
                   "  (g3 >= 1% or g3 >= 2%) and (g3 >= 3% or g3 >= 4%) and (g3 >= 5% or g3 >= 6%)\n"
                   "  and (g3 >= 7% or g3 >= 8%) and (g3 >= 9% or g3 >= 10%) and (g3 >= 11% or g3 >= 12%)\n"
                   "  and (g3 >= 13% or g3 >= 14%) and g3 < 0%",
                      1},
            {"clear: g3 < 0%", 1}, {"-thresholds", 1}},
        .len = 3};
    struct rule_draft draft;
    struct fixture f;
    rule_draft_init(&draft, good_rule, &one);
    lint(&f, draft.text);
    assert_int_equal(f.diags.len, 0);
    fixture_deinit(&f);
}

/* Names of names of names: what is written in a few lines would take 2^22 steps to write out. */
static void shared_names_are_walked_once(void **state)
{
    (void)state;
    struct fixture f;
    char lets[2048] = "let: { g3: \"growth(imports.quantity, 3m)\", a: 1 > 2";
    size_t len = strlen(lets);
    for (int c = 'b'; c <= 'w'; c++)
        len += (size_t)snprintf(lets + len, sizeof lets - len, ", %c: %c and %c", c, c - 1, c - 1);
    snprintf(lets + len, sizeof lets - len, " }");
    struct cases one = {
        .lines = {{lets, 1}, {"when: w or g3 >= $growth and sum(imports, 12m) >= $floor", 1}}, .len = 2};
    struct rule_draft draft;
    rule_draft_init(&draft, good_rule, &one);
    lint(&f, draft.text);
    assert_int_equal(f.diags.len, 1);
    assert_string_equal(f.diags.items[0].code, "W001");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_warned_about_as_the_cases_say),
        cmocka_unit_test(every_warning_has_a_hint),
        cmocka_unit_test(conditions_with_too_many_ways_are_left_alone),
        cmocka_unit_test(shared_names_are_walked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
