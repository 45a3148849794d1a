#include "app/trial.h"

#include <errno.h>
#include <string.h>

#include "app/command.h"
#include "core/period.h"
#include "feeds/cases_csv.h"
#include "io/file.h"

/* ---- options ---- */

static int take_month(int32_t *month, const char *text)
{
    if (period_parse(slice_of(text), month) == 0)
        return EXIT_OK;
    fprintf(stderr, "'%s' is no month; one is written 2025-07\n", text);
    return EXIT_USAGE;
}

static void push_text(struct texts *texts, const char *text, struct arena *arena)
{
    const char **items = arena_array(arena, texts->len + 1, sizeof *items);
    for (size_t i = 0; i < texts->len; i++)
        items[i] = texts->items[i];
    items[texts->len] = text;
    *texts = (struct texts){items, texts->len + 1};
}

int trial_take_option(struct trial_options *options, int option, const char *text)
{
    switch (option) {
    case TRIAL_FROM:
        return take_month(&options->from, text);
    case TRIAL_TO:
        return take_month(&options->to, text);
    case TRIAL_CASES:
        options->cases = text;
        return EXIT_OK;
    case TRIAL_RULES:
        push_text(&options->rules, text, &options->arena);
        return EXIT_OK;
    case TRIAL_TABLES:
        push_text(&options->tables, text, &options->arena);
        return EXIT_OK;
    case TRIAL_JSON:
        options->json = text;
        return EXIT_OK;
    case TRIAL_HTML:
        options->html = text;
        return EXIT_OK;
    }
    return EXIT_USAGE; /* getopt_long has complained */
}

/* ---- cases ---- */

static struct basket_target target_of(const struct score_case *known_case)
{
    return (struct basket_target){.codes = known_case->codes};
}

/* Whether the series tells of home's trade with the case's market. */
static bool concerns(const struct series_key *key, const struct score_case *known_case, const char *home)
{
    if (key->flow == FLOW_IMPORT)
        return str_equal(key->reporter, known_case->market) && str_equal(key->partner, home);
    return str_equal(key->reporter, home) && str_equal(key->partner, known_case->market);
}

static void widen_data(struct score_case *known_case, struct replay_known known)
{
    if (known.first == DATE_NONE)
        return;
    if (known_case->data_from == DATE_NONE || known.first < known_case->data_from)
        known_case->data_from = known.first;
    if (known.last > known_case->data_to)
        known_case->data_to = known.last;
}

/* Alerts outside the months that are counted are not there, so a case is scored only where its whole window
 * lies within them. */
static void narrow_data(struct score_case *known_case, const struct trial_options *options)
{
    enum { BEFORE_WINDOW = SCORE_HISTORY_MONTHS - SCORE_WINDOW_MONTHS };
    int32_t from = options->from != PERIOD_NONE ? date_of_period(options->from - BEFORE_WINDOW) : DATE_NONE;
    int32_t to = options->to != PERIOD_NONE ? date_end_of_period(options->to) : INT32_MAX;
    if (known_case->data_from == DATE_NONE)
        return;
    known_case->data_from = known_case->data_from > from ? known_case->data_from : from;
    known_case->data_to = known_case->data_to < to ? known_case->data_to : to;
}

static void find_data(const struct trial *trial, struct score_case *known_case)
{
    const struct panel *panel = trial->history.panel;
    struct basket_target target = target_of(known_case);
    for (uint32_t id = 0; id < panel_series_count(panel); id++) {
        const struct series_key *key = &panel_series(panel, id)->key;
        if (concerns(key, known_case, trial->setup->config->home) &&
            baskets_meet(&trial->setup->reference.baskets, &target, key->product))
            widen_data(known_case, trial->history.known[id]);
    }
    narrow_data(known_case, trial->options);
}

enum { CASES_BYTES_MAX = 16 * 1024 * 1024 };

static int load_cases(struct trial *trial)
{
    const char *path = trial->options->cases;
    struct diag_list diags = DIAG_LIST_NULL;
    struct slice text;
    int r = file_read(path, CASES_BYTES_MAX, &trial->arena, &text);
    if (r < 0)
        fprintf(stderr, "%s: %s\n", path, strerror(-r));
    else
        r = cases_csv_read(text, path, &trial->arena, &trial->cases, &diags);
    command_print_diags(stderr, &diags);
    diag_list_deinit(&diags);
    for (size_t i = 0; r == 0 && i < trial->cases.len; i++)
        find_data(trial, &trial->cases.items[i]);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

/* ---- from configuration to score ---- */

int trial_open(struct trial *trial, const char *config_path, const struct trial_options *options)
{
    *trial = (struct trial){.options = options};
    trial->setup = command_load_setup(command_config_path(config_path));
    trial->store = trial->setup != NULL ? command_open_history(trial->setup) : NULL;
    if (trial->store == NULL)
        return EXIT_FAULT;
    const struct setup *setup = trial->setup;
    if (replay_history_load(trial->store, setup->feeds, setup->feed_count, &trial->history) < 0) {
        fprintf(stderr, "%s\n", store_error(trial->store));
        return EXIT_FAULT;
    }
    return options->cases != NULL ? load_cases(trial) : EXIT_OK;
}

void trial_close(struct trial *trial)
{
    replay_history_deinit(&trial->history);
    (void)store_close(trial->store); /* read only: nothing to lose */
    setup_free(trial->setup);
    arena_deinit(&trial->arena);
}

int trial_choose(const struct trial *trial, struct rule_choice *ret_choice)
{
    const struct trial_options *options = trial->options;
    struct diag_list diags = DIAG_LIST_NULL;
    *ret_choice = (struct rule_choice){0};
    if (options->rules.len == 0 && options->tables.len > 0) {
        fputs("--tables goes with --rules: the configuration's rules are judged by its own tables\n", stderr);
        return EXIT_USAGE;
    }
    int r = options->rules.len == 0
                ? rule_choice_named(trial->setup, trial->store, "configured", ret_choice, &diags)
                : rule_choice_files(trial->setup, &options->rules, &options->tables, ret_choice, &diags);
    command_print_diags(stderr, &diags);
    diag_list_deinit(&diags);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

int trial_refuse_rule(const struct rule_choice *choice, const char *id)
{
    const char *near = rule_choice_suggest(choice, id);
    fprintf(stderr, "there is no rule '%s'", id);
    if (near != NULL)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\n", stderr);
    return EXIT_USAGE;
}

void trial_backtest(
    const struct trial *trial, const struct rule_choice *choice, struct backtest *ret_backtest)
{
    struct backtest_input input = {
        .history = trial->history.panel,
        .timeline = &trial->history.timeline,
        .ruleset = &choice->rules,
        .reference = choice->reference,
        .home = choice->home,
        .sources = choice->sources,
        .from = trial->options->from,
        .to = trial->options->to,
    };
    backtest_run(&input, ret_backtest);
}

static bool covers(void *userdata, const char *product, const struct score_case *known_case)
{
    const struct baskets *baskets = userdata;
    struct basket_target target = target_of(known_case);
    return baskets_meet(baskets, &target, product);
}

void trial_score(const struct trial *trial, const struct rule_choice *choice, const struct backtest *backtest,
    struct score *ret_score)
{
    struct baskets baskets = choice->reference->baskets; /* a view, for userdata */
    struct score_input input = {
        .alerts = backtest->alerts,
        .alert_count = backtest->len,
        .cases = trial->cases.items,
        .case_count = trial->cases.len,
        .covers = covers,
        .userdata = &baskets,
        .first = backtest->first,
        .last = backtest->first != PERIOD_NONE ? backtest->last : PERIOD_NONE - 1, /* no month */
        .cases_end = DATE_NONE,
    };
    score_compute(&input, ret_score);
}

/* ---- reports ---- */

static const char *feeds_with_figures(struct trial *trial)
{
    const struct timeline *timeline = &trial->history.timeline;
    bool has[FEEDS_MAX] = {0};
    const char *all = "";
    for (size_t i = 0; i < timeline->len; i++)
        has[timeline->items[i].source] = true;
    for (size_t i = 0; i < trial->setup->feed_count; i++)
        if (has[i])
            all = arena_printf(
                &trial->arena, "%s%s%s", all, all[0] != '\0' ? ", " : "", trial->setup->feeds[i].feed);
    return all;
}

struct score_run trial_run(
    struct trial *trial, const struct rule_choice *choice, const struct backtest *backtest)
{
    const struct timeline *timeline = &trial->history.timeline;
    return (struct score_run){
        .program = "tdwatch " TDWATCH_VERSION,
        .ruleset = choice->rules.digest.hex,
        .rules = choice->name,
        .data = feeds_with_figures(trial),
        .cases = trial->options->cases != NULL ? trial->options->cases : "",
        .first = backtest->first,
        .last = backtest->last,
        .vintage = timeline->no_vintage == 0,
        .lag_days = trial->history.lag_days,
        .figures = timeline->figures,
        .figures_revised = timeline->no_vintage,
    };
}

int trial_write(const char *path, const struct buf *report)
{
    struct slice bytes = {buf_text(report), report->len};
    bool standard = str_equal(path, "-");
    int r = 0;
    if (!standard)
        r = file_write(path, bytes, 0644);
    else if (fwrite(bytes.data, 1, bytes.len, stdout) != bytes.len || fflush(stdout) != 0)
        r = -errno;
    if (r < 0)
        fprintf(stderr, "%s: %s\n", standard ? "standard output" : path, strerror(-r));
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}
