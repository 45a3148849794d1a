/* link: daemon/core/judge daemon/core/judge_newest daemon/core/judge_grow daemon/core/judge_bind daemon/core/program_run daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/judge_series daemon/base/counting_sort daemon/core/panel_index daemon/core/probe daemon/core/publication daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/country daemon/core/gather daemon/base/parallel daemon/core/concordance daemon/core/quality_flag daemon/core/deadline */
/* tdwatch's part of monitors.py: 100,000 series of 36 months and one rule, year on year, judged by one call.
 * All months are judged, not the newest only. Prints what it took, in microseconds, and how many series hold
 * in the newest month. The figures are those of value() in monitors.py. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/judge.h"
#include "core/period.h"
#include "io/yaml.h"

enum { MARKETS = 50, MONTHS = 36, YEAR = 12 };

static const char RULES[] = "rules:\n"
                            "  - id: grown\n"
                            "    title: { en: a, vi: b }\n"
                            "    advice: { en: a, vi: b }\n"
                            "    severity: watch\n"
                            "    scope: { product: \"hs6\", market: all }\n"
                            "    when: sum(imports, 12m) > 1 MUSD and growth(imports, 12m) > 50%\n";

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int32_t month_at(int month)
{
    return period_make(2022, 1) + month;
}

static int64_t value(int64_t series, int month)
{
    int64_t base = 50000 + series * 7919 % 100000;
    bool grows = series % 10 == 0 && month >= MONTHS - YEAR;
    return base * (grows ? 3 : 1) + (series * 31 + month * 17) % 1000;
}

/* Month by month, as history comes. */
static void fill(struct panel *panel, uint32_t series_count)
{
    for (uint32_t i = 0; i < series_count; i++) {
        uint32_t at = i % MARKETS;
        char product[16], market[] = {(char)('A' + at / 26), (char)('A' + at % 26), '\0'};
        snprintf(product, sizeof product, "%06" PRIu32, 10000 + i / MARKETS);
        struct series_key key = {"first", market, FLOW_IMPORT, "VN", product};
        panel_add_series(panel, &key, "kg");
    }
    for (int month = 0; month < MONTHS; month++)
        for (uint32_t series = 0; series < series_count; series++)
            panel_set(panel, series, COLUMN_VALUE, month_at(month), value(series, month) * FIGURE_SCALE);
}

static size_t count_held(const struct judge *judge)
{
    size_t held = 0;
    for (uint32_t scope = 0; scope < judge_scope_count(judge, 0); scope++)
        held += judge_verdict(judge, 0, scope, month_at(MONTHS - 1)) == VERDICT_TRUE;
    return held;
}

static struct ruleset *compile(const struct reference *reference)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    const struct node *document;
    struct ruleset *ruleset = ruleset_new();
    if (yaml_parse("yearly.yaml", slice_of(RULES), &arena, &document, &diags) < 0)
        abort();
    ruleset_add(ruleset, document, slice_of(RULES), reference, &diags);
    if (ruleset_seal(ruleset, &diags) < 0) {
        fprintf(stderr, "%s\n", diag_line(&diags, &diags.items[0]));
        exit(1);
    }
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return ruleset;
}

int main(int argc, char **argv)
{
    static const struct source items[] = {{.name = "first"}};
    static const struct sources sources = {items, 1};
    static struct reference reference;
    struct ruleset *ruleset = compile(&reference);
    struct judge *judge = judge_new(ruleset, &reference, "VN", &sources);
    struct panel *panel = panel_new();
    struct judge_result result;

    int64_t begin = microseconds();
    fill(panel, argc > 1 ? (uint32_t)atoi(argv[1]) : 100000);
    int64_t filled = microseconds();
    judge_all(judge, panel, &result);
    int64_t judged = microseconds();
    printf("wall_us=%" PRId64 " load_us=%" PRId64 " found=%zu\n", judged - filled, filled - begin,
        count_held(judge));

    judge_result_deinit(&result);
    panel_free(panel);
    judge_free(judge);
    ruleset_free(ruleset);
}
