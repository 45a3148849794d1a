#include <errno.h>
#include <getopt.h>

#include "app/command.h"
#include "app/trial.h"
#include "core/alert_diff.h"
#include "core/period.h"
#include "io/table.h"

enum { MONTHS_DEFAULT = 36, MONTHS_MAX = 1200, CELL_SIZE = 64 };

/* Both sides of a comparison. */
struct comparison {
    struct rule_choice choices[2];
    struct backtest backtests[2];
    int32_t since; /* a day */
    struct alert_diff diff;
};

/* ---- what is printed ---- */

static void add_rule(struct table *table, const struct alert_diff_rule *rule)
{
    size_t ends = rule->counts[DIFF_ENDS_EARLIER] + rule->counts[DIFF_ENDS_LATER];
    size_t counts[] = {rule->before, rule->after, rule->counts[DIFF_GAINED], rule->counts[DIFF_LOST],
        rule->counts[DIFF_EARLIER], rule->counts[DIFF_LATER], ends};
    enum { COUNTS = sizeof counts / sizeof *counts };
    char cells[COUNTS][CELL_SIZE];
    const char *texts[1 + COUNTS] = {rule->rule};
    for (size_t i = 0; i < COUNTS; i++) {
        snprintf(cells[i], CELL_SIZE, "%zu", counts[i]);
        texts[1 + i] = cells[i];
    }
    table_add(table, texts);
}

static int print_rules(const struct alert_diff *diff)
{
    static const struct table_column columns[] = {{"RULE", TABLE_TEXT}, {"OLD", TABLE_NUMBER},
        {"NEW", TABLE_NUMBER}, {"GAINED", TABLE_NUMBER}, {"LOST", TABLE_NUMBER}, {"EARLIER", TABLE_NUMBER},
        {"LATER", TABLE_NUMBER}, {"OTHER END", TABLE_NUMBER}};
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    if (table == NULL)
        return EXIT_FAULT;
    for (size_t i = 0; i < diff->rule_count; i++)
        add_rule(table, &diff->rules[i]);
    if (diff->rule_count > 0)
        table_print(table, stdout);
    table_free(table);
    return EXIT_OK;
}

/* "2024-05-04 to 2024-11-03", "since 2024-05-04", or nothing. */
static const char *episode_text(const struct score_alert *alert, char buf[CELL_SIZE])
{
    char known[DATE_TEXT_SIZE], cleared[DATE_TEXT_SIZE];
    if (alert == NULL)
        return "";
    date_format(alert->known, known);
    if (alert->cleared_known == DATE_NONE)
        snprintf(buf, CELL_SIZE, "since %s", known);
    else
        snprintf(buf, CELL_SIZE, "%s to %s", known, date_format(alert->cleared_known, cleared));
    return buf;
}

static void add_pair(struct table *table, const struct alert_pair *pair)
{
    const struct score_alert *alert = pair->before != NULL ? pair->before : pair->after;
    char before[CELL_SIZE], after[CELL_SIZE], market[CELL_SIZE];
    snprintf(market, sizeof market, "%s%s%s%s", alert->market, alert->origin[0] != '\0' ? " (from " : "",
        alert->origin, alert->origin[0] != '\0' ? ")" : "");
    const char *texts[] = {alert_diff_names[pair->kind], alert->rule, alert->product, market,
        episode_text(pair->before, before), episode_text(pair->after, after)};
    table_add(table, texts);
}

static int print_pairs(const struct alert_diff *diff)
{
    static const struct table_column columns[] = {{"CHANGE", TABLE_TEXT}, {"RULE", TABLE_TEXT},
        {"PRODUCT", TABLE_TEXT}, {"MARKET", TABLE_TEXT}, {"OLD", TABLE_TEXT}, {"NEW", TABLE_TEXT}};
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    if (table == NULL)
        return EXIT_FAULT;
    for (size_t i = 0; i < diff->len; i++)
        if (diff->pairs[i].kind != DIFF_SAME)
            add_pair(table, &diff->pairs[i]);
    if (table_rows(table) > 0) {
        puts("");
        table_print(table, stdout);
    } else {
        puts("no alert differs");
    }
    table_free(table);
    return EXIT_OK;
}

static void print_head(struct trial *trial, const struct comparison *comparison)
{
    char since[DATE_TEXT_SIZE], percent[SCORE_PERCENT_SIZE];
    struct score_run run = trial_run(trial, &comparison->choices[1], &comparison->backtests[1]);
    printf("old: %s, new: %s; alerts raised from %s on\n", comparison->choices[0].name,
        comparison->choices[1].name, date_format(comparison->since, since));
    if (!run.vintage)
        printf("no vintage: only revised figures exist; publication lag of %d days assumed (%s of figures)\n",
            run.lag_days, score_percent(run.figures_revised, run.figures, percent));
}

/* ---- the comparison ---- */

/* The first day of the last so many months of publication. */
static int32_t first_day(const struct timeline *timeline, int months)
{
    if (timeline->len == 0)
        return DATE_NONE;
    return date_of_period(date_period(timeline->items[timeline->len - 1].day) - months + 1);
}

static int choose(const struct trial *trial, const char *name, struct rule_choice *choice)
{
    struct diag_list diags = DIAG_LIST_NULL;
    int r = rule_choice_named(trial->setup, trial->store, name, choice, &diags);
    command_print_diags(stderr, &diags);
    if (r < 0 && diags.errors == 0)
        fprintf(stderr, "%s: %s\n", name,
            r == -ENOENT ? "the store has accepted no rules yet" : store_error(trial->store));
    diag_list_deinit(&diags);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int compare(struct trial *trial, struct comparison *comparison)
{
    struct backtest *backtests = comparison->backtests;
    for (size_t i = 0; i < 2; i++)
        trial_backtest(trial, &comparison->choices[i], &backtests[i]);
    alert_diff_compute(backtests[0].alerts, backtests[0].len, backtests[1].alerts, backtests[1].len,
        comparison->since, &comparison->diff);
    print_head(trial, comparison);
    int code = print_rules(&comparison->diff);
    return code == EXIT_OK ? print_pairs(&comparison->diff) : code;
}

static int run_trial(const char *config_path, char **names, int months)
{
    static const struct trial_options options;
    struct trial trial;
    struct comparison comparison = {0};
    int code = trial_open(&trial, config_path, &options);
    for (size_t i = 0; code == EXIT_OK && i < 2; i++)
        code = choose(&trial, names[i], &comparison.choices[i]);
    if (code == EXIT_OK) {
        comparison.since = first_day(&trial.history.timeline, months);
        code = compare(&trial, &comparison);
    }
    alert_diff_deinit(&comparison.diff);
    for (size_t i = 0; i < 2; i++) {
        backtest_deinit(&comparison.backtests[i]);
        rule_choice_deinit(&comparison.choices[i]);
    }
    trial_close(&trial);
    return code;
}

static int usage(void)
{
    fputs("usage: tdwatch diff [--months N] OLD NEW\n"
          "       each a rule file, a directory of them, `configured` or `stored`\n",
        stderr);
    return EXIT_USAGE;
}

int cmd_diff(const char *config_path, int argc, char **argv)
{
    static const struct option table[] = {{"months", required_argument, NULL, 'm'}, {0}};
    int64_t months = MONTHS_DEFAULT;
    for (int option; (option = getopt_long(argc, argv, "", table, NULL)) != -1;)
        if (option != 'm' || str_to_int64(slice_of(optarg), &months) < 0 || months < 1 || months > MONTHS_MAX)
            return usage();
    if (argc - optind != 2)
        return usage();
    return run_trial(config_path, argv + optind, (int)months);
}
