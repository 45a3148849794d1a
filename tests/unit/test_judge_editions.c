/* link: daemon/base/counting_sort tests/support/series daemon/core/series_text daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/core/panel_index daemon/core/probe daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/country daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/deadline daemon/core/quality_flag */
/* Codes of several editions of the HS in judging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/judge.h"
#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/series.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

#define HEAD(id)                                                                                             \
    "  - id: " id "\n"                                                                                       \
    "    title: { en: a, vi: b }\n"                                                                          \
    "    advice: { en: a, vi: b }\n"                                                                         \
    "    severity: watch\n"

static const struct source source_items[] = {{.name = "first"}, {.name = "second", .absent_is_zero = true}};
static const struct sources sources = {source_items, 2};

/* A panel, rules, and a judge over both. */
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

static void fixture_init(struct fixture *f, const char *rules)
{
    *f = (struct fixture){.ruleset = ruleset_new(), .panel = panel_new()};
    ruleset_add(f->ruleset, parse(f, rules), slice_of(rules), &f->reference, &f->diags);
    if (ruleset_seal(f->ruleset, &f->diags) < 0)
        fail_msg("%s", diag_line(&f->diags, &f->diags.items[0]));
    f->judge = judge_new(f->ruleset, &f->reference, "VN", &sources);
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

static void judge_whole(struct fixture *f)
{
    struct judge_result result;
    judge_all(f->judge, f->panel, &result);
    judge_result_deinit(&result);
}

static int32_t month(int number)
{
    return period_make(2023, 1) + number - 1;
}

static void put(
    struct fixture *f, const char *source, const char *product, const char *name, const char *figures)
{
    struct series_scope scope = {source, "VN", "US", "CN", product};
    if (!series_put(f->panel, &scope, name, figures, month(1)))
        fail_msg("%s = %s", name, figures);
}

/* 8541.40 until December 2022, 8541.42 and 8541.43 from January 2023 on: one product, without a step. */
static void a_code_goes_on_in_those_that_it_became(void **state)
{
    (void)state;
    struct fixture f;
    static const char table[] = "concordance:\n  - { edition: e, from: 2023-01, before: [854140], after: "
                                "[854142, 854143], source: s }\n";
    fixture_init(&f,
        "rules:\n" HEAD("one") "    scope: { product: ['854140', '854142', '8541'], market: US }\n"
                               "    let: { year: \"sum(exports, 12m)\" }\n"
                               "    when: year > 5 USD\n");
    assert_int_equal(
        concordance_add(&f.reference.concordance, node_get(parse(&f, table), "concordance"), &f.diags), 0);
    concordance_seal(&f.reference.concordance);
    struct series_scope scope = {"first", "VN", "US", "CN", "854140"};
    assert_true(series_put(f.panel, &scope, "exports", "10x12", month(-11)));
    put(&f, "first", "854142", "exports", "4x6");
    put(&f, "first", "854143", "exports", "6x6");
    judge_whole(&f);
    static const struct {
        uint32_t scope;
        int month;
        double year; /* below 0: unknown */
    } years[] = {{0, 0, 120}, {0, 1, 120}, {0, 6, 120}, {1, 6, -1}, {2, 6, -1}};
    for (size_t i = 0; i < LEN(years); i++) {
        struct figure figures[RULE_LETS_MAX];
        assert_int_equal(
            judge_figures(f.judge, f.panel, 0, years[i].scope, month(years[i].month), figures), 1);
        if (years[i].year < 0 ? figures[0].unknown == KNOWN : figures[0].value != years[i].year)
            fail_msg("scope %d, month %d: %g (%d)", (int)years[i].scope, years[i].month, figures[0].value,
                (int)figures[0].unknown);
    }
    fixture_deinit(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_goes_on_in_those_that_it_became),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
