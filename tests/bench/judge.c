/* link: daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/base/counting_sort daemon/core/panel_index daemon/core/probe daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/country daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/quality_flag daemon/core/deadline */
/* How fast a national panel is judged: 150,000 product-market scopes, 120 months, 50 rules, beside a plain C
 * loop that computes the same windows over dense arrays, and month by month as a backtest does. Prints one
 * figure a line. It says with exit status 1 where the two do not find the same. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "core/judge.h"
#include "core/period.h"
#include "io/yaml.h"

enum { PRODUCTS = 6250, MARKETS = 24, SERIES = PRODUCTS * MARKETS, MONTHS = 120, RULES = 50, LANES = 256 };
enum { KINDS = 4, YEAR = 12 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* [month * SERIES + series], in thousandths. */
struct history {
    int64_t *values, *quantities;
};

static struct history make_history(void)
{
    size_t n = (size_t)MONTHS * SERIES;
    struct history history = {alloc_resize(NULL, n, sizeof(int64_t)), alloc_resize(NULL, n, sizeof(int64_t))};
    uint32_t draw = 1;
    for (size_t i = 0; i < n; i++) {
        draw = draw * 1664525 + 1013904223; /* Numerical Recipes' generator */
        history.values[i] = (int64_t)(draw >> 8) * FIGURE_SCALE;
        history.quantities[i] = (int64_t)((draw >> 4 & 0xffff) + 1) * FIGURE_SCALE;
    }
    return history;
}

/* ---- rules, and what they are in C ---- */

static int window_of(int rule)
{
    return 3 + rule / KINDS;
}

static char *rules_text(void)
{
    static const char *const conditions[KINDS] = {
        "growth(imports, %dm) > 50%%",
        "sum(imports, %dm) > 30 MUSD",
        "growth(imports.unit_value, %dm) < -60%%",
        "growth(imports, %dm) > 20%% and sum(imports, 36m) > 300 MUSD",
    };
    enum { RULE_SIZE = 512 };
    char *text = alloc_zeroed(RULES + 1, RULE_SIZE);
    size_t used = (size_t)sprintf(text, "rules:\n");
    for (int rule = 0; rule < RULES; rule++) {
        char condition[128];
        int kind = rule % KINDS;
        snprintf(condition, sizeof condition, conditions[kind], window_of(rule));
        used += (size_t)snprintf(text + used, RULE_SIZE,
            "  - id: r%d\n    title: { en: a, vi: b }\n    advice: { en: a, vi: b }\n    severity: watch\n"
            "    scope: { product: \"hs6\", market: all }\n    when: %s\n",
            rule, condition);
    }
    return text;
}

/* One window sliding over a chunk of series. */
struct window {
    int months, lag;
    const int64_t *figures;
    int64_t sums[LANES];
};

static void slide(struct window *window, size_t series, size_t lanes, int month)
{
    int in = month - window->lag, out = in - window->months;
    if (in >= 0)
        for (size_t i = 0; i < lanes; i++)
            window->sums[i] += window->figures[(size_t)in * SERIES + series + i];
    if (out >= 0)
        for (size_t i = 0; i < lanes; i++)
            window->sums[i] -= window->figures[(size_t)out * SERIES + series + i];
}

static double growth(int64_t now, int64_t before)
{
    return ((double)now - (double)before) / (double)before;
}

/* Returns how many periods hold. */
static size_t plain_chunk(
    const struct history *history, int rule, size_t series, size_t lanes, uint8_t *verdicts)
{
    int kind = rule % KINDS, months = window_of(rule),
        reach[KINDS] = {months + YEAR, months, months + YEAR, 36};
    struct window now = {months, 0, history->values, {0}}, before = {months, YEAR, history->values, {0}};
    struct window goods = {months, 0, history->quantities, {0}};
    struct window goods_before = {months, YEAR, history->quantities, {0}},
                  years = {36, 0, history->values, {0}};
    size_t held = 0;
    for (int month = 0; month < MONTHS; month++) {
        slide(&now, series, lanes, month);
        if (kind != 1)
            slide(&before, series, lanes, month);
        if (kind == 2) {
            slide(&goods, series, lanes, month);
            slide(&goods_before, series, lanes, month);
        }
        if (kind == 3)
            slide(&years, series, lanes, month);
        uint8_t *out = verdicts + (size_t)month * LANES;
        memset(out, 0, LANES);
        if (month + 1 < reach[kind])
            continue;
        for (size_t i = 0; i < lanes; i++) {
            switch (kind) {
            case 0:
                out[i] = growth(now.sums[i], before.sums[i]) > 0.5;
                break;
            case 1:
                out[i] = (double)now.sums[i] / FIGURE_SCALE > 30e6;
                break;
            case 2: {
                double price = (double)now.sums[i] / (double)goods.sums[i];
                double old = (double)before.sums[i] / (double)goods_before.sums[i];
                out[i] = (price - old) / old < -0.6;
                break;
            }
            default:
                out[i] =
                    growth(now.sums[i], before.sums[i]) > 0.2 && (double)years.sums[i] / FIGURE_SCALE > 300e6;
            }
            held += out[i];
        }
    }
    return held;
}

static size_t plain(const struct history *history)
{
    static uint8_t verdicts[MONTHS * LANES];
    size_t held = 0;
    for (size_t series = 0; series < SERIES; series += LANES)
        for (int rule = 0; rule < RULES; rule++) {
            size_t lanes = SERIES - series < LANES ? SERIES - series : LANES;
            held += plain_chunk(history, rule, series, lanes, verdicts);
        }
    return held;
}

/* ---- judging ---- */

static void add_series(struct panel *panel)
{
    for (int i = 0; i < SERIES; i++) {
        char product[16], market[] = {(char)('A' + i % MARKETS), 'Q', '\0'};
        snprintf(product, sizeof product, "%06d", 10000 + i / MARKETS);
        struct series_key key = {"first", market, FLOW_IMPORT, "VN", product};
        panel_add_series(panel, &key, "kg");
    }
}

static void push_change(struct panel_changes *changes, uint32_t series, int32_t period, int64_t figure)
{
    changes->items = alloc_grow(changes->items, changes->len, &changes->cap, sizeof *changes->items);
    changes->items[changes->len++] =
        (struct panel_change){.figure = figure, .series = series, .period = period, .column = COLUMN_VALUE};
}

static void set_month(
    struct panel *panel, const struct history *history, int month, struct panel_changes *changes)
{
    int32_t period = period_make(2014, 1) + month;
    changes->len = 0;
    for (uint32_t id = 0; id < SERIES; id++) {
        size_t at = (size_t)month * SERIES + id;
        panel_set(panel, id, COLUMN_VALUE, period, history->values[at]);
        panel_set(panel, id, COLUMN_QUANTITY, period, history->quantities[at]);
        push_change(changes, id, period, history->values[at]);
    }
}

static size_t count_held(const struct judge *judge)
{
    size_t held = 0;
    for (uint32_t rule = 0; rule < RULES; rule++)
        for (uint32_t scope = 0; scope < judge_scope_count(judge, rule); scope++)
            for (int month = 0; month < MONTHS; month++)
                held += judge_verdict(judge, rule, scope, period_make(2014, 1) + month) == VERDICT_TRUE;
    return held;
}

static double judge_whole(struct judge *judge, const struct panel *panel)
{
    struct judge_result result;
    double start = seconds();
    judge_all(judge, panel, &result);
    double taken = seconds() - start;
    judge_result_deinit(&result);
    return taken;
}

/* Month by month from the first; the seconds that judging takes. */
static double backtest(struct judge *judge, const struct history *history)
{
    struct panel *panel = panel_new();
    struct panel_changes changes = {0};
    double taken = 0, slowest = 0;
    add_series(panel);
    set_month(panel, history, 0, &changes);
    judge_whole(judge, panel);
    for (int month = 1; month < MONTHS; month++) {
        struct judge_result result;
        set_month(panel, history, month, &changes);
        double start = seconds();
        judge_changes(judge, panel, &changes, &result);
        double month_taken = seconds() - start;
        judge_result_deinit(&result);
        taken += month_taken;
        slowest = month_taken > slowest ? month_taken : slowest;
    }
    printf("a new month, mean              %10.4f s, slowest %.4f s\n", taken / (MONTHS - 1), slowest);
    panel_changes_deinit(&changes);
    panel_free(panel);
    return taken;
}

static double copy_speed(const struct history *history)
{
    size_t bytes = (size_t)MONTHS * SERIES * sizeof(int64_t);
    memcpy(history->quantities, history->values, bytes); /* once, to touch it */
    double start = seconds();
    memcpy(history->quantities, history->values, bytes);
    return (double)bytes / (seconds() - start);
}

static void print_speed(double whole, double plain_taken, size_t width)
{
    double cells = (double)RULES * SERIES * MONTHS;
    printf("cells (rule, scope, period)    %10.0f\n", cells);
    printf("judge_all                      %10.4f s, on %zu threads\n", whole, width);
    printf("judge_all, cells/s/thread      %10.3e\n", cells / whole / (double)width);
    printf("plain C loop, cells/s          %10.3e\n", cells / plain_taken);
    printf("judge_all / plain, per thread  %10.2f\n", whole * (double)width / plain_taken);
}

int main(void)
{
    static const struct source items[] = {{.name = "first"}};
    static const struct sources sources = {items, 1};
    static struct reference reference;
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    const struct node *document;
    struct ruleset *ruleset = ruleset_new();
    char *text = rules_text();
    if (yaml_parse("bench.yaml", slice_of(text), &arena, &document, &diags) < 0)
        abort();
    ruleset_add(ruleset, document, slice_of(text), &reference, &diags);
    if (ruleset_seal(ruleset, &diags) < 0) {
        fprintf(stderr, "%s\n", diag_line(&diags, &diags.items[0]));
        return 1;
    }
    struct history history = make_history();
    struct panel *panel = panel_new();
    struct panel_changes changes = {0};
    add_series(panel);
    for (int month = 0; month < MONTHS; month++)
        set_month(panel, &history, month, &changes);
    panel_changes_deinit(&changes);
    struct judge *judge = judge_new(ruleset, &reference, "VN", &sources);
    double first = judge_whole(judge, panel), whole = judge_whole(judge, panel);
    double start = seconds();
    size_t wanted = plain(&history);
    double plain_taken = seconds() - start;
    size_t held = count_held(judge);
    printf("judge_all, first               %10.4f s\n", first);
    print_speed(whole, plain_taken, parallel_width());
    printf("verdicts that hold             %10zu, plain %zu\n", held, wanted);
    panel_free(panel);
    double months = backtest(judge, &history);
    printf("ten years by month / judge_all %10.2f\n", months / whole);
    printf("columns read, bytes/s          %10.3e\n", 2.0 * SERIES * MONTHS * sizeof(int64_t) / whole);
    printf("memcpy, bytes/s                %10.3e\n", copy_speed(&history));
    judge_free(judge);
    ruleset_free(ruleset);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    alloc_free(history.values);
    alloc_free(history.quantities);
    alloc_free(text);
    return held == wanted ? 0 : 1;
}
