/* link: daemon/base/counting_sort tests/support/series daemon/core/series_text daemon/core/judge daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/core/panel_index daemon/core/probe daemon/core/quality_flag daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/deadline daemon/core/country daemon/core/gather daemon/base/parallel daemon/core/evidence daemon/core/expr_print daemon/core/figure_label daemon/core/template daemon/core/markup daemon/core/judge_newest daemon/core/concordance */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/evidence.h"
#include "core/figure_label.h"
#include "core/indicator.h"
#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/series.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static const char tables[] =
    "baskets:\n"
    "  - { id: wood, title: { vi: a, en: b }, codes: ['4412'], source: s }\n"
    "measures:\n"
    "  - { id: old, title: t, market: US, against: VN, basket: wood, type: safeguard, initiation: "
    "2010-01-01, "
    "from: 2011-01-01, to: 2015-01-01, confidence: general, source: s }\n"
    "  - { id: order, title: t, market: US, against: CN, basket: wood, type: anti-dumping, from: 2018-01-04, "
    "confidence: general, source: s }\n"
    "  - { id: case, title: t, market: US, against: VN, basket: wood, type: anti-dumping, petition: "
    "2024-05-22, "
    "confidence: general, source: s }\n"
    "  - { id: later, title: t, market: US, against: VN, basket: wood, type: anti-dumping, petition: "
    "2025-05-22, "
    "confidence: general, source: s }\n"
    "  - { id: elsewhere, title: t, market: EU, against: VN, basket: wood, type: safeguard, initiation: "
    "2024-01-01, "
    "confidence: general, source: s }\n"
    "  - { id: others, title: t, market: US, against: KR, basket: wood, type: safeguard, initiation: "
    "2024-01-01, "
    "confidence: general, source: s }\n"
    "deadlines:\n"
    "  - { market: US, types: anti-dumping, after: petition, days: 45, what: { vi: a, en: b }, basis: l, "
    "source: s }\n"
    "  - { market: US, types: anti-dumping, after: petition, days: 20, what: { vi: a, en: b }, basis: l, "
    "source: s }\n"
    "  - { market: US, types: anti-dumping, after: initiation, days: 10, what: { vi: a, en: b }, basis: l, "
    "source: s }\n";

static const char rules[] =
    "rules:\n"
    "  - id: surge\n"
    "    title: { en: a, vi: b }\n"
    "    advice: { en: a, vi: b }\n"
    "    severity: watch\n"
    "    scope: { product: wood, market: US, origin: CN }\n"
    "    let:\n"
    "      g: growth(imports, 3m)\n"
    "      v: sum(imports, 12m)\n"
    "      s: share(imports, market, 12m)\n"
    "    when: g >= $rise and (v > 1 USD or s between 5% and 50%) and not (v < 3 USD)\n"
    "    thresholds: { rise: 30% }\n";

static const struct source source_items[] = {{.name = "census"}};
static const struct sources sources = {source_items, 1};

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
    assert_int_equal(yaml_parse("test.yaml", slice_of(text), &f->arena, &document, &f->diags), 0);
    return document;
}

static void put(struct fixture *f, const char *name, const char *figures)
{
    struct series_scope scope = {"census", "VN", "US", "CN", "4412"};
    assert_true(series_put(f->panel, &scope, name, figures, period_make(2022, 1)));
}

/* Quiet trade, and a rise of a half in the newest three months, to June 2024. */
static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.ruleset = ruleset_new(), .panel = panel_new()};
    const struct node *document = parse(f, tables);
    if (reference_read(&document, 1, &f->reference, &f->diags) < 0)
        fail_msg("%s", diag_line(&f->diags, f->diags.items));
    ruleset_add(f->ruleset, parse(f, rules), slice_of(rules), &f->reference, &f->diags);
    if (ruleset_seal(f->ruleset, &f->diags) < 0)
        fail_msg("%s", diag_line(&f->diags, f->diags.items));
    put(f, "imports", "100x27 150x3");
    put(f, "market", "1000x30");
    f->judge = judge_new(f->ruleset, &f->reference, "VN", &sources);
    struct judge_result result;
    judge_all(f->judge, f->panel, &result);
    judge_result_deinit(&result);
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

static bool take(struct fixture *f, const char *product, struct evidence *ret_evidence)
{
    struct evidence_source source = {f->judge, f->panel, &f->reference, "VN", date_make(2024, 6, 12)};
    struct alert_scope scope = {"surge", product, "US", "CN"};
    return evidence_take(&source, &scope, period_make(2024, 6), ret_evidence);
}

static void assert_near(const struct figure *figure, double value)
{
    assert_int_equal(figure->unknown, KNOWN);
    if (fabs(figure->value - value) > 1e-9)
        fail_msg("%g, not %g", figure->value, value);
}

static void limits_have_margins(void **state)
{
    (void)state;
    struct fixture f;
    struct evidence evidence;
    fixture_init(&f);
    assert_true(take(&f, "wood", &evidence));
    assert_int_equal(evidence.limit_count, 3); /* what stands under not is none */
    const struct evidence_limit *g = &evidence.limits[0], *v = &evidence.limits[1], *s = &evidence.limits[2];
    assert_int_equal(g->figure, 0);
    assert_string_equal(g->symbol, ">=");
    assert_near(&g->low, 0.3);
    assert_near(&g->margin, 0.2);
    assert_int_equal(g->margin.type, VALUE_POINTS);
    assert_true(g->holds);
    assert_int_equal(v->figure, 1);
    assert_near(&v->margin, 1349);
    assert_int_equal(s->figure, 2);
    assert_near(&s->high, 0.5);
    assert_near(&s->margin, 0.1125 - 0.05);
    fixture_deinit(&f);
}

static void months_lead_up_to_the_alert(void **state)
{
    (void)state;
    struct fixture f;
    struct evidence evidence;
    fixture_init(&f);
    assert_true(take(&f, "wood", &evidence));
    assert_int_equal(evidence.before_count, 3);
    assert_near(&evidence.before[0], 1. / 3);
    assert_int_equal(evidence.curve.len, EVIDENCE_MONTHS);
    assert_int_equal(evidence.curve.first, period_make(2022, 6));
    assert_int_equal(evidence.curve.values[0].unknown, UNKNOWN_MONTH); /* no year before it */
    assert_near(&evidence.curve.values[EVIDENCE_MONTHS - 1], 0.5);
    assert_ptr_equal(evidence.trade_role, &series_roles[ROLE_IMPORTS]);
    assert_int_equal(evidence.trade.len, EVIDENCE_MONTHS);
    assert_near(&evidence.trade.values[EVIDENCE_MONTHS - 1], 150);
    assert_near(&evidence.trade.values[0], 100);
    fixture_deinit(&f);
}

/* Open cases first, then what is in force, then what is over; not what was filed since, or is elsewhere, or
 * against others. */
static void measures_are_those_of_the_scope(void **state)
{
    (void)state;
    static const char *const ids[] = {"case", "order", "old"};
    struct fixture f;
    struct evidence evidence;
    fixture_init(&f);
    assert_true(take(&f, "wood", &evidence));
    assert_int_equal(evidence.measure_count, LEN(ids));
    assert_int_equal(evidence.measure_total, LEN(ids));
    for (size_t i = 0; i < LEN(ids); i++)
        assert_string_equal(evidence.measures[i].row->id, ids[i]);
    assert_int_equal(evidence.measures[0].standing, MEASURE_OPEN_CASE);
    assert_int_equal(evidence.measures[1].standing, MEASURE_IN_FORCE);
    assert_int_equal(evidence.measures[2].standing, MEASURE_ENDED);
    fixture_deinit(&f);
}

static void deadlines_are_still_to_come(void **state)
{
    (void)state;
    struct fixture f;
    struct evidence evidence;
    fixture_init(&f);
    assert_true(take(&f, "wood", &evidence));
    assert_int_equal(evidence.deadline_count, 1); /* the 20 days were over on June 11 */
    assert_int_equal(evidence.deadlines[0].day, date_make(2024, 7, 6));
    fixture_deinit(&f);
}

static void flags_are_those_of_the_newest_month(void **state)
{
    (void)state;
    struct fixture f;
    struct evidence evidence;
    fixture_init(&f);
    panel_set_flags(f.panel, 0, period_make(2024, 5), OBSERVATION_ESTIMATED);
    panel_set_flags(f.panel, 0, period_make(2024, 6), OBSERVATION_PRELIMINARY);
    assert_true(take(&f, "wood", &evidence));
    assert_int_equal(evidence.flags, OBSERVATION_PRELIMINARY);
    assert_int_equal(evidence.quality, 1u << FLAG_SMALL_BASE | 1u << FLAG_PRELIMINARY);
    fixture_deinit(&f);
}

static void scopes_that_nobody_judges_have_none(void **state)
{
    (void)state;
    struct fixture f;
    struct evidence evidence;
    fixture_init(&f);
    assert_false(take(&f, "*", &evidence));
    assert_false(take(&f, "4412", &evidence));
    fixture_deinit(&f);
}

static void figures_have_labels(void **state)
{
    (void)state;
    static const char *const vi[] = {"Mức tăng nhập khẩu, 3 tháng, so với cùng kỳ năm trước",
        "Tổng nhập khẩu, 12 tháng", "Tỷ trọng của nhập khẩu trong tổng nhập khẩu của thị trường, 12 tháng"};
    static const char *const en[] = {"Growth of imports, 3 months, on a year earlier",
        "Total imports, 12 months", "Share of imports in all imports of the market, 12 months"};
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < 3; i++) {
        const struct expr *expr = f.ruleset->rules[0].lets[i].expr;
        assert_string_equal(figure_label(expr, LANGUAGE_VI, &f.arena), vi[i]);
        assert_string_equal(figure_label(expr, LANGUAGE_EN, &f.arena), en[i]);
    }
    assert_string_equal(figure_label(f.ruleset->rules[0].when_expr, LANGUAGE_EN, &f.arena), "");
    fixture_deinit(&f);
}

/* Every function that gives a value people read has words. */
static void functions_have_words(void **state)
{
    (void)state;
    static const char *const without[] = {"coalesce", "known", "flag", "min", "max", "abs"};
    for (size_t i = 0; i < indicator_count; i++) {
        struct arena arena = ARENA_NULL;
        bool expected = true;
        for (size_t k = 0; k < LEN(without); k++)
            expected = expected && !str_equal(indicators[i].name, without[k]);
        struct expr argument = {.kind = EXPR_SERIES, .role = ROLE_IMPORTS};
        struct expr *arguments[] = {&argument};
        struct expr call = {
            .kind = EXPR_CALL, .name = slice_of(indicators[i].name), .args = arguments, .arg_count = 1};
        if (expected && figure_label(&call, LANGUAGE_VI, &arena)[0] == '\0')
            fail_msg("%s has no words", indicators[i].name);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_have_margins),
        cmocka_unit_test(months_lead_up_to_the_alert),
        cmocka_unit_test(measures_are_those_of_the_scope),
        cmocka_unit_test(deadlines_are_still_to_come),
        cmocka_unit_test(flags_are_those_of_the_newest_month),
        cmocka_unit_test(scopes_that_nobody_judges_have_none),
        cmocka_unit_test(figures_have_labels),
        cmocka_unit_test(functions_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
