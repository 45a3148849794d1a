#include "app/score_print.h"

#include <errno.h>

#include "core/period.h"
#include "io/table.h"

enum { CELL_SIZE = 64 };

#define LEN(array) (sizeof(array) / sizeof *(array))

static const char *count_text(size_t n, char buf[CELL_SIZE])
{
    snprintf(buf, CELL_SIZE, "%zu", n);
    return buf;
}

static const char *share_text(size_t part, size_t whole, char buf[CELL_SIZE])
{
    char percent[SCORE_PERCENT_SIZE];
    snprintf(buf, CELL_SIZE, "%zu/%zu %s", part, whole, score_percent(part, whole, percent));
    return buf;
}

/* Prints what `fill` adds, below a title. */
static int print_table(const char *title, const struct table_column *columns, size_t n,
    void (*fill)(struct table *table, const struct score *score), const struct score *score, FILE *out)
{
    struct table *table = table_new(columns, n);
    if (table == NULL)
        return -ENOMEM;
    fill(table, score);
    if (table_rows(table) > 0) {
        fprintf(out, "\n%s\n", title);
        table_print(table, out);
    }
    table_free(table);
    return 0;
}

static void add_rate(
    struct table *table, const char *letter, const char *title, const struct score_rate *rate)
{
    char cells[5][CELL_SIZE], median[CELL_SIZE] = "–", range[CELL_SIZE] = "–";
    if (rate->leads > 0) {
        snprintf(median, sizeof median, "%d", rate->lead_median);
        snprintf(range, sizeof range, "%d…%d (n=%zu)", rate->lead_min, rate->lead_max, rate->leads);
    }
    const char *texts[] = {letter, title, share_text(rate->hits, rate->scored, cells[0]),
        count_text(rate->proxies, cells[1]), count_text(rate->late, cells[2]),
        share_text(rate->placebo_hits, rate->placebos, cells[3]), count_text(rate->no_data, cells[4]), median,
        range};
    table_add(table, texts);
}

static void fill_rates(struct table *table, const struct score *score)
{
    for (enum stratum stratum = 0; stratum < STRATUM_COUNT; stratum++)
        if (score->rates[stratum].cases > 0)
            add_rate(table, stratum_letters[stratum], stratum_titles[stratum], &score->rates[stratum]);
    add_rate(table, "", "all", &score->all);
}

static void fill_rules(struct table *table, const struct score *score)
{
    for (size_t i = 0; i < score->rule_count; i++) {
        const struct score_rule *rule = &score->rules[i];
        char cells[4][CELL_SIZE];
        const char *texts[] = {rule->rule, count_text(rule->raised, cells[0]),
            count_text(rule->hits, cells[1]), count_text(rule->cases, cells[2]),
            count_text(rule->open, cells[3])};
        table_add(table, texts);
    }
}

static const char *outcome_text(const struct score_result *result, char buf[CELL_SIZE])
{
    snprintf(
        buf, CELL_SIZE, "%s%s", score_outcome_names[result->outcome], result->proxy ? ", chapter proxy" : "");
    return buf;
}

static const char *lead_text(const struct score_result *result, char buf[CELL_SIZE])
{
    if (result->first == NULL)
        return "–";
    snprintf(buf, CELL_SIZE, "%s%d", result->standing ? "≥" : "", result->lead);
    return buf;
}

static void add_case(struct table *table, const struct score_result *result)
{
    const struct score_case *about = result->about;
    char outcome[CELL_SIZE], lead[CELL_SIZE], dates[CELL_SIZE], petition[DATE_TEXT_SIZE],
        known[DATE_TEXT_SIZE] = "–";
    if (result->first != NULL)
        date_format(result->first->known, known);
    snprintf(dates, sizeof dates, "%s%s", confidence_letters[about->confidence],
        about->confidence == CASE_GENERAL ? ": lead not to be published"
        : about->estimated                ? ", estimated"
                                          : "");
    const char *rule = result->first != NULL ? result->first->rule : score_gap_texts[result->gap];
    const char *texts[] = {about->id, stratum_letters[about->stratum], about->product, about->market,
        date_format(about->petition, petition), outcome_text(result, outcome), known, lead_text(result, lead),
        rule, dates};
    table_add(table, texts);
}

static void fill_cases(struct table *table, const struct score *score)
{
    for (size_t i = 0; i < score->case_count; i++)
        add_case(table, &score->results[i]);
}

static void fill_tops(struct table *table, const struct score *score)
{
    for (size_t k = 0; k < SCORE_TOP_COUNT; k++) {
        char cells[3][CELL_SIZE];
        const char *texts[] = {count_text((size_t)score_tops[k], cells[0]),
            count_text(score->tops[k].taken, cells[1]),
            share_text(score->tops[k].hits, score->tops[k].taken, cells[2])};
        table_add(table, texts);
    }
}

static void print_head(const struct score_run *run, const struct score *score, FILE *out)
{
    char first[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE], percent[SCORE_PERCENT_SIZE];
    fprintf(out, "backtest %s to %s, rule set %s\n", period_format(run->first, first),
        period_format(run->last, last), run->ruleset);
    if (!run->vintage || score->revised > 0)
        fprintf(out,
            "no vintage: only revised figures exist; publication lag of %d days assumed (%s of figures)\n",
            run->lag_days, score_percent(run->figures_revised, run->figures, percent));
    fprintf(out, "%zu alerts in %zu months", score->alert_count, score->month_count);
    if (score->month_count > 0)
        fprintf(out, ", %.1f a month", score_alerts_per_month(score));
    fprintf(out, "\n");
}

static void print_caveat(const struct score *score, FILE *out)
{
    char day[DATE_TEXT_SIZE];
    fprintf(out,
        "Precision counts the %zu months with %d months of follow-up before the case list ends%s%s.\n"
        "It is a lower bound, since what is no case yet may become one.\n",
        score->followed_up, SCORE_FOLLOW_UP_MONTHS, score->cases_end != DATE_NONE ? " on " : "",
        date_format(score->cases_end, day));
}

int score_print(const struct score_run *run, const struct score *score, FILE *out)
{
    static const struct table_column rates[] = {{"", TABLE_TEXT}, {"CASES", TABLE_TEXT},
        {"RECALL", TABLE_NUMBER}, {"PROXY", TABLE_NUMBER}, {"LATE", TABLE_NUMBER},
        {"BASE RATE", TABLE_NUMBER}, {"NO DATA", TABLE_NUMBER}, {"LEAD, DAYS", TABLE_NUMBER},
        {"RANGE", TABLE_TEXT}};
    static const struct table_column rules[] = {{"RULE", TABLE_TEXT}, {"RAISED", TABLE_NUMBER},
        {"FOLLOWED BY A PETITION", TABLE_NUMBER}, {"CASES", TABLE_NUMBER}, {"OPEN", TABLE_NUMBER}};
    static const struct table_column cases[] = {{"CASE", TABLE_TEXT}, {"", TABLE_TEXT},
        {"PRODUCT", TABLE_WRAP}, {"MARKET", TABLE_TEXT}, {"PETITION", TABLE_TEXT}, {"RESULT", TABLE_TEXT},
        {"FIRST ALERT", TABLE_TEXT}, {"LEAD, DAYS", TABLE_NUMBER}, {"RULE OR REASON", TABLE_WRAP},
        {"DATES", TABLE_WRAP}};
    static const struct table_column tops[] = {
        {"TOP", TABLE_NUMBER}, {"ALERTS", TABLE_NUMBER}, {"FOLLOWED BY A PETITION", TABLE_NUMBER}};
    print_head(run, score, out);
    int r = print_table("By kind of case", rates, LEN(rates), fill_rates, score, out);
    if (r == 0)
        r = print_table("By case", cases, LEN(cases), fill_cases, score, out);
    if (r == 0)
        r = print_table("By rule", rules, LEN(rules), fill_rules, score, out);
    if (r == 0)
        r = print_table(
            "Precision, of each month's alerts by value at stake", tops, LEN(tops), fill_tops, score, out);
    if (r == 0)
        print_caveat(score, out);
    return r;
}

int score_print_tune(const char *threshold, const struct score_point *points, size_t n, FILE *out)
{
    struct table_column columns[] = {{threshold, TABLE_NUMBER}, {"ALERTS", TABLE_NUMBER},
        {"A MONTH", TABLE_NUMBER}, {"RECALL", TABLE_NUMBER}, {"BASE RATE", TABLE_NUMBER}};
    struct table *table = table_new(columns, LEN(columns));
    if (table == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        char cells[3][CELL_SIZE], monthly[CELL_SIZE] = "–";
        if (points[i].months > 0)
            snprintf(monthly, sizeof monthly, "%.1f", score_ratio(points[i].alerts, points[i].months));
        const char *texts[] = {points[i].text, count_text(points[i].alerts, cells[0]), monthly,
            share_text(points[i].hits, points[i].scored, cells[1]),
            share_text(points[i].placebo_hits, points[i].placebos, cells[2])};
        table_add(table, texts);
    }
    table_print(table, out);
    table_free(table);
    return 0;
}
