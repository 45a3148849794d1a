#include "app/command.h"
#include "app/score_print.h"
#include "app/trial.h"
#include "core/report_html.h"
#include "io/score_json.h"

/* One report into a file. */
static int write_report(const char *path,
    int (*report)(const struct score_run *run, const struct score *score, struct buf *out),
    const struct score_run *run, const struct score *score)
{
    struct buf out;
    if (path == NULL)
        return EXIT_OK;
    buf_init(&out, REPORT_MAX);
    int code = EXIT_FAULT;
    if (report(run, score, &out) == 0)
        code = trial_write(path, &out);
    else
        fprintf(stderr, "the report is larger than %d MiB\n", REPORT_MAX / 1024 / 1024);
    buf_deinit(&out);
    return code;
}

/* A report on standard output takes the place of the tables. */
static int print_tables(const struct trial_options *options, const struct score_run *run,
    const struct score *score, const struct backtest *backtest)
{
    if ((options->json != NULL && str_equal(options->json, "-")) ||
        (options->html != NULL && str_equal(options->html, "-")))
        return EXIT_OK;
    int r = score_print(run, score, stdout);
    if (backtest->summarised > 0)
        printf("%zu of the alerts are beyond their rule's `top`: named in summaries, not told one by one.\n",
            backtest->summarised);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int report(struct trial *trial, const struct rule_choice *choice)
{
    struct backtest backtest;
    struct score score;
    trial_backtest(trial, choice, &backtest);
    trial_score(trial, choice, &backtest, &score);
    struct score_run run = trial_run(trial, choice, &backtest);
    int code = print_tables(trial->options, &run, &score, &backtest);
    if (code == EXIT_OK)
        code = write_report(trial->options->json, score_json_write, &run, &score);
    if (code == EXIT_OK)
        code = write_report(trial->options->html, report_html, &run, &score);
    score_deinit(&score);
    backtest_deinit(&backtest);
    return code;
}

static int run_trial(const char *config_path, const struct trial_options *options, char **ids, size_t n)
{
    struct trial trial;
    struct rule_choice choice = {0};
    const char *missing;
    int code = trial_open(&trial, config_path, options);
    if (code == EXIT_OK)
        code = trial_choose(&trial, &choice);
    if (code == EXIT_OK && n > 0 && rule_choice_keep(&choice, ids, n, &missing) < 0)
        code = trial_refuse_rule(&choice, missing);
    if (code == EXIT_OK)
        code = report(&trial, &choice);
    rule_choice_deinit(&choice);
    trial_close(&trial);
    return code;
}

int cmd_backtest(const char *config_path, int argc, char **argv)
{
    static const struct option table[] = {TRIAL_OPTIONS, {0}};
    struct trial_options options = {0};
    int code = EXIT_OK;
    for (int option; code == EXIT_OK && (option = getopt_long(argc, argv, "", table, NULL)) != -1;)
        code = trial_take_option(&options, option, optarg);
    if (code == EXIT_OK)
        code = run_trial(config_path, &options, argv + optind, (size_t)(argc - optind));
    arena_deinit(&options.arena);
    return code;
}
