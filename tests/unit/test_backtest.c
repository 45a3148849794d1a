/* link: daemon/base/counting_sort daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/core/panel_index daemon/core/probe daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/backtest daemon/core/timeline daemon/core/ledger daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/quality_flag */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/backtest.h"
#include "core/period.h"
#include "core/reference.h"
#include "io/yaml.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

#define RULE                                                                                                 \
    "rules:\n"                                                                                               \
    "  - id: high\n"                                                                                         \
    "    title: { en: a, vi: b }\n"                                                                          \
    "    advice: { en: a, vi: b }\n"                                                                         \
    "    severity: warning\n"                                                                                \
    "    mode: shadow\n"                                                                                     \
    "    scope: { product: 'hs2 in \"01-97\"', market: US }\n"                                               \
    "    when: last(imports) >= 100 USD\n"                                                                   \
    "    for: 2 releases\n"

static const struct source source_items[] = {{.name = "us"}};

/* A history without figures, a timeline to fill, and rules. */
struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    struct ruleset *ruleset;
    struct panel *panel;
    struct timeline timeline;
    int64_t payload; /* the newest */
    struct backtest backtest;
};

static void fixture_init(struct fixture *f, const char *rules)
{
    const struct node *document;
    *f = (struct fixture){.ruleset = ruleset_new(), .panel = panel_new()};
    assert_int_equal(yaml_parse("test.yaml", slice_of(rules), &f->arena, &document, &f->diags), 0);
    ruleset_add(f->ruleset, document, slice_of(rules), &f->reference, &f->diags);
    if (ruleset_seal(f->ruleset, &f->diags) < 0)
        fail_msg("%s", diag_line(&f->diags, &f->diags.items[0]));
}

static void fixture_deinit(struct fixture *f)
{
    backtest_deinit(&f->backtest);
    timeline_deinit(&f->timeline);
    panel_free(f->panel);
    ruleset_free(f->ruleset);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static int32_t month(int number)
{
    return period_make(2020, 1) + number;
}

/* Published ten days after the end of another month, by a payload of its own. */
static int32_t day_of(int number)
{
    return date_end_of_period(month(number)) + 10;
}

static void put(struct fixture *f, const char *product, int number, int64_t usd, int seen)
{
    struct series_key key = {"us", "US", FLOW_IMPORT, "VN", product};
    struct timeline_change change = {
        .day = day_of(seen),
        .payload = ++f->payload,
        .series = panel_add_series(f->panel, &key, ""),
        .period = month(number),
        .column = COLUMN_VALUE,
        .has_figure = true,
        .figure = usd * FIGURE_SCALE,
    };
    timeline_add(&f->timeline, change, false, 0);
}

static void put_months(struct fixture *f, const char *product, const int64_t *usd, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(f, product, (int)i, usd[i], (int)i);
}

static void run(struct fixture *f, int32_t from, int32_t to)
{
    struct backtest_input input = {
        .history = f->panel,
        .timeline = &f->timeline,
        .ruleset = f->ruleset,
        .reference = &f->reference,
        .home = "VN",
        .sources = {source_items, LEN(source_items)},
        .from = from,
        .to = to,
    };
    backtest_deinit(&f->backtest);
    timeline_sort(&f->timeline);
    backtest_run(&input, &f->backtest);
}

/* Raised in the second of the high months, ended in the first low one. */
static const int64_t up_and_down[] = {50, 100, 110, 120, 90, 80, 200, 210};

static void episodes_are_known_from_release_to_release(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, RULE);
    put_months(&f, "72", up_and_down, LEN(up_and_down));
    run(&f, PERIOD_NONE, PERIOD_NONE);
    assert_int_equal(f.backtest.len, 2);
    const struct score_alert *first = &f.backtest.alerts[0], *second = &f.backtest.alerts[1];
    assert_string_equal(first->rule, "high");
    assert_string_equal(first->product, "72");
    assert_string_equal(first->market, "US");
    assert_string_equal(first->origin, "");
    assert_int_equal(first->severity, SEVERITY_WARNING);
    assert_int_equal(first->raised, month(2));
    assert_int_equal(first->known, day_of(2));
    assert_int_equal(first->cleared_known, day_of(4));
    assert_true(first->vintage);
    assert_int_equal(second->raised, month(7));
    assert_int_equal(second->cleared_known, DATE_NONE);
    assert_int_equal(f.backtest.first, date_period(day_of(0)));
    assert_int_equal(f.backtest.last, date_period(day_of(7)));
    fixture_deinit(&f);
}

static void revision_ends_what_it_undoes(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, RULE);
    put_months(&f, "72", up_and_down, 3);
    put(&f, "72", 1, 60, 5); /* the first high month was none */
    run(&f, PERIOD_NONE, PERIOD_NONE);
    assert_int_equal(f.backtest.len, 1);
    assert_int_equal(f.backtest.alerts[0].known, day_of(2));
    assert_int_equal(f.backtest.alerts[0].cleared_known, day_of(5));
    put(&f, "72", 1, 100, 8); /* and was one after all: the same alert again */
    run(&f, PERIOD_NONE, PERIOD_NONE);
    assert_int_equal(f.backtest.len, 2);
    assert_int_equal(f.backtest.alerts[1].raised, month(2));
    assert_int_equal(f.backtest.alerts[1].known, day_of(8));
    assert_int_equal(f.backtest.alerts[1].cleared_known, DATE_NONE);
    fixture_deinit(&f);
}

static void months_limit_what_counts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, RULE);
    put_months(&f, "72", up_and_down, LEN(up_and_down));
    int32_t second = date_period(day_of(7));
    run(&f, second, PERIOD_NONE); /* the first episode is history, and the second has its state */
    assert_int_equal(f.backtest.len, 1);
    assert_int_equal(f.backtest.alerts[0].raised, month(7));
    assert_int_equal(f.backtest.first, second);
    run(&f, PERIOD_NONE, date_period(day_of(3))); /* nobody knows yet that it ends */
    assert_int_equal(f.backtest.len, 1);
    assert_int_equal(f.backtest.alerts[0].cleared_known, DATE_NONE);
    assert_int_equal(f.backtest.last, date_period(day_of(3)));
    fixture_deinit(&f);
}

static void stake_is_a_year_of_imports(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, RULE);
    for (int i = 0; i < 14; i++)
        put(&f, "72", i, i < 12 ? i : 100 * i, i);
    put(&f, "73", 12, 500, 12);
    put(&f, "73", 13, 500, 13);
    run(&f, PERIOD_NONE, PERIOD_NONE);
    assert_int_equal(f.backtest.len, 2);
    assert_true(f.backtest.alerts[0].stake == 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 1200 + 1300);
    assert_true(isnan(f.backtest.alerts[1].stake)); /* no year is known */
    fixture_deinit(&f);
}

static void alerts_beyond_top_count_too(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, RULE "    top: 1\n    rank: last(imports)\n");
    static const char *const products[] = {"72", "73", "74"};
    for (size_t i = 0; i < LEN(products); i++)
        put_months(&f, products[i], (const int64_t[]){100 + (int64_t)i, 200 + (int64_t)i}, 2);
    for (size_t i = 0; i < f.timeline.len; i++)
        f.timeline.items[i].payload = 1 + f.timeline.items[i].period; /* one payload a month */
    run(&f, PERIOD_NONE, PERIOD_NONE);
    assert_int_equal(f.backtest.len, 3);
    assert_int_equal(f.backtest.summarised, 2);
    assert_string_equal(f.backtest.alerts[0].product, "74");
    assert_true(f.backtest.alerts[0].stake == 202);
    fixture_deinit(&f);
}

static void figures_without_vintage_mark_their_alerts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, RULE);
    put_months(&f, "72", up_and_down, 3);
    for (size_t i = 0; i < f.timeline.len; i++)
        f.timeline.items[i].payload = 0;
    run(&f, PERIOD_NONE, PERIOD_NONE);
    assert_int_equal(f.backtest.len, 1);
    assert_false(f.backtest.alerts[0].vintage);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(episodes_are_known_from_release_to_release),
        cmocka_unit_test(revision_ends_what_it_undoes),
        cmocka_unit_test(months_limit_what_counts),
        cmocka_unit_test(stake_is_a_year_of_imports),
        cmocka_unit_test(alerts_beyond_top_count_too),
        cmocka_unit_test(figures_without_vintage_mark_their_alerts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
