/* A trial of rules on history: what backtest, diff and tune share. */
#ifndef APP_TRIAL_H
#define APP_TRIAL_H

#include <getopt.h>

#include "app/replay_history.h"
#include "app/rule_choice.h"
#include "app/setup.h"
#include "core/backtest.h"

/* What may be asked of backtest and tune. */
struct trial_options {
    int32_t from, to;  /* months of publication; PERIOD_NONE: open */
    const char *cases; /* NULL: none */
    struct texts rules, tables;
    const char *json, *html; /* files; "-": standard output; NULL: not asked */
    struct arena arena;
};

enum trial_option {
    TRIAL_FROM = 1,
    TRIAL_TO,
    TRIAL_CASES,
    TRIAL_RULES,
    TRIAL_TABLES,
    TRIAL_JSON,
    TRIAL_HTML
};

/* Lines of a table of getopt_long(3). */
#define TRIAL_OPTIONS                                                                                        \
    {"from", required_argument, NULL, TRIAL_FROM}, {"to", required_argument, NULL, TRIAL_TO},                \
        {"cases", required_argument, NULL, TRIAL_CASES}, {"rules", required_argument, NULL, TRIAL_RULES},    \
        {"tables", required_argument, NULL, TRIAL_TABLES}, {"json", required_argument, NULL, TRIAL_JSON},    \
    {                                                                                                        \
        "html", required_argument, NULL, TRIAL_HTML                                                          \
    }

/* Takes one option. EXIT_OK, or EXIT_USAGE after a complaint. */
int trial_take_option(struct trial_options *options, int option, const char *text);

struct trial {
    const struct trial_options *options;
    struct setup *setup;
    struct store *store;
    struct replay_history history;
    struct score_cases cases;
    struct arena arena;
};

/* Reads configuration, history and cases. EXIT_OK, or EXIT_FAULT after a complaint; trial_close in either
 * case. */
int trial_open(struct trial *trial, const char *config_path, const struct trial_options *options);
void trial_close(struct trial *trial);

/* The rules that the options name. EXIT_OK, or another code after a complaint; rule_choice_deinit in either
 * case. */
int trial_choose(const struct trial *trial, struct rule_choice *ret_choice);

/* EXIT_USAGE: says that there is no such rule, and what may have been meant. */
int trial_refuse_rule(const struct rule_choice *choice, const char *id);

void trial_backtest(
    const struct trial *trial, const struct rule_choice *choice, struct backtest *ret_backtest);

/* Measures the alerts of a backtest against the cases. Borrows all. */
void trial_score(const struct trial *trial, const struct rule_choice *choice, const struct backtest *backtest,
    struct score *ret_score);

/* The head of a report. Texts live in the trial's arena. */
struct score_run trial_run(
    struct trial *trial, const struct rule_choice *choice, const struct backtest *backtest);

/* Writes a report to a file or to standard output. EXIT_OK, or EXIT_FAULT after a complaint. */
int trial_write(const char *path, const struct buf *report);

#endif
