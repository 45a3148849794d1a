/* link: daemon/base/counting_sort tests/support/series daemon/core/series_text daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/core/panel_index daemon/core/probe daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/country daemon/app/history_lint daemon/core/expr_print daemon/core/rule_lint daemon/core/rule_lint_terms daemon/core/rule_lint_logic daemon/core/rule_lint_figures daemon/core/rule_lint_scope daemon/core/rule_lint_text daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/quality_flag daemon/core/deadline */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/history_lint.h"
#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/series.h"

static const char baskets_text[] =
    "baskets:\n"
    "  - { id: wood, title: { vi: a, en: b }, codes: ['4412'], inputs: ['4403'], "
    "source: test }\n"
    "  - { id: toys, title: { vi: a, en: b }, codes: ['9503'], source: test }\n";

static const struct source source_items[] = {{.name = "first"}};
static const struct sources sources = {source_items, 1};

/* Rules, and a history of two years of wood to and in the US, of 4407 in Japan, and of inputs from China. */
struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    struct ruleset *ruleset;
    struct panel *panel;
    const struct node *document;
};

static const struct node *parse(struct fixture *f, const char *text)
{
    const struct node *document;
    if (yaml_parse("test.yaml", slice_of(text), &f->arena, &document, &f->diags) < 0)
        fail_msg("%s", f->diags.items[0].text);
    return document;
}

static void put(struct fixture *f, const char *market, const char *product, const char *name)
{
    struct series_scope scope = {"first", "VN", market, "CN", product};
    assert_true(series_put(f->panel, &scope, name, "10x24", period_make(2023, 1)));
}

/* One rule on line 2, its scope on line 6. */
static void fixture_init(struct fixture *f, const char *scope, const char *rest)
{
    *f = (struct fixture){.ruleset = ruleset_new(), .panel = panel_new()};
    const char *text = arena_printf(&f->arena,
        "rules:\n"
        "  - id: one\n"
        "    title: { en: a, vi: b }\n"
        "    advice: { en: a, vi: b }\n"
        "    severity: watch\n"
        "    scope: %s\n"
        "    %s\n",
        scope, rest);
    assert_int_equal(
        baskets_add(&f->reference.baskets, node_get(parse(f, baskets_text), "baskets"), &f->diags), 0);
    f->document = parse(f, text);
    ruleset_add(f->ruleset, f->document, slice_of(text), &f->reference, &f->diags);
    if (ruleset_seal(f->ruleset, &f->diags) < 0)
        fail_msg("%s", diag_line(&f->diags, &f->diags.items[0]));
}

static void put_history(struct fixture *f)
{
    put(f, "US", "4412", "exports");
    put(f, "US", "4412", "imports");
    put(f, "JP", "4407", "imports");
    put(f, "US", "4403", "inputs"); /* the market plays no part in it */
}

static void fixture_deinit(struct fixture *f)
{
    panel_free(f->panel);
    ruleset_free(f->ruleset);
    reference_deinit(&f->reference);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void lint(struct fixture *f)
{
    history_lint(
        &(struct history_lint_input){f->ruleset, &f->document, 1, &f->reference, "VN", &sources, f->panel},
        &f->diags);
}

enum { EXPECTED_MAX = 3 };

static const struct {
    const char *scope, *rest;           /* rest: keys on lines of their own */
    const char *expected[EXPECTED_MAX]; /* without the file */
} cases[] = {
    {"{ product: [wood, 44*], market: [US, JP] }", "when: sum(imports, 12m) > 5 USD", {NULL}},
    /* ---- what is not there ---- */
    {"{ product: [wood, toys, 95*, 4411], market: US }", "when: sum(imports, 12m) > 5 USD",
        {"6:30: warning[W006]: history has no series of product toys that the rule reads",
            "6:36: warning[W006]: history has no series of product 95* that the rule reads",
            "6:41: warning[W006]: history has no series of product 4411 that the rule reads"}},
    {"{ product: 44*, market: [US, KR] }", "when: sum(imports, 12m) > 5 USD",
        {"6:41: warning[W006]: history has no series of market KR that the rule reads"}},
    {"{ product: wood, market: US, origin: [CN, TH] }", "when: sum(inputs, 12m) > 5 USD",
        {"6:54: warning[W006]: history has no series of origin TH that the rule reads"}},
    {"{ product: toys, market: [US, JP] }", "when: sum(imports, 12m) > 5 USD",
        {"6:12: warning[W006]: history has no series that the rule reads"}},
    /* All baskets are not missed one by one; a rule that reads no series of markets is in all of them. */
    {"{ product: baskets, market: US }", "when: sum(imports, 12m) > 5 USD", {NULL}},
    {"{ product: wood, market: [US, KR], origin: CN }", "when: sum(inputs, 12m) > 5 USD", {NULL}},
    {"{ product: 44*, market: all }", "when: sum(imports, 12m) > 5 USD", {NULL}},
    /* ---- windows ---- */
    {"{ product: wood, market: US }", "when: sum(imports, 24m) > 5 USD", {NULL}},
    {"{ product: wood, market: US }", "when: sum(imports, 25m) > 5 USD",
        {"2:5: warning[W007]: the rule needs 25 months of figures, and history has at most 24 of what it "
         "reads: "
         "it stays unknown"}},
    {"{ product: wood, market: US }", "when: growth(imports, 24m) > 5%",
        {"2:5: warning[W007]: the rule needs 36 months of figures, and history has at most 24 of what it "
         "reads: "
         "it stays unknown"}},
    {"{ product: wood, market: US }", "when: growth(imports, ytd) > 5%", {NULL}},
    /* ---- accepted ---- */
    {"{ product: [wood, toys], market: US }", "when: sum(imports, 25m) > 5 USD\n    accept: [W006, W007]",
        {NULL}},
};

static void history_shows_what_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_init(&f, cases[i].scope, cases[i].rest);
        put_history(&f);
        lint(&f);
        size_t expected = 0;
        while (expected < EXPECTED_MAX && cases[i].expected[expected] != NULL)
            expected++;
        for (size_t k = 0; k < f.diags.len && k < expected; k++)
            assert_string_equal(
                diag_line(&f.diags, &f.diags.items[k]) + strlen("test.yaml:"), cases[i].expected[k]);
        if (f.diags.len != expected)
            fail_msg("%s %s: %zu warnings", cases[i].scope, cases[i].rest, f.diags.len);
        fixture_deinit(&f);
    }
}

static void without_history_nothing_is_missed(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "{ product: toys, market: US }", "when: sum(imports, 25m) > 5 USD");
    lint(&f);
    assert_int_equal(f.diags.len, 0);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_shows_what_is_missing),
        cmocka_unit_test(without_history_nothing_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
