/* link: daemon/base/counting_sort tests/support/cases tests/support/series daemon/io/yaml daemon/io/file daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/ruleset daemon/core/reference daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/alert daemon/core/basket daemon/core/country daemon/core/judge_bind daemon/core/measure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/panel_index daemon/core/program_run daemon/core/publication daemon/core/quota daemon/core/rule daemon/core/series_role daemon/core/series_text daemon/core/code daemon/core/date daemon/core/expr_parse daemon/core/figure daemon/core/judge_series daemon/core/period daemon/core/probe daemon/core/row daemon/core/rule_condition daemon/core/selector daemon/core/expr_check daemon/core/expr_lex daemon/core/message_fill daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/program daemon/core/indicator daemon/core/message_view daemon/core/statistics daemon/core/tet daemon/core/words daemon/base/clock_text daemon/core/indicator_probes daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/deadline daemon/core/quality_flag */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/expr.h"
#include "core/judge.h"
#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/cases.h"
#include "tests/support/series.h"

/* Functions on their whole way: expression, rule, binding, panel, tables. A case: lines of series, tables and
 * the market, the judged period, then pairs of expression and value. */
struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct panel *panel;
    struct buf tables;
    struct reference reference;
    const char *product, *market;
    bool absent_is_zero;
};

enum { TEXT_MAX = 16 * 1024 };

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.panel = panel_new(), .product = "plates", .market = "US"};
    buf_init(&f->tables, TEXT_MAX);
    (void)buf_puts(&f->tables,
        "baskets:\n"
        "  - { id: plates, title: { vi: a, en: b }, codes: ['7210', '7212'],\n"
        "      inputs: ['7208'], part_of: ['00'], source: test }\n"
        "  - { id: cells, title: { vi: a, en: b }, source: test, codes:\n"
        "      [{ code: '854140', until: 2023-12 }, { code: '854142', from: 2024-01 }] }\n");
}

static void fixture_deinit(struct fixture *f)
{
    panel_free(f->panel);
    reference_deinit(&f->reference);
    buf_deinit(&f->tables);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

/* ---- what stands before the period ---- */

/* "origin(TH).quantity", "destination(JP)", "imports.value", each with a code in front: "7210 imports". */
static bool put_series(struct fixture *f, char *name, const char *figures)
{
    struct series_scope scope = {"feed", "VN", f->market, "CN", "7210"};
    char role[1024], country[3] = "";
    char *space = strchr(name, ' ');
    if (space != NULL) {
        *space = '\0';
        scope.product = name;
        name = space + 1;
    }
    if (sscanf(name, "origin(%2[A-Z])", country) == 1) {
        scope.origin = country;
        snprintf(role, sizeof role, "from_origin%s", strchr(name, ')') + 1);
    } else if (sscanf(name, "destination(%2[A-Z])", country) == 1) {
        scope.market = country;
        snprintf(role, sizeof role, "exports%s", strchr(name, ')') + 1);
    } else {
        snprintf(role, sizeof role, "%s", name);
    }
    return series_put(f->panel, &scope, role, figures, period_make(2020, 1));
}

/* One line before the period. */
static bool put_line(struct fixture *f, struct cases *cases, size_t i)
{
    char line[1024];
    snprintf(line, sizeof line, "%s", cases->lines[i].text);
    const char *value = cases_split(line, '=');
    if (value == NULL)
        return false;
    if (str_equal(line, "product"))
        f->product = arena_strdup(&f->arena, value);
    else if (str_equal(line, "absent"))
        f->absent_is_zero = str_equal(value, "zero");
    else if (str_equal(line, "tables"))
        return buf_printf(&f->tables, "%s\n", value) == 0;
    else if (str_equal(line, "rows"))
        return buf_printf(&f->tables, "  - %s\n", value) == 0;
    else
        return put_series(f, line, value);
    return true;
}

static int read_case(struct fixture *f, struct cases *cases, int32_t *ret_period)
{
    for (size_t i = 0; i < cases->len; i++) {
        if (period_parse(slice_of(cases->lines[i].text), ret_period) == 0)
            return (int)i;
        if (!put_line(f, cases, i))
            cases_fault(cases, i, "is no series, table or product");
    }
    return -1;
}

static void read_tables(struct fixture *f)
{
    const struct node *document;
    if (yaml_parse("tables", slice_of(buf_text(&f->tables)), &f->arena, &document, &f->diags) < 0 ||
        reference_read(&document, 1, &f->reference, &f->diags) < 0)
        fail_msg("%s\n%s", diag_line(&f->diags, &f->diags.items[0]), buf_text(&f->tables));
}

/* ---- one expression ---- */

static bool is_value(struct fixture *f, const char *expected, const struct figure *figure)
{
    if (figure->unknown != KNOWN)
        return str_equal(arena_printf(&f->arena, "unknown %s", unknown_names[figure->unknown]), expected);
    if (figure->type == VALUE_BOOLEAN)
        return str_equal(expected, figure->value != 0 ? "true" : "false");
    struct node scalar = {.kind = NODE_SCALAR, .text = slice_of(expected)};
    struct expr *literal;
    return expr_parse_literal(&scalar, &f->arena, &literal, &f->diags) == 0 &&
           fabs(literal->number - figure->value) <= 1e-9 * fmax(1, fabs(figure->value));
}

static const char *as_text(struct fixture *f, const struct figure *figure)
{
    return figure->unknown != KNOWN ? arena_printf(&f->arena, "unknown %s", unknown_names[figure->unknown])
                                    : arena_printf(&f->arena, "%.12g", figure->value);
}

static void check_expression(struct fixture *f, struct cases *cases, size_t i, int32_t period)
{
    const struct source source = {.name = "feed", .absent_is_zero = f->absent_is_zero};
    const struct sources sources = {&source, 1};
    const char *yaml = arena_printf(&f->arena,
        "rules:\n  - { id: one, title: { vi: a, en: b }, advice: { vi: a, en: b }, severity: watch,\n"
        "      scope: { product: \"%s\", market: %s, origin: CN }, let: { x: \"%s\" },\n"
        "      when: 'last(imports) >= 0 USD' }\n",
        f->product, f->market, cases->lines[i].text);
    const struct node *document;
    struct ruleset *ruleset = ruleset_new();
    struct figure figure;
    if (yaml_parse("rule", slice_of(yaml), &f->arena, &document, &f->diags) == 0)
        ruleset_add(ruleset, document, slice_of(yaml), &f->reference, &f->diags);
    if (ruleset_seal(ruleset, &f->diags) < 0) {
        cases_fault(cases, i, "%s", diag_line(&f->diags, &f->diags.items[0]));
    } else {
        struct judge *judge = judge_new(ruleset, &f->reference, "VN", &sources);
        struct judge_result all;
        judge_all(judge, f->panel, &all);
        (void)judge_figures(judge, f->panel, 0, 0, period, &figure);
        if (!is_value(f, cases->lines[i + 1].text, &figure))
            cases_fault(cases, i + 1, "it is %s", as_text(f, &figure));
        judge_result_deinit(&all);
        judge_free(judge);
    }
    ruleset_free(ruleset);
}

static void functions_are_worth_what_the_table_says(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/probe/figures.txt");
    while (cases_next(&cases)) {
        struct fixture f;
        int32_t period = PERIOD_NONE;
        fixture_init(&f);
        int at = read_case(&f, &cases, &period);
        if (at < 0 || (cases.len - (size_t)at) % 2 != 1)
            cases_fault(&cases, 0, "expected lines of a case, a period, and pairs of lines");
        read_tables(&f);
        for (size_t i = (size_t)at + 1; at >= 0 && i + 1 < cases.len; i += 2)
            check_expression(&f, &cases, i, period);
        fixture_deinit(&f);
    }
    cases_close(&cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_worth_what_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
