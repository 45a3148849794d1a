/* link: tests/support/cases tests/support/rule_draft daemon/io/yaml daemon/io/file daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/probe daemon/core/reference daemon/core/country daemon/core/measure daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/program_run daemon/core/quota daemon/core/date daemon/core/statistics daemon/core/tet daemon/core/gather daemon/core/concordance daemon/core/quality_flag daemon/core/deadline */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "core/rule.h"
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
                                   "    source: test\n";

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    struct rule rule;
    int r;
};

/* Reads one rule from its YAML. */
static void read_rule(struct fixture *f, const char *yaml)
{
    const struct node *baskets, *map;
    memset(f, 0, sizeof *f);
    assert_int_equal(yaml_parse("baskets.yaml", slice_of(baskets_text), &f->arena, &baskets, &f->diags), 0);
    assert_int_equal(baskets_add(&f->reference.baskets, node_get(baskets, "baskets"), &f->diags), 0);
    if (yaml_parse("rule.yaml", slice_of(yaml), &f->arena, &map, &f->diags) < 0)
        fail_msg("%s: %s", yaml, diag_line(&f->diags, &f->diags.items[0]));
    struct rule_reader reader = {&f->reference, &f->arena, &f->diags};
    f->r = rule_read(&reader, map, &f->rule);
}

static void fixture_deinit(struct fixture *f)
{
    reference_deinit(&f->reference);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void assert_good(struct fixture *f)
{
    if (f->r < 0)
        fail_msg("%s", diag_line(&f->diags, &f->diags.items[0]));
}

/* ---- the table of faults ---- */

static const char *const good_rule[] = {
    "id: surge",
    "title: { en: \"{{product}} up {{g3}}\", vi: \"{{product}} tăng {{g3}}\" }",
    "advice: { en: Keep records., vi: Lưu chứng từ. }",
    "severity: warning",
    "scope: { product: baskets, market: [US, EU] }",
    "let: { g3: \"growth(imports.quantity, 3m)\" }",
    "when: g3 >= $growth",
    "thresholds: { growth: 30%, floor: 5 MUSD }",
    NULL,
};

static void check_bad(struct cases *cases)
{
    struct rule_draft draft;
    struct fixture f;
    rule_draft_init(&draft, good_rule, cases);
    read_rule(&f, draft.text);
    if (f.r != -EINVAL)
        cases_fault(cases, 0, "returned %d", f.r);
    rule_draft_check(&draft, cases, &f.diags);
    fixture_deinit(&f);
}

static void wrong_rules_are_refused_with_every_fault(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/rule/bad.txt");
    while (cases_next(&cases))
        check_bad(&cases);
    cases_close(&cases);
}

/* ---- what a good rule becomes ---- */

static void rule_is_read_whole(void **state)
{
    (void)state;
    struct fixture f;
    read_rule(&f,
        "id: us-surge\n"
        "title: { en: \"{{ product }}: {{market}} up {{g3}}\", vi: \"{{product}} {{period}} {{origin}}\" }\n"
        "advice: { en: Keep., vi: Giữ. }\n"
        "basis: [19 USC 1677j(b), 19 USC 1677(24)(A)]\n"
        "valid: { from: 2016-01, to: 2030-12 }\n"
        "audience: internal\n"
        "severity: critical\n"
        "scope: { product: [baskets, '72*', 'nso:toys', 4412], market: US, origin: [CN, KR] }\n"
        "let:\n"
        "  g3: growth(imports.quantity, 3m)\n"
        "  uv: growth(imports.unit_value, 6m)\n"
        "when: >\n"
        "  g3 >= $growth and uv < 0%\n"
        "  and share(imports.quantity, market.quantity, 12m) >= $share\n"
        "  and growth(from_origin, 3m) < 0%\n"
        "clear: g3 < $growth / 2\n"
        "for: 2 of 3 releases\n"
        "missing: alert\n"
        "mode: shadow\n"
        "owner: TRAV\n"
        "thresholds: { growth: 30%, share: 3% }\n");
    assert_good(&f);
    const struct rule *rule = &f.rule;
    assert_string_equal(rule->id, "us-surge");
    assert_string_equal(rule->basis[1], "19 USC 1677(24)(A)");
    assert_null(rule->basis[2]);
    assert_int_equal(rule->valid_from, period_make(2016, 1));
    assert_int_equal(rule->valid_to, period_make(2030, 12));
    assert_int_equal(rule->audience, AUDIENCE_INTERNAL);
    assert_int_equal(rule->severity, SEVERITY_CRITICAL);
    assert_true(rule->shadow);
    assert_int_equal(rule->policy.need, 2);
    assert_int_equal(rule->policy.of, 3);
    assert_int_equal(rule->policy.missing, MISSING_ALERT);
    assert_int_equal(rule->product_count, 4);
    assert_int_equal(rule->markets.len, 1);
    assert_int_equal(rule->origins.len, 2);
    assert_int_equal(rule->let_count, 2);
    assert_string_equal(rule->lets[1].name, "uv");
    assert_int_equal(rule->lets[1].type, VALUE_RATIO);
    assert_int_equal(rule->program.role_count, 3);
    assert_int_equal(rule->program.reach, 17);
    assert_true(rule->clear >= 0 && rule->clear != rule->when);
    fixture_deinit(&f);
}

/* The good rule with one more line. */
static void read_good(struct fixture *f, const char *line)
{
    struct cases one = {.lines = {{line, 1}}, .len = 1};
    struct rule_draft draft;
    rule_draft_init(&draft, good_rule, &one);
    read_rule(f, draft.text);
    assert_good(f);
}

static void what_is_left_out_has_its_default(void **state)
{
    (void)state;
    struct fixture f;
    read_good(&f, "note: none");
    assert_int_equal(f.rule.policy.need, 1);
    assert_int_equal(f.rule.policy.of, 1);
    assert_int_equal(f.rule.policy.missing, MISSING_KEEP);
    assert_int_equal(f.rule.audience, AUDIENCE_PUBLIC);
    assert_int_equal(f.rule.clear, -1);
    assert_int_equal(f.rule.valid_from, PERIOD_NONE);
    assert_int_equal(f.rule.valid_to, PERIOD_NONE);
    assert_null(f.rule.basis[0]);
    assert_false(f.rule.shadow);
    fixture_deinit(&f);
}

static void releases_are_counted_as_written(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int need, of;
    } cases[] = {
        {"for: 1 release", 1, 1},
        {"for: 3 releases", 3, 3},
        {"for: 2 of 3 releases", 2, 3},
        {"for: 1 of 32 releases", 1, 32},
        {"for: 12 of 24 releases", 12, 24},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        read_good(&f, cases[i].line);
        assert_int_equal(f.rule.policy.need, cases[i].need);
        assert_int_equal(f.rule.policy.of, cases[i].of);
        fixture_deinit(&f);
    }
}

static void first_override_that_matches_wins(void **state)
{
    (void)state;
    static const struct {
        const char *product, *market, *origin;
        double growth;
    } cases[] = {
        {"plywood", "US", "CN", 0.15},
        {"plywood", "US", "KR", 0.15},
        {"plywood", "EU", "CN", 0.20},
        {"steel", "EU", "CN", 0.20},
        {"steel", "EU", "KR", 0.25}, /* by its codes */
        {"7210", "US", "CN", 0.25},
        {"7299", "EU", "CN", 0.20}, /* the earlier one */
        {"7299", "EU", "KR", 0.25},
        {"steel", "US", "KR", 0.25},
    };
    struct fixture f;
    read_rule(&f, "id: surge\n"
                  "title: { en: a, vi: b }\n"
                  "advice: { en: a, vi: b }\n"
                  "severity: watch\n"
                  "scope: { product: [baskets, '72*'], market: [US, EU], origin: [CN, KR] }\n"
                  "when: growth(from_origin, 3m) >= $growth and sum(imports, 3m) > $floor\n"
                  "thresholds: { growth: 30%, floor: 5 MUSD }\n"
                  "overrides:\n"
                  "  - { where: { product: plywood, market: US }, growth: 15% }\n"
                  "  - { where: { market: EU, origin: [CN] }, growth: 20% }\n"
                  "  - { where: { product: ['72*', plywood] }, growth: 25%, floor: 1 kUSD }\n");
    assert_good(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double *values = rule_thresholds(
            &f.rule, &f.reference.baskets, cases[i].product, cases[i].market, cases[i].origin);
        if (values[0] != cases[i].growth)
            fail_msg("%s %s %s: %g", cases[i].product, cases[i].market, cases[i].origin, values[0]);
        assert_true(values[1] == (cases[i].growth == 0.25 ? 1e3 : 5e6)); /* what is not overridden stays */
    }
    fixture_deinit(&f);
}

static void other_threshold_spares_overrides_that_set_it(void **state)
{
    (void)state;
    struct fixture f;
    read_rule(&f, "id: surge\n"
                  "title: { en: a, vi: b }\n"
                  "advice: { en: a, vi: b }\n"
                  "severity: watch\n"
                  "scope: { product: [baskets, '72*'], market: [US, EU] }\n"
                  "when: growth(imports, 3m) >= $growth and sum(imports, 3m) > $floor\n"
                  "thresholds: { growth: 30%, floor: 5 MUSD }\n"
                  "overrides:\n"
                  "  - { where: { market: US }, growth: 30% }\n" /* its own, though the same */
                  "  - { where: { product: '72*' }, floor: 1 kUSD }\n");
    assert_good(&f);
    struct rule changed = rule_with_threshold(&f.rule, 0, 0.5, &f.arena);
    assert_true(changed.thresholds[0] == 0.5 && changed.thresholds[1] == 5e6);
    assert_true(changed.overrides[0].thresholds[0] == 0.3);
    assert_true(changed.overrides[1].thresholds[0] == 0.5 && changed.overrides[1].thresholds[1] == 1e3);
    assert_true(f.rule.thresholds[0] == 0.3 && f.rule.overrides[1].thresholds[0] == 0.3);
    fixture_deinit(&f);
}

/* A fault inside a folded block stands at its own line of the file. */
static void faults_in_folded_text_have_their_own_line(void **state)
{
    (void)state;
    struct fixture f;
    read_rule(&f, "id: surge\n"
                  "title: { en: a, vi: b }\n"
                  "advice: { en: a, vi: b }\n"
                  "severity: watch\n"
                  "scope: { product: baskets, market: US }\n"
                  "when: >\n"
                  "  growth(imports, 3m) >= 5%\n"
                  "  and sum(imports, 3m) >= 5%\n");
    assert_int_equal(f.r, -EINVAL);
    assert_int_equal(f.diags.len, 1);
    assert_int_equal(f.diags.items[0].line, 8);
    assert_int_equal(f.diags.items[0].column, 27);
    assert_string_equal(f.diags.items[0].hint, "did you mean 5 MUSD?");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_rules_are_refused_with_every_fault),
        cmocka_unit_test(rule_is_read_whole),
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(releases_are_counted_as_written),
        cmocka_unit_test(first_override_that_matches_wins),
        cmocka_unit_test(other_threshold_spares_overrides_that_set_it),
        cmocka_unit_test(faults_in_folded_text_have_their_own_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
