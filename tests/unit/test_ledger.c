/* link: daemon/base/counting_sort tests/support/series daemon/io/yaml daemon/io/file daemon/core/ledger daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/node daemon/base/str daemon/core/alert daemon/core/basket daemon/core/judge_bind daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/panel_index daemon/core/period daemon/core/program_run daemon/core/publication daemon/core/ruleset daemon/core/series_role daemon/core/series_text daemon/base/digest daemon/base/keys daemon/core/code daemon/core/judge_series daemon/core/probe daemon/core/row daemon/core/rule daemon/core/selector daemon/core/expr_parse daemon/core/figure daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/rule_condition daemon/core/date daemon/core/expr_check daemon/core/expr_lex daemon/core/measure daemon/core/message_fill daemon/core/program daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/indicator daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/core/indicator_probes daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/quality_flag */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/ledger.h"
#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/series.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

enum { TOLD_MAX = 32, TEXT_MAX = 256 };

/* What was told: "raised 4401 aloud", in order. */
struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    struct ruleset *ruleset;
    struct panel *panel;
    struct judge *judge;
    struct ledger ledger;
    char told[TOLD_MAX][TEXT_MAX];
    size_t len;
    int refuse; /* what tell returns */
};

static int last_seq(void *userdata, const char *id, int *ret_seq)
{
    (void)userdata;
    (void)id;
    *ret_seq = 0;
    return 0;
}

static int tell(void *userdata, const struct alert_record *record, unsigned manner)
{
    struct fixture *f = userdata;
    char *text = f->told[f->len++];
    int n = snprintf(text, TEXT_MAX, "%s %s %s%s%s", alert_event_name(record->event), record->scope.product,
        (manner & (LEDGER_SILENT | LEDGER_SUMMED)) != 0 ? "silent" : "aloud",
        (manner & LEDGER_CLOSES) != 0 ? " closes " : " ", record->reason);
    for (size_t i = 0; str_equal(record->scope.product, ledger_summary_product) && i < record->figure_count;
         i++)
        n += snprintf(
            text + n, TEXT_MAX - (size_t)n, " [%s: %g]", record->figures[i].name, record->figures[i].value);
    return f->refuse;
}

static int follow(void *userdata, const struct ledger_entry *entry, const struct figure *figures, size_t n)
{
    (void)figures;
    (void)n;
    struct fixture *f = userdata;
    snprintf(f->told[f->len++], TEXT_MAX, "follows %s", entry->scope.product);
    return 0;
}

static void fixture_init(struct fixture *f, const char *rule)
{
    *f = (struct fixture){.panel = panel_new(), .ruleset = ruleset_new()};
    const struct node *document;
    const char *yaml = arena_printf(&f->arena,
        "rules:\n  - { id: one, title: { vi: a, en: b }, advice: { vi: a, en: b }, severity: watch,\n"
        "      scope: { product: hs4, market: US }, when: 'last(imports) > 10 USD', %s }\n",
        rule);
    if (yaml_parse("rule", slice_of(yaml), &f->arena, &document, &f->diags) == 0)
        ruleset_add(f->ruleset, document, slice_of(yaml), &f->reference, &f->diags);
    if (ruleset_seal(f->ruleset, &f->diags) < 0)
        fail_msg("%s", diag_line(&f->diags, &f->diags.items[0]));
    static const struct source source = {.name = "feed"};
    static const struct sources sources = {&source, 1};
    f->judge = judge_new(f->ruleset, &f->reference, "VN", &sources);
}

static void fixture_deinit(struct fixture *f)
{
    ledger_deinit(&f->ledger);
    judge_free(f->judge);
    ruleset_free(f->ruleset);
    panel_free(f->panel);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void put(struct fixture *f, const char *product, const char *figures)
{
    struct series_scope scope = {"feed", "VN", "US", "CN", product};
    assert_true(series_put(f->panel, &scope, "imports", figures, period_make(2024, 1)));
}

static int turn_before(struct fixture *f, const char *reason, int32_t silent_before)
{
    struct ledger_sink sink = {last_seq, tell, follow, f};
    struct ledger_turn turn = {
        .judge = f->judge,
        .panel = f->panel,
        .baskets = &f->reference.baskets,
        .ruleset = "rules",
        .reason = reason,
        .vintage = "",
        .silent_before = silent_before,
        .sink = &sink,
    };
    struct judge_result result;
    f->len = 0;
    judge_all(f->judge, f->panel, &result);
    int r = ledger_judged(&f->ledger, &turn, &result);
    judge_result_deinit(&result);
    return r;
}

static int turn(struct fixture *f, const char *reason)
{
    return turn_before(f, reason, PERIOD_NONE);
}

static void assert_told(struct fixture *f, const char *const *expected, size_t n)
{
    for (size_t i = 0; i < f->len || i < n; i++) {
        const char *told = i < f->len ? f->told[i] : "nothing", *wanted = i < n ? expected[i] : "nothing";
        if (!str_equal(told, wanted))
            fail_msg("number %zu: '%s', expected '%s'", i, told, wanted);
    }
}

#define ASSERT_TOLD(f, ...)                                                                                  \
    assert_told(f, (const char *const[]){__VA_ARGS__}, LEN(((const char *const[]){__VA_ARGS__})))

static void without_top_every_alert_is_told(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "mode: live");
    put(&f, "4401", "20");
    put(&f, "4402", "5");
    put(&f, "4403", "30");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "raised 4401 aloud threshold", "raised 4403 aloud threshold");
    assert_int_equal(turn(&f, "threshold"), 0);
    assert_told(&f, NULL, 0);
    fixture_deinit(&f);
}

/* The greatest by value of twelve months; where that is not known, last. */
static void top_tells_the_greatest_and_names_the_rest(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "top: 2");
    put(&f, "4401", "0x11 20");
    put(&f, "4402", "0x11 90");
    put(&f, "4403", "0x11 30");
    put(&f, "4404", "0x11 80");
    put(&f, "4405", "_x11 99");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "raised 4402 aloud threshold", "raised 4404 aloud threshold",
        "raised 4403 silent threshold", "raised 4401 silent threshold", "raised 4405 silent threshold",
        "raised * aloud closes threshold [4403, US: 30] [4401, US: 20] [4405, US: 0]");
    fixture_deinit(&f);
}

/* Of a rule with top they are not among the candidates either. */
static void alerts_of_long_ago_are_raised_silently(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "top: 1");
    put(&f, "4401", "0x11 20");
    put(&f, "4402", "0x11 30");
    put(&f, "4403", "0x5 90");
    assert_int_equal(turn_before(&f, "backfill", period_make(2024, 12)), 0);
    ASSERT_TOLD(&f, "raised 4403 silent backfill", "raised 4402 aloud backfill",
        "raised 4401 silent backfill", "raised * aloud closes backfill [4401, US: 20]");
    assert_int_equal(turn(&f, "threshold"), 0); /* nor is it told later */
    assert_told(&f, NULL, 0);
    fixture_deinit(&f);
}

static void what_a_summary_named_goes_on_by_itself(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "top: 1");
    put(&f, "4401", "0x11 20");
    put(&f, "4402", "0x11 90");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "raised 4402 aloud threshold", "raised 4401 silent threshold",
        "raised * aloud closes threshold [4401, US: 20]");
    put(&f, "4401", "_x12 5");
    put(&f, "4402", "_x12 95");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "cleared 4401 aloud closes threshold", "follows 4402");
    fixture_deinit(&f);
}

static void rank_of_its_own_decides(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "top: 1, rank: '0 USD - last(imports)'");
    put(&f, "4401", "20");
    put(&f, "4402", "90");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "raised 4401 aloud threshold", "raised 4402 silent threshold",
        "raised * aloud closes threshold [4402, US: -90]");
    fixture_deinit(&f);
}

static void shadow_rule_is_silent(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "mode: shadow, top: 1");
    put(&f, "4401", "0x11 20");
    put(&f, "4402", "0x11 90");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "raised 4402 silent threshold", "raised 4401 silent threshold",
        "raised * silent closes threshold [4401, US: 20]");
    fixture_deinit(&f);
}

static void alert_ends_with_its_law(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "valid: { to: 2024-02 }");
    put(&f, "4401", "20 20");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "raised 4401 aloud threshold");
    put(&f, "4401", "_x2 20");
    assert_int_equal(turn(&f, "threshold"), 0);
    ASSERT_TOLD(&f, "cleared 4401 aloud closes law");
    fixture_deinit(&f);
}

/* What a revision undoes is retracted; what other rules no longer hold has ended. */
static void reason_tells_a_correction_from_an_end(void **state)
{
    (void)state;
    static const char *const reasons[] = {"threshold", "rules"};
    static const char *const told[] = {
        "retracted 4401 aloud closes revision", "cleared 4401 aloud closes rules"};
    for (size_t i = 0; i < LEN(reasons); i++) {
        struct fixture f;
        fixture_init(&f, "mode: live");
        put(&f, "4401", "20");
        assert_int_equal(turn(&f, "threshold"), 0);
        put(&f, "4401", "1");
        assert_int_equal(turn(&f, reasons[i]), 0);
        assert_told(&f, &told[i], 1);
        fixture_deinit(&f);
    }
}

static void sink_that_fails_ends_the_turn(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "mode: live");
    put(&f, "4401", "20");
    put(&f, "4402", "20");
    f.refuse = -EIO;
    assert_int_equal(turn(&f, "threshold"), -EIO);
    assert_int_equal(f.len, 1);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_top_every_alert_is_told),
        cmocka_unit_test(top_tells_the_greatest_and_names_the_rest),
        cmocka_unit_test(alerts_of_long_ago_are_raised_silently),
        cmocka_unit_test(what_a_summary_named_goes_on_by_itself),
        cmocka_unit_test(rank_of_its_own_decides),
        cmocka_unit_test(shadow_rule_is_silent),
        cmocka_unit_test(alert_ends_with_its_law),
        cmocka_unit_test(reason_tells_a_correction_from_an_end),
        cmocka_unit_test(sink_that_fails_ends_the_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
