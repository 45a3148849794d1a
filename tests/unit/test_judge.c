/* link: daemon/base/counting_sort tests/support/series daemon/core/series_text daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/core/panel_index daemon/core/probe daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/country daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/quality_flag daemon/core/deadline */
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

static const char baskets_text[] = "baskets:\n"
                                   "  - id: wood\n"
                                   "    title: { vi: a, en: b }\n"
                                   "    codes: ['4412', '4408']\n"
                                   "    inputs: ['4403']\n"
                                   "    source: test\n"
                                   "  - id: toys\n"
                                   "    title: { vi: a, en: b }\n"
                                   "    codes: ['9503']\n"
                                   "    source: test\n";

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
    assert_int_equal(
        baskets_add(&f->reference.baskets, node_get(parse(f, baskets_text), "baskets"), &f->diags), 0);
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

/* Where the alert of one scope of rule 0 stands. */
static struct alert_track track_of(struct fixture *f, const char *product, const char *origin)
{
    uint32_t rule, scope;
    struct alert_scope name = {f->ruleset->rules[0].id, product, "US", origin};
    assert_true(judge_find(f->judge, &name, &rule, &scope));
    return judge_track(f->judge, rule, scope);
}

/* ---- scopes ---- */

static void scopes_are_products_times_markets_times_origins(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "rules:\n" HEAD("one") "    scope: { product: [wood, baskets, 4412, '44*', '9*'], "
                                            "market: [US, EU], origin: [CN, KR] }\n"
                                            "    when: last(from_origin) > 5 USD\n");
    put(&f, "first", "4412", "exports", "1");
    put(&f, "first", "4499", "exports", "1");
    put(&f, "second", "4499", "imports", "1");
    put(&f, "first", "9503", "imports", "1");
    put(&f, "first", "8501", "imports", "1");
    put(&f, "first", "4499", "from_origin", "1");
    put(&f, "first", "9503", "from_origin", "1");
    struct judge_result result;
    judge_all(f.judge, f.panel, &result);
    /* Each once; what the rule names everywhere, and of the others what has any series. */
    static const char *const products[] = {"wood", "toys", "4412", "4499", "9503"};
    static const char *const markets[] = {"US", "EU"}, *const origins[] = {"CN", "KR"};
    assert_int_equal(result.len, 3 * 2 * 2 + 2);
    for (uint32_t i = 12; i < result.len; i++) {
        const struct scope *scope = judge_scope(f.judge, 0, i);
        assert_string_equal(scope->product, products[i - 9]);
        assert_string_equal(scope->market, "US");
        assert_string_equal(scope->origin, "CN");
    }
    for (uint32_t i = 0; i < 12; i++) {
        const struct scope *scope = judge_scope(f.judge, 0, i);
        assert_string_equal(scope->product, products[i / 4]);
        assert_string_equal(scope->market, markets[i / 2 % 2]);
        assert_string_equal(scope->origin, origins[i % 2]);
        assert_false(result.items[i].revised);
        struct alert_scope name = {"one", scope->product, scope->market, scope->origin};
        uint32_t rule, found;
        assert_true(judge_find(f.judge, &name, &rule, &found));
        assert_int_equal(found, i);
    }
    struct alert_scope none = {"two", "wood", "US", "CN"};
    uint32_t rule, scope;
    assert_false(judge_find(f.judge, &none, &rule, &scope));
    judge_result_deinit(&result);
    fixture_deinit(&f);
}

static void series_is_read_from_the_first_source_that_has_it(void **state)
{
    (void)state;
    struct fixture f;
    char buf[64];
    fixture_init(&f, "rules:\n" HEAD("one") "    scope: { product: ['4412', '4408', wood], market: US }\n"
                                            "    let: { value: last(exports) }\n"
                                            "    when: value > 5 USD\n");
    put(&f, "second", "4412", "exports", "10");
    put(&f, "first", "4412", "exports", "1");
    put(&f, "second", "4408", "exports", "20");
    put(&f, "unknown", "4408", "exports", "40");
    judge_whole(&f);
    static const double values[] = {1, 20, 21};
    static const char *const read_from[] = {"first", "second", "first, second"};
    for (uint32_t scope = 0; scope < 3; scope++) {
        struct figure figures[RULE_LETS_MAX];
        assert_int_equal(judge_figures(f.judge, f.panel, 0, scope, month(1), figures), 1);
        assert_string_equal(figures[0].name, "value");
        assert_int_equal(figures[0].type, VALUE_MONEY);
        assert_int_equal(figures[0].unknown, KNOWN);
        assert_true(figures[0].value == values[scope]);
        assert_string_equal(judge_sources(f.judge, f.panel, 0, scope, buf, sizeof buf), read_from[scope]);
    }
    assert_int_equal(strlen(judge_sources(f.judge, f.panel, 0, 2, buf, 8)), 7); /* cut, and ended */
    fixture_deinit(&f);
}

static void inputs_are_those_of_the_basket(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f,
        "rules:\n" HEAD("one") "    scope: { product: [wood, toys, '4412'], market: US, origin: CN }\n"
                               "    let: { value: last(inputs) }\n"
                               "    when: value > 5 USD\n");
    struct series_scope scope = {"first", "VN", "US", "CN", "4403"};
    assert_true(series_put(f.panel, &scope, "inputs", "7", month(1)));
    judge_whole(&f);
    static const enum unknown reasons[] = {KNOWN, UNKNOWN_NO_SERIES, UNKNOWN_NO_SERIES};
    for (uint32_t i = 0; i < 3; i++) {
        struct figure figures[RULE_LETS_MAX];
        judge_figures(f.judge, f.panel, 0, i, month(1), figures);
        assert_int_equal(figures[0].unknown, reasons[i]);
    }
    fixture_deinit(&f);
}

/* ---- states ---- */

static void alert_follows_the_figures(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "rules:\n" HEAD("surge") "    scope: { product: '4412', market: US }\n"
                                              "    when: growth(imports, 1m) >= 15%\n"
                                              "    for: 2 releases\n");
    put(&f, "first", "4412", "imports", "100x12 100 115 115 114 115");
    judge_whole(&f);
    assert_int_equal(judge_horizon(f.judge, 0, 0), month(17));
    struct alert_track track = track_of(&f, "4412", "");
    assert_int_equal(track.state, ALERT_PENDING);
    assert_int_equal(track.last_raised, month(15));
    assert_int_equal(track.ended, month(16));
    fixture_deinit(&f);
}

static void horizon_is_that_of_the_role_furthest_behind(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "rules:\n" HEAD("share") "    scope: { product: ['4412', '9503', '4408'], market: US }\n"
                                              "    when: share(imports, market, 1m) > 50%\n");
    put(&f, "first", "4412", "imports", "60x10");
    put(&f, "first", "4412", "market", "100x7");
    put(&f, "first", "9503", "imports", "60x10");
    put(&f, "first", "4408", "imports", "60x3");
    put(&f, "first", "4408", "market", "100x10");
    judge_whole(&f);
    assert_int_equal(judge_horizon(f.judge, 0, 0), month(7));
    assert_int_equal(track_of(&f, "4412", "").state, ALERT_FIRING);
    assert_int_equal(judge_horizon(f.judge, 0, 2), month(3));
    assert_int_equal(
        judge_horizon(f.judge, 0, 1), month(10)); /* nobody reports its market: unknown, and said so */
    assert_int_equal(judge_verdict(f.judge, 0, 1, month(10)), VERDICT_UNKNOWN);
    assert_int_equal(track_of(&f, "9503", "").state, ALERT_INACTIVE);
    fixture_deinit(&f);
}

static void rule_is_off_where_its_law_is_not_in_force(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "rules:\n" HEAD("law") "    scope: { product: '4412', market: US }\n"
                                            "    when: last(imports) > 5 USD\n"
                                            "    valid: { from: 2023-03, to: 2023-05 }\n");
    put(&f, "first", "4412", "imports", "9 9 9 1 9 1 9");
    judge_whole(&f);
    struct alert_track track = track_of(&f, "4412", "");
    assert_int_equal(judge_verdict(f.judge, 0, 0, month(1)), VERDICT_NOT_JUDGED);
    assert_int_equal(track.last_raised, month(5)); /* before that 2023-03, until 2023-04 */
    assert_int_equal(track.ended, month(6));       /* with its law, whatever the figures say */
    assert_int_equal(track.state, ALERT_INACTIVE);
    fixture_deinit(&f);
}

/* A year to date before April is passed over: not even `missing: alert` has anything to say. */
static void period_that_is_not_judged_changes_nothing(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "rules:\n" HEAD("year") "    scope: { product: '4412', market: US }\n"
                                             "    when: growth(imports, ytd) > 5%\n"
                                             "    missing: alert\n");
    put(&f, "first", "4412", "imports", "1x12 2x14");
    judge_whole(&f);
    assert_int_equal(judge_horizon(f.judge, 0, 0), month(26));
    assert_int_equal(track_of(&f, "4412", "").state, ALERT_FIRING);
    assert_int_equal(track_of(&f, "4412", "").raised, month(16));
    fixture_deinit(&f);
}

/* What other scopes know of older months is nothing to a scope whose own figures begin later. */
static void episode_does_not_begin_before_the_own_figures(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "rules:\n" HEAD("gap") "    scope: { product: ['4412', '4408'], market: US }\n"
                                            "    when: not known(sum(imports, 3m))\n");
    put(&f, "first", "4408", "imports", "1x12");
    put(&f, "first", "4412", "imports", "_ _ _ _ 1 1");
    judge_whole(&f);
    assert_int_equal(track_of(&f, "4412", "").raised, month(5));
    fixture_deinit(&f);
}

static void unknown_does_what_the_rule_says(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        enum alert_state state;
    } cases[] = {
        {"rules:\n" HEAD("one") "    scope: { product: '4412', market: US }\n"
                                "    when: sum(imports, 2m) > 5 USD\n    missing: keep\n",
            ALERT_FIRING},
        {"rules:\n" HEAD("one") "    scope: { product: '4412', market: US }\n"
                                "    when: sum(imports, 2m) > 5 USD\n    missing: clear\n",
            ALERT_INACTIVE},
        {"rules:\n" HEAD("one") "    scope: { product: '4412', market: US }\n"
                                "    when: sum(imports, 2m) > 5 USD\n    missing: alert\n",
            ALERT_NO_DATA},
        {"rules:\n" HEAD("one") "    scope: { product: '4412', market: US }\n"
                                "    when: sum(imports, 2m) > 5 USD\n    clear: last(imports) < 1 USD\n",
            ALERT_FIRING},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct fixture f;
        fixture_init(&f, cases[i].rules);
        put(&f, "first", "4412", "imports", "9 9 ~ 9");
        judge_whole(&f);
        assert_int_equal(track_of(&f, "4412", "").state, cases[i].state);
        fixture_deinit(&f);
    }
}

/* ---- changes ---- */

static void revise(
    struct fixture *f, const char *product, int number, int64_t figure, struct judge_result *result)
{
    struct observation row = {.reporter = "US",
        .partner = "VN",
        .product = product,
        .unit = "",
        .flow = FLOW_IMPORT,
        .period = month(number)};
    row.present[COLUMN_VALUE] = true;
    row.figure[COLUMN_VALUE] = figure * FIGURE_SCALE;
    struct observations rows = {&row, 1, 1};
    struct panel_changes changes;
    panel_apply(f->panel, "first", &rows, &changes);
    judge_changes(f->judge, f->panel, &changes, result);
    panel_changes_deinit(&changes);
}

static void change_touches_the_scopes_that_read_it(void **state)
{
    (void)state;
    struct fixture f;
    struct judge_result result;
    fixture_init(&f, "rules:\n" HEAD("one") "    scope: { product: ['4412', wood, toys], market: US }\n"
                                            "    when: last(imports) > 5 USD\n" HEAD(
                                                "two") "    scope: { product: baskets, market: US }\n"
                                                       "    when: last(exports) > 5 USD\n");
    put(&f, "first", "4412", "imports", "9 9");
    put(&f, "first", "9503", "imports", "9 9");
    judge_whole(&f);
    revise(&f, "4412", 3, 1, &result); /* new, so not revised */
    assert_int_equal(result.len, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(result.items[i].rule, 0);
        assert_int_equal(result.items[i].scope, i);
        assert_false(result.items[i].revised);
    }
    judge_result_deinit(&result);
    assert_int_equal(track_of(&f, "4412", "").ended, month(3));
    revise(&f, "4412", 3, 9, &result);
    assert_int_equal(result.len, 2);
    assert_true(result.items[0].revised);
    judge_result_deinit(&result);
    assert_int_equal(track_of(&f, "4412", "").state, ALERT_FIRING);
    assert_int_equal(track_of(&f, "4412", "").ended, PERIOD_NONE);
    revise(&f, "4412", 3, 9, &result); /* the same figure again */
    assert_int_equal(result.len, 0);
    judge_result_deinit(&result);
    fixture_deinit(&f);
}

/* ---- judging again what changed is judging everything ---- */

/* They look at cases: their verdicts in the newest month are as of a later day. */
#define CASE_RULES                                                                                           \
    HEAD("case")                                                                                             \
    "    scope: { product: [baskets, '4412', '95*'], market: [US, EU] }\n"                                   \
    "    when: case(home) and last(imports) > 1 USD\n"                                                       \
    "    for: 2 of 3 releases\n" HEAD(                                                                       \
        "age") "    scope: { product: baskets, market: [US, EU], origin: [CN, KR] }\n"                       \
               "    when: case(origin) and case_age(origin) <= 3m or measure(home) and last(imports) > 0 "   \
               "USD\n"

/* They range over what the history has: products and markets come with new series. */
#define BROAD_RULES                                                                                          \
    HEAD("broad")                                                                                            \
    "    scope: { product: [hs6, '44*'], market: all }\n"                                                    \
    "    when: share(imports, market, 2m) > 20%\n" HEAD(                                                     \
        "level") "    scope: { product: hs4, market: all, origin: [CN, KR] }\n"                              \
                 "    when: share(from_origin, market, 3m) > 30%\n"

static const char random_rules[] = "rules:\n" CASE_RULES BROAD_RULES HEAD(
    "plain") "    scope: { product: [baskets, '4412', '95*'], market: [US, EU] }\n"
             "    let: { g: \"growth(imports, 2m)\" }\n"
             "    when: g >= $growth\n"
             "    clear: g < $growth / 2\n"
             "    for: 2 of 3 releases\n"
             "    thresholds: { growth: 30% }\n"
             "    overrides:\n"
             "      - { where: { product: wood, market: US }, growth: -20% }\n"
             "      - { where: { product: '95*' }, growth: 10% }\n" HEAD(
                 "origin") "    scope: { product: baskets, market: [US, EU], origin: [CN, KR] }\n"
                           "    when: share(from_origin, market, 3m) > 40% or last(inputs) > 3 USD\n"
                           "    missing: clear\n" HEAD(
                               "known") "    scope: { product: [baskets, '4403'], market: US }\n"
                                        "    when: not known(growth(imports.unit_value, 3m)) or last(rivals) "
                                        "< 1 USD\n"
                                        "    for: 3 of 32 releases\n" HEAD(
                                            "coalesce") "    scope: { product: baskets, market: [EU] }\n"
                                                        "    when: coalesce(growth(imports, 2m), 100%) > "
                                                        "50%\n"
                                                        "    clear: coalesce(last(imports), 1 USD) < 2 USD\n"
                                                        "    missing: alert\n" HEAD(
                                                            "year") "    scope: { product: '9503', market: "
                                                                    "[US, EU] }\n"
                                                                    "    when: growth(imports, ytd) > 0%\n"
                                                                    "    missing: alert\n" HEAD(
                                                                        "law") "    scope: { product: "
                                                                               "baskets, market: US }\n"
                                                                               "    when: "
                                                                               "coalesce(last(imports."
                                                                               "quantity), 1) > 2\n"
                                                                               "    valid: { from: 2023-05, "
                                                                               "to: 2026-09 }\n"
                                                                               "    for: 2 of 5 releases\n"
                                                                               "    missing: alert\n" HEAD(
                                                                                   "robust") "    scope: { "
                                                                                             "product: "
                                                                                             "[baskets, "
                                                                                             "'4412'], "
                                                                                             "market: US }\n"
                                                                                             "    when: "
                                                                                             "z(imports, 2m, "
                                                                                             "12m) > 1.5 or "
                                                                                             "p(imports, 3m, "
                                                                                             "18m) < 20%\n"
                                                                                             "    missing: "
                                                                                             "clear\n" HEAD(
                                                                                                 "norm") "   "
                                                                                                         " sc"
                                                                                                         "ope"
                                                                                                         ": "
                                                                                                         "{ "
                                                                                                         "pro"
                                                                                                         "duc"
                                                                                                         "t: "
                                                                                                         "bas"
                                                                                                         "ket"
                                                                                                         "s, "
                                                                                                         "mar"
                                                                                                         "ket"
                                                                                                         ": "
                                                                                                         "[US"
                                                                                                         ", "
                                                                                                         "EU]"
                                                                                                         " }"
                                                                                                         "\n"
                                                                                                         "   "
                                                                                                         " wh"
                                                                                                         "en:"
                                                                                                         " gr"
                                                                                                         "owt"
                                                                                                         "h("
                                                                                                         "imp"
                                                                                                         "ort"
                                                                                                         "s, "
                                                                                                         "2m,"
                                                                                                         " no"
                                                                                                         "rm,"
                                                                                                         " 36"
                                                                                                         "m) "
                                                                                                         "> "
                                                                                                         "20%"
                                                                                                         " or"
                                                                                                         " gr"
                                                                                                         "owt"
                                                                                                         "h("
                                                                                                         "imp"
                                                                                                         "ort"
                                                                                                         "s, "
                                                                                                         "2m,"
                                                                                                         " "
                                                                                                         "pre"
                                                                                                         "vio"
                                                                                                         "us)"
                                                                                                         " > "
                                                                                                         "50%"
                                                                                                         "\n"
                                                                                                         "   "
                                                                                                         " mi"
                                                                                                         "ssi"
                                                                                                         "ng:"
                                                                                                         " al"
                                                                                                         "ert"
                                                                                                         "\n" HEAD(
                                                                                                             "partners") "    scope: { product: [baskets, '95*'], market: [US, "
                                                                                                                         "EU], origin: [CN, KR] }\n"
                                                                                                                         "    when: coalesce(undercut(3m), 0%) > 10% or "
                                                                                                                         "coalesce(displaced(6m), 0%) > 20% or "
                                                                                                                         "coalesce(hhi(imports, origin, 2m), 0) > 0.5\n" HEAD(
                                                                                                                             "ratios") "    scope: { product: baskets, market: "
                                                                                                                                       "US }\n"
                                                                                                                                       "    when: coalesce(dependence(4m), 0%) > "
                                                                                                                                       "40% or coalesce(mirror_gap(3m), 0%) > 30%"
                                                                                                                                       " or flag(base_effect)\n";

enum { ROUNDS = 300, HISTORY = 20, SPAN = 90 };

static const char *const codes[] = {"4412", "4408", "4403", "9503", "9504", "441239", "44081015", "950300"};
static const struct {
    const char *reporter, *partner;
    enum flow flow;
} directions[] = {
    {"US", "VN", FLOW_IMPORT}, {"EU", "VN", FLOW_IMPORT}, {"US", "W", FLOW_IMPORT}, {"EU", "W", FLOW_IMPORT},
    {"US", "CN", FLOW_IMPORT}, {"EU", "KR", FLOW_IMPORT}, {"VN", "CN", FLOW_IMPORT},
    {"VN", "US", FLOW_EXPORT}, {"JP", "W", FLOW_IMPORT},
    {"JP", "VN", FLOW_IMPORT}, /* a market that is not there at first */
};

/* A row of that way, code and month; mostly whole. */
static struct observation random_row(size_t way, size_t code, int32_t period)
{
    struct observation row = {
        .reporter = directions[way].reporter,
        .partner = directions[way].partner,
        .flow = directions[way].flow,
        .product = codes[code],
        .unit = "",
        .period = period,
        .flags = rand() % 40 == 0 ? (unsigned)(rand() % 8) : 0,
    };
    for (int column = 0; column < COLUMN_COUNT; column++) {
        row.present[column] = rand() % 25 != 0;
        row.figure[column] = rand() % 6 * FIGURE_SCALE;
    }
    return row;
}

static struct panel_changes apply(struct fixture *f, const char *source, struct observation *items, size_t n)
{
    struct observations rows = {items, n, n};
    struct panel_changes changes;
    panel_apply(f->panel, source, &rows, &changes);
    return changes;
}

/* Two sources, each series from a month of its own to a month of its own; more come later on. */
static void fill_history(struct fixture *f)
{
    static struct observation items[LEN(directions) * LEN(codes) * SPAN];
    for (size_t source = 0; source < 2; source++) {
        size_t n = 0;
        for (size_t way = 0; way + 1 < LEN(directions); way++)
            for (size_t code = 0; code < LEN(codes); code++) {
                int first = 1 + rand() % 8, last = HISTORY - rand() % 3;
                bool reports = source == 0 ? rand() % 4 != 0 : rand() % 2 != 0;
                for (int number = first; reports && number <= last; number++)
                    items[n++] = random_row(way, code, month(number));
            }
        struct panel_changes changes = apply(f, source_items[source].name, items, n);
        panel_changes_deinit(&changes);
    }
}

static bool is_touched(const struct judge_result *result, const struct judge_touched *scope)
{
    for (size_t i = 0; i < result->len; i++)
        if (result->items[i].rule == scope->rule && result->items[i].scope == scope->scope)
            return true;
    return false;
}

static bool same_track(struct alert_track a, struct alert_track b)
{
    return a.state == b.state && a.raised == b.raised && a.ended == b.ended &&
           a.last_raised == b.last_raised && a.recent == b.recent;
}

/* Tracks by the names of their scopes: numbers change when series come. */
struct known_track {
    char name[64];
    struct alert_track track;
};

enum { TRACKS_MAX = 512 };

static struct known_track *known_track_of(
    struct known_track *tracks, const struct judge *judge, uint32_t rule, uint32_t scope)
{
    const struct scope *of = judge_scope(judge, rule, scope);
    char name[sizeof tracks->name];
    snprintf(
        name, sizeof name, "%s %s %s %s", judge_rule(judge, rule)->id, of->product, of->market, of->origin);
    size_t i = 0;
    while (tracks[i].name[0] != '\0' && strcmp(tracks[i].name, name) != 0)
        assert_true(++i < TRACKS_MAX);
    memcpy(tracks[i].name, name, sizeof name);
    return &tracks[i];
}

/* Judges all anew, and compares. `before`: the tracks of the round before, replaced by those of now. */
static void compare_with_fresh(
    struct fixture *f, const struct judge_result *changed, struct known_track *before, int round)
{
    struct judge *fresh = judge_new(f->ruleset, &f->reference, "VN", &sources);
    struct judge_result all;
    judge_all(fresh, f->panel, &all);
    for (size_t i = 0; i < all.len; i++) {
        uint32_t rule = all.items[i].rule, scope = all.items[i].scope;
        struct alert_track track = judge_track(fresh, rule, scope);
        const char *id = judge_rule(fresh, rule)->id, *product = judge_scope(fresh, rule, scope)->product;
        if (judge_horizon(f->judge, rule, scope) != judge_horizon(fresh, rule, scope))
            fail_msg("round %d: horizon of %s %s", round, id, product);
        if (!same_track(judge_track(f->judge, rule, scope), track))
            fail_msg("round %d: track of %s %s", round, id, product);
        struct known_track *known = known_track_of(before, fresh, rule, scope);
        if (!same_track(known->track, track) && !is_touched(changed, &all.items[i]))
            fail_msg("round %d: %s %s changed and is not touched", round, id, product);
        known->track = track;
    }
    judge_result_deinit(&all);
    judge_free(fresh);
}

/* What a round brings: mostly a row or two of the newest months, sometimes a dozen from anywhere. `grows`:
 * rows of series that are not there yet are among them. */
static struct panel_changes random_payload(struct fixture *f, int newest, bool grows)
{
    struct observation items[12];
    bool is_small = rand() % 4 != 0;
    size_t n = (size_t)rand() % (is_small ? 3 : LEN(items)), kept = 0;
    const char *source = source_items[rand() % 2].name;
    for (size_t i = 0; i < n; i++) {
        int number = newest - (is_small ? 0 : rand() % (newest + 4));
        struct observation row =
            random_row((size_t)rand() % LEN(directions), (size_t)rand() % LEN(codes), month(number));
        struct series_key key = {source, row.reporter, row.flow, row.partner, row.product};
        if (grows || panel_find(f->panel, &key) != SERIES_NONE)
            items[kept++] = row;
    }
    return apply(f, source, items, kept);
}

/* What the rule says by its registers, as judge_evaluate left them: from the panel, figure by figure. */
static enum verdict verdict_of(const struct judge *judge, const struct rule *rule)
{
    struct judged_value when = judge_value(judge, rule->when);
    if (when.unknown == UNKNOWN_EARLY)
        return VERDICT_NOT_JUDGED;
    if (when.unknown == KNOWN && when.value != 0)
        return VERDICT_TRUE;
    if (rule->clear < 0)
        return when.unknown == KNOWN ? VERDICT_CLEAR : VERDICT_UNKNOWN;
    struct judged_value clear = judge_value(judge, rule->clear);
    if (clear.unknown == KNOWN && clear.value != 0)
        return VERDICT_CLEAR;
    return when.unknown == KNOWN ? VERDICT_HOLD : VERDICT_UNKNOWN;
}

/* Every verdict that is kept is what its scope and period alone are worth. */
static void compare_with_panel(struct fixture *f)
{
    for (uint32_t rule = 0; rule < judge_rule_count(f->judge); rule++) {
        const struct rule *judged = judge_rule(f->judge, rule);
        for (uint32_t scope = 0; scope < judge_scope_count(f->judge, rule); scope++)
            for (int32_t period = month(1); period <= judge_horizon(f->judge, rule, scope); period++) {
                bool force = (judged->valid_from == PERIOD_NONE || period >= judged->valid_from) &&
                             (judged->valid_to == PERIOD_NONE || period <= judged->valid_to);
                if (period < judge_first(f->judge, rule, scope) || !force)
                    continue;
                judge_evaluate(f->judge, f->panel, rule, scope, period);
                assert_int_equal(judge_verdict(f->judge, rule, scope, period), verdict_of(f->judge, judged));
            }
    }
}

static void put_cases(struct fixture *f)
{
    static const char cases[] =
        "measures:\n"
        "  - { id: a, title: a, market: US, against: [VN, CN], codes: ['44'], type: anti-dumping, source: "
        "test,\n"
        "      petition: 2025-02-10, from: 2027-05-20 }\n"
        "  - { id: b, title: b, market: EU, against: [VN, KR], basket: toys, type: safeguard, source: test,\n"
        "      initiation: 2027-06-15, ended: 2027-08-31 }\n";
    assert_int_equal(measures_add(&f->reference.measures, node_get(parse(f, cases), "measures"),
                         &f->reference.baskets, &f->diags),
        0);
    f->reference.as_of = date_make(2027, 7, 10);
}

static void judging_changes_is_judging_everything(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 8; seed++) {
        struct fixture f;
        static struct known_track before[TRACKS_MAX];
        struct judge_result changed;
        int newest = HISTORY;
        fixture_init(&f, random_rules);
        put_cases(&f);
        srand(seed);
        fill_history(&f);
        judge_all(f.judge, f.panel, &changed);
        memset(before, 0, sizeof before);
        compare_with_fresh(&f, &changed, before, -1);
        judge_result_deinit(&changed);
        for (int round = 0; round < ROUNDS; round++) {
            newest += rand() % 4 == 0 && newest < SPAN ? 1 + rand() % 2 : 0;
            struct panel_changes changes = random_payload(&f, newest, rand() % 8 == 0);
            judge_changes(f.judge, f.panel, &changes, &changed);
            compare_with_fresh(&f, &changed, before, round);
            if (round % 10 == 0)
                compare_with_panel(&f);
            panel_changes_deinit(&changes);
            judge_result_deinit(&changed);
        }
        fixture_deinit(&f);
    }
}

/* More scopes than a program has lanes: the last chunk is a part of one, and each scope reads its own series.
 */
static void more_scopes_than_lanes(void **state)
{
    (void)state;
    enum { SCOPES = 2 * PROGRAM_LANES + 37 };
    struct fixture f;
    struct judge_result result;
    fixture_init(&f, "rules:\n" HEAD("many") "    scope: { product: '9*', market: US }\n"
                                             "    when: last(imports) > 5 USD\n");
    for (int i = 0; i < SCOPES; i++) {
        char product[16];
        snprintf(product, sizeof product, "9%04d", i);
        put(&f, "first", product, "imports", i % 3 == 0 ? "9" : "1");
    }
    judge_all(f.judge, f.panel, &result);
    assert_int_equal(result.len, SCOPES);
    for (uint32_t i = 0; i < SCOPES; i++)
        assert_int_equal(judge_track(f.judge, 0, i).state, i % 3 == 0 ? ALERT_FIRING : ALERT_INACTIVE);
    judge_result_deinit(&result);
    revise(&f, "90512", 1, 9, &result); /* in the last chunk */
    assert_int_equal(result.len, 1);
    assert_int_equal(result.items[0].scope, 512);
    for (uint32_t i = 0; i < SCOPES; i++)
        assert_int_equal(
            judge_track(f.judge, 0, i).state, i % 3 == 0 || i == 512 ? ALERT_FIRING : ALERT_INACTIVE);
    judge_result_deinit(&result);
    fixture_deinit(&f);
}

static void nothing_is_judged_without_figures(void **state)
{
    (void)state;
    struct fixture f;
    struct judge_result result;
    fixture_init(&f, random_rules);
    judge_all(f.judge, f.panel, &result);
    for (size_t i = 0; i < result.len; i++) {
        assert_int_equal(judge_horizon(f.judge, result.items[i].rule, result.items[i].scope), PERIOD_NONE);
        assert_int_equal(
            judge_track(f.judge, result.items[i].rule, result.items[i].scope).state, ALERT_INACTIVE);
    }
    judge_result_deinit(&result);
    struct panel_changes none = {0};
    judge_changes(f.judge, f.panel, &none, &result);
    assert_int_equal(result.len, 0);
    judge_result_deinit(&result);
    fixture_deinit(&f);
    judge_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scopes_are_products_times_markets_times_origins),
        cmocka_unit_test(series_is_read_from_the_first_source_that_has_it),
        cmocka_unit_test(inputs_are_those_of_the_basket),
        cmocka_unit_test(alert_follows_the_figures),
        cmocka_unit_test(horizon_is_that_of_the_role_furthest_behind),
        cmocka_unit_test(rule_is_off_where_its_law_is_not_in_force),
        cmocka_unit_test(period_that_is_not_judged_changes_nothing),
        cmocka_unit_test(episode_does_not_begin_before_the_own_figures),
        cmocka_unit_test(unknown_does_what_the_rule_says),
        cmocka_unit_test(change_touches_the_scopes_that_read_it),
        cmocka_unit_test(judging_changes_is_judging_everything),
        cmocka_unit_test(more_scopes_than_lanes),
        cmocka_unit_test(nothing_is_judged_without_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
