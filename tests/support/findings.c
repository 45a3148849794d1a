/* What the daemon's own judge says of a store, every verdict of every scope and month, for tests that compute
 * it a second time.
 *
 *     findings CONFIG
 *
 * A line for each month that is judged: rule, product, market, origin, month, verdict, and a figure or
 * "?reason" for each let, tabs between them. Figures have 17 digits, which is all of a double. */
#include <stdio.h>

#include "app/command.h"
#include "core/judge.h"
#include "core/period.h"

static const char *const verdict_words[VERDICT_COUNT] = {
    [VERDICT_UNKNOWN] = "unknown",
    [VERDICT_TRUE] = "true",
    [VERDICT_HOLD] = "hold",
    [VERDICT_CLEAR] = "clear",
    [VERDICT_NOT_JUDGED] = "not-judged",
};

struct judged {
    struct judge *judge;
    const struct panel *panel;
};

static void print_period(const struct judged *judged, uint32_t rule, uint32_t scope, int32_t period)
{
    struct figure figures[RULE_LETS_MAX];
    char month[PERIOD_TEXT_SIZE];
    const struct scope *place = judge_scope(judged->judge, rule, scope);
    enum verdict verdict = judge_verdict(judged->judge, rule, scope, period);
    size_t n = judge_figures(judged->judge, judged->panel, rule, scope, period, figures);
    printf("%s\t%s\t%s\t%s\t%s\t%s", judge_rule(judged->judge, rule)->id, place->product, place->market,
        place->origin, period_format(period, month), verdict_words[verdict]);
    for (size_t i = 0; i < n; i++)
        if (figures[i].unknown == KNOWN)
            printf("\t%.17g", figures[i].value);
        else
            printf("\t?%s", unknown_names[figures[i].unknown]);
    puts("");
}

static void print_verdicts(const struct judged *judged)
{
    for (uint32_t rule = 0; rule < judge_rule_count(judged->judge); rule++)
        for (uint32_t scope = 0; scope < judge_scope_count(judged->judge, rule); scope++) {
            int32_t first = judge_first(judged->judge, rule, scope);
            int32_t last = judge_horizon(judged->judge, rule, scope);
            for (int32_t period = first; period != PERIOD_NONE && period <= last; period++)
                print_period(judged, rule, scope, period);
        }
}

static int judge_store(const struct setup *setup, struct store *store)
{
    struct panel *panel = panel_new();
    struct judge_result result;
    int r = store_load_panel(store, panel);
    if (r < 0) {
        fprintf(stderr, "%s\n", store_error(store));
    } else {
        struct judge *judge =
            judge_new(setup->ruleset, &setup->reference, setup->config->home, &setup->sources);
        judge_all(judge, panel, &result);
        judge_result_deinit(&result);
        print_verdicts(&(struct judged){judge, panel});
        judge_free(judge);
    }
    panel_free(panel);
    return r < 0 ? EXIT_FAULT : EXIT_OK;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: findings CONFIG\n", stderr);
        return EXIT_USAGE;
    }
    struct setup *setup = command_load_setup(argv[1]);
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    int code = store != NULL ? judge_store(setup, store) : EXIT_FAULT;
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return code;
}
