#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <string.h>

#include "app/command.h"
#include "app/score_print.h"
#include "app/trial.h"
#include "core/period.h"
#include "core/report_html.h"
#include "io/score_json.h"

enum { STEPS_DEFAULT = 11, STEPS_MIN = 2, STEPS_MAX = 101 };

/* What is asked. */
struct tune {
    struct trial_options options;
    const char *rule;
    const char *threshold; /* growth=10%..60% */
    int steps;
};

/* A threshold and the values to try. */
struct range {
    const struct rule *rule;
    size_t threshold; /* its number */
    double from, to;
    int steps;
};

/* ---- growth=10%..60% ---- */

static const char *const examples[VALUE_TYPE_COUNT] = {
    [VALUE_NUMBER] = "1..5",
    [VALUE_RATIO] = "10%..60%",
    [VALUE_POINTS] = "1pp..10pp",
    [VALUE_MONEY] = "1 MUSD..50 MUSD",
    [VALUE_QUANTITY] = "100..5000",
    [VALUE_WEIGHT] = "100 t..5 kt",
    [VALUE_UNIT_VALUE] = "1..5",
    [VALUE_MONTHS] = "3m..12m",
    [VALUE_PERIOD] = "2018-01..2024-01",
    [VALUE_BOOLEAN] = "",
};

static int find_threshold(const struct rule *rule, struct slice name, size_t *ret_number)
{
    for (size_t i = 0; i < rule->threshold_count; i++) {
        if (slice_equal(name, rule->threshold_names[i])) {
            *ret_number = i;
            return 0;
        }
    }
    const char *near = str_did_you_mean(name, rule->threshold_names, rule->threshold_count);
    fprintf(stderr, "the rule '%s' has no threshold '%.*s'", rule->id, (int)name.len, name.data);
    if (near != NULL)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\n", stderr);
    return -ENOENT;
}

/* One end, written as in a rule. */
static int read_end(struct slice text, enum value_type type, struct arena *arena, double *ret_value)
{
    struct diag_list diags = DIAG_LIST_NULL;
    const char *copy = arena_strndup(arena, text.data, text.len);
    struct node scalar = {
        .kind = NODE_SCALAR,
        .place = {"--threshold", 1, 1},
        .text = slice_of(copy),
        .source = slice_of(copy),
    };
    struct expr *literal;
    int r = expr_parse_literal(&scalar, arena, &literal, &diags);
    diag_list_deinit(&diags);
    if (r < 0 || literal->type != type)
        return -EINVAL;
    *ret_value = literal->number;
    return 0;
}

static int read_range(
    const struct tune *tune, const struct rule *rule, struct arena *arena, struct range *ret)
{
    const char *equals = strchr(tune->threshold, '='), *dots = strstr(tune->threshold, "..");
    if (equals == NULL || dots == NULL || dots < equals) {
        fputs("a threshold and its values are written growth=10%..60%\n", stderr);
        return -EINVAL;
    }
    struct range range = {.rule = rule, .steps = tune->steps};
    struct slice name = {tune->threshold, (size_t)(equals - tune->threshold)};
    if (find_threshold(rule, name, &range.threshold) < 0)
        return -EINVAL;
    enum value_type type = rule->threshold_types[range.threshold];
    struct slice from = {equals + 1, (size_t)(dots - equals - 1)};
    if (read_end(from, type, arena, &range.from) < 0 ||
        read_end(slice_of(dots + 2), type, arena, &range.to) < 0) {
        fprintf(stderr, "%.*s is of type %s; write for example %.*s=%s\n", (int)name.len, name.data,
            value_type_name(type), (int)name.len, name.data, examples[type]);
        return -EINVAL;
    }
    if (range.from >= range.to) {
        fputs("the first value is to be the smaller one\n", stderr);
        return -EINVAL;
    }
    *ret = range;
    return 0;
}

/* ---- one value after the other ---- */

/* Months and periods are whole. */
static double value_at(const struct range *range, int step)
{
    enum value_type type = range->rule->threshold_types[range->threshold];
    double value = range->from + (range->to - range->from) * step / (range->steps - 1);
    return type == VALUE_MONTHS || type == VALUE_PERIOD ? round(value) : value;
}

static const char *value_text(const struct range *range, double value, struct arena *arena)
{
    struct figure figure = {.type = range->rule->threshold_types[range->threshold], .value = value};
    char text[FIGURE_TEXT_SIZE];
    return arena_strdup(arena, figure_format(&figure, LANGUAGE_EN, text));
}

/* What came of one value. */
struct tried {
    struct score_run run;
    struct score_point point;
};

/* Judges all history with it. */
static void try_value(struct trial *trial, const struct rule_choice *choice, double value,
    const struct range *range, struct tried *ret_tried)
{
    struct arena arena = ARENA_NULL;
    struct backtest backtest;
    struct score score;
    struct rule rule = rule_with_threshold(range->rule, range->threshold, value, &arena);
    struct rule_choice changed = *choice;
    changed.rules.rules = &rule;
    changed.rules.len = 1;
    trial_backtest(trial, &changed, &backtest);
    trial_score(trial, &changed, &backtest, &score);
    ret_tried->run = trial_run(trial, choice, &backtest);
    ret_tried->point = (struct score_point){
        .value = value,
        .text = value_text(range, value, &trial->arena),
        .alerts = score.alert_count,
        .months = score.month_count,
        .scored = score.all.scored,
        .hits = score.all.hits,
        .placebos = score.all.placebos,
        .placebo_hits = score.all.placebo_hits,
    };
    score_deinit(&score);
    backtest_deinit(&backtest);
    arena_deinit(&arena);
}

/* ---- reports ---- */

static int write_html(
    const struct tune *tune, const struct score_run *run, const char *name, const struct score_point *points)
{
    struct arena arena = ARENA_NULL;
    struct buf out;
    buf_init(&out, REPORT_MAX);
    const char *title = arena_printf(&arena, "%s of %s", name, tune->rule);
    int r = report_html_tune(run, title, points, (size_t)tune->steps, &out);
    arena_deinit(&arena);
    int code = r == 0 ? trial_write(tune->options.html, &out) : EXIT_FAULT;
    buf_deinit(&out);
    return code;
}

static int write_json(
    const struct tune *tune, const struct score_run *run, const char *name, const struct score_point *points)
{
    struct buf out;
    buf_init(&out, REPORT_MAX);
    int r = score_json_write_tune(run, name, points, (size_t)tune->steps, &out);
    int code = r == 0 ? trial_write(tune->options.json, &out) : EXIT_FAULT;
    buf_deinit(&out);
    return code;
}

static void print_head(const struct range *range, const struct score_run *run, struct arena *arena)
{
    char first[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE], percent[SCORE_PERCENT_SIZE];
    const struct rule *rule = range->rule;
    printf("%s, %s to %s; %s is %s now\n", rule->id, period_format(run->first, first),
        period_format(run->last, last), rule->threshold_names[range->threshold],
        value_text(range, rule->thresholds[range->threshold], arena));
    if (!run->vintage)
        printf("no vintage: only revised figures exist; publication lag of %d days assumed (%s of figures)\n",
            run->lag_days, score_percent(run->figures_revised, run->figures, percent));
}

static int report(struct trial *trial, const struct tune *tune, const struct score_run *run,
    const struct range *range, const struct score_point *points)
{
    const char *name = range->rule->threshold_names[range->threshold];
    const char *json = tune->options.json, *html = tune->options.html;
    int code = EXIT_OK;
    if ((json == NULL || !str_equal(json, "-")) && (html == NULL || !str_equal(html, "-"))) {
        print_head(range, run, &trial->arena);
        code = score_print_tune(name, points, (size_t)tune->steps, stdout) == 0 ? EXIT_OK : EXIT_FAULT;
    }
    if (code == EXIT_OK && json != NULL)
        code = write_json(tune, run, name, points);
    if (code == EXIT_OK && html != NULL)
        code = write_html(tune, run, name, points);
    return code;
}

static int try_range(struct trial *trial, const struct rule_choice *choice, const struct tune *tune)
{
    struct range range;
    const struct rule *rule = rule_choice_find(choice, tune->rule);
    if (rule == NULL)
        return trial_refuse_rule(choice, tune->rule);
    if (read_range(tune, rule, &trial->arena, &range) < 0)
        return EXIT_USAGE;
    struct score_point *points = arena_array(&trial->arena, (size_t)tune->steps, sizeof *points);
    struct tried tried;
    for (int step = 0; step < tune->steps; step++) {
        try_value(trial, choice, value_at(&range, step), &range, &tried);
        points[step] = tried.point;
    }
    return report(trial, tune, &tried.run, &range, points); /* what was replayed is the same for all values */
}

static int run_trial(const char *config_path, const struct tune *tune)
{
    struct trial trial;
    struct rule_choice choice = {0};
    int code = trial_open(&trial, config_path, &tune->options);
    if (code == EXIT_OK)
        code = trial_choose(&trial, &choice);
    if (code == EXIT_OK)
        code = try_range(&trial, &choice, tune);
    rule_choice_deinit(&choice);
    trial_close(&trial);
    return code;
}

static int usage(void)
{
    fputs("usage: tdwatch tune RULE --threshold NAME=FROM..TO [--steps N] [--cases FILE] [--from YYYY-MM]\n"
          "       [--to YYYY-MM] [--rules PATH]... [--tables PATH]... [--json FILE] [--html FILE]\n",
        stderr);
    return EXIT_USAGE;
}

static int read_options(int argc, char **argv, struct tune *tune)
{
    enum { THRESHOLD = 't', STEPS = 's' };
    static const struct option table[] = {TRIAL_OPTIONS, {"threshold", required_argument, NULL, THRESHOLD},
        {"steps", required_argument, NULL, STEPS}, {0}};
    int64_t steps = STEPS_DEFAULT;
    int code = EXIT_OK;
    for (int option; code == EXIT_OK && (option = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        if (option == THRESHOLD)
            tune->threshold = optarg;
        else if (option == STEPS)
            code = str_to_int64(slice_of(optarg), &steps) == 0 ? EXIT_OK : usage();
        else
            code = trial_take_option(&tune->options, option, optarg);
    }
    if (code != EXIT_OK)
        return code;
    if (argc - optind != 1 || tune->threshold == NULL || steps < STEPS_MIN || steps > STEPS_MAX)
        return usage();
    tune->rule = argv[optind];
    tune->steps = (int)steps;
    return EXIT_OK;
}

int cmd_tune(const char *config_path, int argc, char **argv)
{
    struct tune tune = {0};
    int code = read_options(argc, argv, &tune);
    if (code == EXIT_OK)
        code = run_trial(config_path, &tune);
    arena_deinit(&tune.options.arena);
    return code;
}
