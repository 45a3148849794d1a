/* Series, months, sources, and rows of tables. */
#include "app/explain_print.h"
#include "base/clock.h"
#include "core/explain.h"
#include "core/period.h"
#include "core/probe.h"

enum { SERIES_SHOWN = 8 };

/* ---- months ---- */

/* "2024-02 to 2024-05, 2024-08" */
static void print_months(const struct explained_months *months, FILE *out)
{
    for (size_t i = 0; i < months->len; i++) {
        char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE];
        size_t first = i;
        while (i + 1 < months->len && months->items[i + 1] == months->items[i] + 1)
            i++;
        fprintf(out, "%s%s", first > 0 ? ", " : " ", period_format(months->items[first], from));
        if (i > first)
            fprintf(out, " to %s", period_format(months->items[i], to));
    }
}

static void print_window(const struct explanation *explanation, const struct explained_role *role, FILE *out)
{
    char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE];
    bool any = false;
    fprintf(out, "    the rule looks back to %s;", period_format(explain_reach(explanation), from));
    for (int fault = 0; fault < MONTH_FAULT_COUNT; fault++) {
        if (role->faults[fault].len == 0)
            continue;
        fprintf(out, "%s %s", any ? ";" : "", month_fault_names[fault]);
        print_months(&role->faults[fault], out);
        any = true;
    }
    if (!any)
        fprintf(out, " all months to %s are there", period_format(explanation->period, to));
    fputs("\n", out);
}

static bool has_column(const struct explained_role *role, enum column column)
{
    bool any = (role->columns & 1U << column) != 0;
    for (size_t i = 0; i < role->month_count && !any; i++)
        any = role->months[i].columns[column].unknown == KNOWN;
    return any;
}

/* In full, where other places round. What is not there is said in a word. */
static const char *exact(const struct figure *figure, char buf[FIGURE_TEXT_SIZE])
{
    struct figure plain = *figure;
    if (figure->unknown == UNKNOWN_MONTH || figure->unknown == UNKNOWN_SUPPRESSED)
        return figure->unknown == UNKNOWN_MONTH ? "missing" : "suppressed";
    plain.type = VALUE_NUMBER;
    return figure_format(&plain, LANGUAGE_EN, buf);
}

static void print_flags(unsigned flags, FILE *out)
{
    static const struct {
        unsigned flag;
        enum month_fault name;
    } known[] = {
        {OBSERVATION_SUPPRESSED, MONTH_SUPPRESSED},
        {OBSERVATION_ESTIMATED, MONTH_ESTIMATED},
        {OBSERVATION_PRELIMINARY, MONTH_PRELIMINARY},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((flags & known[i].flag) != 0)
            fprintf(out, "  %s", month_fault_names[known[i].name]);
}

static void print_figures(const struct explained_role *role, FILE *out)
{
    static const char *const names[COLUMN_COUNT] = {"USD", "QUANTITY", "KG"};
    fputs("      MONTH  ", out);
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (has_column(role, (enum column)column))
            fprintf(out, "  %22s", names[column]);
    fputs("\n", out);
    for (size_t i = 0; i < role->month_count; i++) {
        const struct explained_month *month = &role->months[i];
        char period[PERIOD_TEXT_SIZE], text[FIGURE_TEXT_SIZE];
        fprintf(out, "      %s", period_format(month->period, period));
        for (int column = 0; column < COLUMN_COUNT; column++)
            if (has_column(role, (enum column)column))
                fprintf(out, "  %22s", exact(&month->columns[column], text));
        print_flags(month->flags, out);
        fputs("\n", out);
    }
}

/* ---- roles ---- */

static void print_series(const struct explained_role *role, FILE *out)
{
    char first[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE];
    for (size_t i = 0; i < role->series_count && i < SERIES_SHOWN; i++) {
        const struct explained_series *series = &role->series[i];
        fprintf(out, "    %s: %s %s %s, %s, from %s to %s\n", series->source, series->reporter,
            role->role->flow == FLOW_EXPORT ? "to" : "from", series->partner, series->product,
            period_format(series->first, first), period_format(series->last, last));
    }
    if (role->series_count > SERIES_SHOWN)
        fprintf(out, "    and %zu more series\n", role->series_count - SERIES_SHOWN);
}

static void print_revisions(const struct explained_role *role, FILE *out)
{
    for (size_t i = 0; i < role->revision_count; i++) {
        const struct explained_revision *revision = &role->revisions[i];
        char period[PERIOD_TEXT_SIZE], seen[CLOCK_TEXT_SIZE];
        char before[FIGURE_TEXT_SIZE], after[FIGURE_TEXT_SIZE];
        fprintf(out, "    revised: %s of %s in %s from %s to %s, seen %s\n", revision->old_figure.name,
            revision->series->product, period_format(revision->period, period),
            exact(&revision->old_figure, before), exact(&revision->new_figure, after),
            clock_format(revision->seen_ms, seen));
    }
}

static void print_role(const struct explanation *explanation, const struct explained_role *role, FILE *out)
{
    fprintf(out, "  %s: %s\n", role->role->name, role->meaning);
    if (role->series_count == 0) {
        fputs("    no source reports it\n", out);
        return;
    }
    print_series(role, out);
    print_window(explanation, role, out);
    print_figures(role, out);
    print_revisions(role, out);
}

static void print_sources(const struct explanation *explanation, FILE *out)
{
    for (size_t i = 0; i < explanation->source_count; i++) {
        const struct explained_source *source = &explanation->sources[i];
        char seen[CLOCK_TEXT_SIZE];
        if (source->payload.hex[0] == '\0') {
            fprintf(out, "  %s: no payload of it was accepted\n", source->name);
            continue;
        }
        fprintf(out, "  %s: newest payload seen %s, %zu rows, %zu figures revised\n    sha256 %s\n",
            source->name, clock_format(source->seen_ms, seen), source->rows, source->revised,
            source->payload.hex);
    }
}

void explain_print_data(const struct explanation *explanation, FILE *out)
{
    fputs("\nDATA\n", out);
    for (size_t i = 0; i < explanation->role_count; i++)
        print_role(explanation, &explanation->roles[i], out);
    fputs("\nSOURCES\n", out);
    print_sources(explanation, out);
}

/* ---- tables ---- */

static void print_date(const char *what, int32_t date, FILE *out)
{
    char text[DATE_TEXT_SIZE];
    if (date != DATE_NONE)
        fprintf(out, "%s %s, ", what, date_format(date, text));
}

static void print_measure(const struct explained_measure *measure, FILE *out)
{
    static const char *const confidences[CONFIDENCE_COUNT] = {
        "dates confirmed there", "dates confirmed in part", "dates from general knowledge"};
    const struct measure *row = measure->row;
    char rate[FIGURE_TEXT_SIZE];
    fprintf(out, "  %s: %s of %s against %s: %s\n    ", row->id, measure_type_names[row->type], row->market,
        row->against, row->title);
    print_date("petition", row->petition, out);
    print_date("initiated", row->initiation, out);
    print_date("announced", row->announced, out);
    print_date("in force from", row->from, out);
    print_date("to", row->to, out);
    print_date("ended", row->ended, out);
    if (row->rate >= 0)
        fprintf(out, "rate %s, ",
            figure_format(&(struct figure){"", VALUE_RATIO, KNOWN, row->rate}, LANGUAGE_EN, rate));
    fprintf(out, "%s at the end of the period\n    source: %s (%s)\n",
        measure_standing_names[measure->standing], row->source, confidences[row->confidence]);
}

static void print_quota(const struct quota *quota, FILE *out)
{
    char limit[FIGURE_TEXT_SIZE];
    struct figure figure = {"", VALUE_NUMBER, KNOWN, (double)quota->limit / FIGURE_SCALE};
    fprintf(out, "  %s: quota of %s against %s: %s\n    %s of %s in %d months\n    source: %s\n", quota->id,
        quota->market, quota->against, quota->title, figure_format(&figure, LANGUAGE_EN, limit),
        series_column_names[quota->column], quota->months, quota->source);
}

/* In words, where the flag is set; the man page has the formulas. */
static const char *flag_meaning(const struct figure *flag)
{
    static const char *const meanings[FLAG_COUNT] = {
        [FLAG_SMALL_BASE] = "trade a year earlier was small",
        [FLAG_BASE_EFFECT] = "trade a year earlier had fallen itself",
        [FLAG_TET_WINDOW] = "Tet falls in another month than a year earlier",
        [FLAG_PRELIMINARY] = "the source calls the month preliminary",
        [FLAG_HS_BREAK] = "a code began or ended in the last two years",
        [FLAG_UNIT_BREAK] = "the unit value leapt in the last two years",
        [FLAG_SUPPRESSED] = "a figure of the last two years is confidential",
        [FLAG_ONE_SHIPMENT] = "one month makes most of the last three",
        [FLAG_FRONT_LOADING] = "a tariff is announced and comes soon",
    };
    bool set = flag->type == VALUE_BOOLEAN && flag->unknown == KNOWN && flag->value != 0;
    for (int i = 0; i < FLAG_COUNT && set; i++)
        if (str_equal(flag->name, quality_flag_names[i]))
            return meanings[i];
    return NULL;
}

static void print_flag(const struct figure *flag, FILE *out)
{
    char text[FIGURE_TEXT_SIZE];
    const char *meaning = flag_meaning(flag);
    fprintf(out, "  %-14s  %s%s%s%s\n", flag->name, flag->unknown != KNOWN ? "unknown: " : "",
        figure_format(flag, LANGUAGE_EN, text), meaning != NULL ? ": " : "", meaning != NULL ? meaning : "");
}

void explain_print_tables(const struct explanation *explanation, FILE *out)
{
    fputs("\nMEASURES, CASES AND QUOTAS\n", out);
    for (size_t i = 0; i < explanation->measure_count; i++)
        print_measure(&explanation->measures[i], out);
    for (size_t i = 0; i < explanation->quota_count; i++)
        print_quota(explanation->quotas[i], out);
    if (explanation->measure_count + explanation->quota_count == 0)
        fputs("  none in the tables concerns it\n", out);
    fputs("\nQUALITY OF THE FIGURES\n", out);
    for (size_t i = 0; i < explanation->flag_count; i++)
        print_flag(&explanation->flags[i], out);
}
