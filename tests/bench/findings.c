/* The rows that the job finds, as tdwatch judges them: for the benchmark, which compares them with those of
 * other programs.
 *
 *     findings CONFIG OUT [FROM]
 *
 * Loads the store, judges every scope and month, and writes a row of CSV for each whose verdict is true:
 * product, origin, month, and the rule's figures in their order. Months are written as year * 12 + month - 1,
 * figures with the 17 digits that are all of a double. With FROM only later months are written, and it
 * itself. On standard output: how long loading and judging took, and how much was judged. */
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "core/judge.h"
#include "core/period.h"

struct finding {
    const struct scope *scope;
    uint32_t rule, number; /* of the scope */
    int32_t period;
};

struct findings {
    struct judge *judge;
    const struct panel *panel;
    struct finding *items;
    size_t len, cap, scopes;
};

static void find_in_scope(struct findings *findings, uint32_t rule, uint32_t scope, int32_t from)
{
    int32_t first = judge_first(findings->judge, rule, scope);
    int32_t last = judge_horizon(findings->judge, rule, scope);
    for (int32_t period = first > from ? first : from; last != PERIOD_NONE && period <= last; period++) {
        if (judge_verdict(findings->judge, rule, scope, period) != VERDICT_TRUE)
            continue;
        findings->items = alloc_grow(findings->items, findings->len, &findings->cap, sizeof *findings->items);
        findings->items[findings->len++] =
            (struct finding){judge_scope(findings->judge, rule, scope), rule, scope, period};
    }
}

static void find(struct findings *findings, int32_t from)
{
    for (uint32_t rule = 0; rule < judge_rule_count(findings->judge); rule++) {
        size_t scopes = judge_scope_count(findings->judge, rule);
        findings->scopes += scopes;
        for (uint32_t scope = 0; scope < scopes; scope++)
            find_in_scope(findings, rule, scope, from);
    }
}

static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    int r = strcmp(a->scope->product, b->scope->product);
    if (r == 0)
        r = strcmp(a->scope->origin, b->scope->origin);
    return r != 0 ? r : (a->period > b->period) - (a->period < b->period);
}

static int month_number(int32_t period)
{
    char text[PERIOD_TEXT_SIZE];
    int year = 0, month = 0;
    sscanf(period_format(period, text), "%d-%d", &year, &month);
    return year * 12 + month - 1;
}

static void write_finding(struct findings *findings, const struct finding *finding, FILE *out)
{
    struct figure figures[RULE_LETS_MAX];
    size_t n = judge_figures(
        findings->judge, findings->panel, finding->rule, finding->number, finding->period, figures);
    fprintf(out, "%s,%s,%d", finding->scope->product, finding->scope->origin, month_number(finding->period));
    for (size_t i = 0; i < n; i++)
        if (figures[i].unknown == KNOWN)
            fprintf(out, ",%.17g", figures[i].value);
        else
            fprintf(out, ",%s", unknown_names[figures[i].unknown]);
    fputc('\n', out);
}

static int write_findings(struct findings *findings, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return perror(path), EXIT_FAULT;
    if (findings->len > 0)
        qsort(findings->items, findings->len, sizeof *findings->items, compare_findings);
    fputs("hs,pt,m,v12,p12,share,unit,others\n", out);
    for (size_t i = 0; i < findings->len; i++)
        write_finding(findings, &findings->items[i], out);
    if (fclose(out) != 0)
        return perror(path), EXIT_FAULT;
    return EXIT_OK;
}

static int judge_panel(const struct setup *setup, const struct panel *panel, int32_t from, const char *path)
{
    struct judge_result result;
    struct findings findings = {.panel = panel};
    int64_t begun = clock_monotonic_ms();
    findings.judge = judge_new(setup->ruleset, &setup->reference, setup->config->home, &setup->sources);
    judge_all(findings.judge, panel, &result);
    judge_result_deinit(&result);
    int64_t judged = clock_monotonic_ms();
    find(&findings, from);
    int code = write_findings(&findings, path);
    printf("judge_ms=%lld series=%zu scopes=%zu findings=%zu\n", (long long)(judged - begun),
        panel_series_count(panel), findings.scopes, findings.len);
    alloc_free(findings.items);
    judge_free(findings.judge);
    return code;
}

static int run(const struct setup *setup, struct store *store, int32_t from, const char *path)
{
    struct panel *panel = panel_new();
    int64_t begun = clock_monotonic_ms();
    int code = EXIT_FAULT;
    if (store_load_panel(store, panel) < 0) {
        fprintf(stderr, "%s\n", store_error(store));
    } else {
        printf("load_ms=%lld ", (long long)(clock_monotonic_ms() - begun));
        code = judge_panel(setup, panel, from, path);
    }
    panel_free(panel);
    return code;
}

int main(int argc, char **argv)
{
    int32_t from = period_make(PERIOD_YEAR_MIN, 1);
    if (argc < 3 || argc > 4 || (argc == 4 && period_parse(slice_of(argv[3]), &from) < 0)) {
        fputs("usage: findings CONFIG OUT [FROM]\n", stderr);
        return EXIT_USAGE;
    }
    struct setup *setup = command_load_setup(argv[1]);
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    int code = store != NULL ? run(setup, store, from, argv[2]) : EXIT_FAULT;
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return code;
}
