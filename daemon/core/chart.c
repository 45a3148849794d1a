#include "core/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/period.h"
#include "core/svg.h"

enum { CHART_WIDTH = 960, LABEL_MAX = 46, TEXT_SIZE = 200 };

static const char *const severity_classes[SEVERITY_COUNT] = {
    [SEVERITY_WATCH] = "watch",
    [SEVERITY_CAUTION] = "caution",
    [SEVERITY_WARNING] = "warning",
    [SEVERITY_CRITICAL] = "critical",
};

/* ---- alerts by month ---- */

enum { MONTHS_LEFT = 56, MONTHS_RIGHT = 944, MONTHS_TOP = 40, MONTHS_BOTTOM = 260, MONTHS_HEIGHT = 292 };

struct months_scale {
    double month_width, max, step;
};

static struct months_scale months_scale_of(const struct score *score)
{
    double most = 1;
    for (size_t i = 0; i < score->month_count; i++)
        most = fmax(most, (double)score->months[i].raised);
    double step = fmax(1, svg_tick_step(most, 5));
    return (struct months_scale){
        (MONTHS_RIGHT - MONTHS_LEFT) / (double)score->month_count, ceil(most / step) * step, step};
}

static double months_y(const struct months_scale *scale, double alerts)
{
    return MONTHS_BOTTOM - alerts / scale->max * (MONTHS_BOTTOM - MONTHS_TOP);
}

static void put_legend(struct markup *markup, const char *const *classes, const char *const *names, size_t n)
{
    double x = MONTHS_LEFT;
    for (size_t i = 0; i < n; i++) {
        svg_rect(markup, classes[i], (struct svg_box){x, 8, 12, 12}, NULL);
        svg_text(markup, "label", (struct svg_point){x + 18, 18}, SVG_START, names[i]);
        x += 46 + 6.6 * (double)strlen(names[i]);
    }
}

static void put_severity_legend(struct markup *markup)
{
    const char *names[SEVERITY_COUNT];
    for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++)
        names[severity] = severity_name(severity);
    put_legend(markup, severity_classes, names, SEVERITY_COUNT);
}

static void put_months_grid(struct markup *markup, const struct months_scale *scale)
{
    for (double alerts = 0; alerts <= scale->max; alerts += scale->step) {
        char text[TEXT_SIZE];
        double y = months_y(scale, alerts);
        svg_line(markup, alerts > 0 ? "grid" : "axis", (struct svg_point){MONTHS_LEFT, y},
            (struct svg_point){MONTHS_RIGHT, y});
        snprintf(text, sizeof text, "%.0f", alerts);
        svg_text(markup, "label", (struct svg_point){MONTHS_LEFT - 8, y + 4}, SVG_END, text);
    }
}

/* Months between two labels, so that labels have room. */
static int label_step(const struct months_scale *scale)
{
    enum { LABEL_WIDTH = 60 };
    static const int steps[] = {1, 3, 6, 12, 24, 60, 120};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * scale->month_width >= LABEL_WIDTH)
            return steps[i];
    return 240;
}

static void put_month(
    struct markup *markup, const struct months_scale *scale, const struct score_month *month, double x)
{
    char tip[TEXT_SIZE], period[PERIOD_TEXT_SIZE];
    double below = 0, gap = scale->month_width > 5 ? 1.5 : 0.3;
    for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++) {
        double n = (double)month->by_severity[severity];
        if (n <= 0)
            continue;
        double top = months_y(scale, below + n);
        snprintf(tip, sizeof tip, "%s: %.0f %s of %zu alerts", period_format(month->period, period), n,
            severity_name(severity), month->raised);
        svg_rect(markup, severity_classes[severity],
            (struct svg_box){x + gap / 2, top, scale->month_width - gap, months_y(scale, below) - top}, tip);
        below += n;
    }
}

static void put_month_label(struct markup *markup, int32_t period, int step, double x)
{
    char text[PERIOD_TEXT_SIZE];
    period_format(period, text);
    if (step >= 12)
        text[4] = '\0'; /* January: the year alone */
    svg_line(markup, "axis", (struct svg_point){x, MONTHS_BOTTOM}, (struct svg_point){x, MONTHS_BOTTOM + 5});
    svg_text(markup, "label", (struct svg_point){x, MONTHS_BOTTOM + 20}, SVG_MIDDLE, text);
}

void chart_months(struct markup *markup, const struct score *score)
{
    if (score->month_count == 0)
        return;
    struct months_scale scale = months_scale_of(score);
    struct svg_frame frame = {"chart-months", "Alerts per month",
        "Stacked bars: alerts raised in each month of publication, by severity.", CHART_WIDTH, MONTHS_HEIGHT,
        NULL};
    svg_open(markup, &frame);
    put_severity_legend(markup);
    put_months_grid(markup, &scale);
    int step = label_step(&scale);
    for (size_t i = 0; i < score->month_count; i++) {
        double x = MONTHS_LEFT + (double)i * scale.month_width;
        put_month(markup, &scale, &score->months[i], x);
        /* A label at the very edge would be cut. */
        if (score->months[i].period % step == 0 && x > MONTHS_LEFT - 1 && x < MONTHS_RIGHT - 16)
            put_month_label(
                markup, score->months[i].period, step, x + (step < 12 ? scale.month_width / 2 : 0));
    }
    svg_close(markup);
}

/* ---- lead times ---- */

enum {
    LEADS_LEFT = 318,
    LEADS_RIGHT = 828,
    LEADS_TOP = 64,
    LEADS_ROW = 24,
    LEADS_FIRST = -24, /* months around the petition */
    LEADS_LAST = 6,
};

static double leads_x(double months)
{
    double at = fmin(fmax(months, LEADS_FIRST), LEADS_LAST);
    return LEADS_LEFT + (at - LEADS_FIRST) / (LEADS_LAST - LEADS_FIRST) * (LEADS_RIGHT - LEADS_LEFT);
}

/* At most LABEL_MAX characters, and an ellipsis where more were there. */
static const char *shorten(const char *text, char buf[TEXT_SIZE])
{
    size_t n = 0, characters = 0;
    for (; text[n] != '\0'; n++)
        if (((unsigned char)text[n] & 0xc0) != 0x80 && characters++ == LABEL_MAX)
            break;
    snprintf(buf, TEXT_SIZE, "%.*s%s", (int)n, text, text[n] != '\0' ? "…" : "");
    return buf;
}

static void put_leads_axis(struct markup *markup, double bottom)
{
    struct svg_box window = {leads_x(-SCORE_WINDOW_MONTHS), LEADS_TOP - 6,
        leads_x(0) - leads_x(-SCORE_WINDOW_MONTHS), bottom - LEADS_TOP + 6};
    svg_rect(markup, "window", window, NULL);
    for (int months = LEADS_FIRST; months <= LEADS_LAST; months += 6) {
        char text[TEXT_SIZE];
        double x = leads_x(months);
        snprintf(text, sizeof text, "%s%d",
            months > 0   ? "+"
            : months < 0 ? "−"
                         : "",
            months < 0 ? -months : months);
        svg_line(markup, months == 0 ? "petition" : "grid", (struct svg_point){x, LEADS_TOP - 6},
            (struct svg_point){x, bottom});
        svg_text(markup, "label", (struct svg_point){x, LEADS_TOP - 12}, SVG_MIDDLE, text);
    }
    svg_text(markup, "label strong", (struct svg_point){leads_x(0), LEADS_TOP - 30}, SVG_MIDDLE, "petition");
    svg_text(markup, "label", (struct svg_point){leads_x(-SCORE_WINDOW_MONTHS / 2.0), LEADS_TOP - 30},
        SVG_MIDDLE, "window of warning");
    svg_text(
        markup, "label", (struct svg_point){leads_x(LEADS_FIRST) - 24, LEADS_TOP - 12}, SVG_END, "months");
}

/* An arrow for a standing alert, a dot for one raised in the window; hollow where only a coarser code was
 * alerted. */
static void put_mark(struct markup *markup, const struct score_result *result, struct svg_point at)
{
    const char *class = result->proxy ? "mark hollow" : "mark";
    if (result->standing) {
        struct svg_point left[] = {{at.x - 7, at.y}, {at.x + 2, at.y - 6}, {at.x + 2, at.y + 6}};
        svg_polygon(markup, class, left, 3);
    } else {
        svg_dot(markup, class, at, 5);
    }
}

static void put_hit(struct markup *markup, const struct score_result *result, double y)
{
    char text[TEXT_SIZE];
    double months = score_months(result->lead), x = leads_x(-months);
    svg_rect(
        markup, result->proxy ? "lead proxy" : "lead", (struct svg_box){x, y - 4, leads_x(0) - x, 8}, NULL);
    put_mark(markup, result, (struct svg_point){x, y});
    if (result->standing)
        snprintf(text, sizeof text, "≥ %d", SCORE_WINDOW_MONTHS);
    else
        snprintf(text, sizeof text, "%.1f", months);
    svg_text(markup, "label", (struct svg_point){x - 11, y + 4}, SVG_END, text);
}

static void put_late(struct markup *markup, const struct score_result *result, double y)
{
    char text[TEXT_SIZE];
    double months = score_months(-result->lead), x = leads_x(months);
    if (months > LEADS_LAST) {
        struct svg_point right[] = {{x + 7, y}, {x - 2, y - 6}, {x - 2, y + 6}};
        svg_polygon(markup, "late", right, 3);
    } else {
        svg_dot(markup, "late", (struct svg_point){x, y}, 5);
    }
    snprintf(text, sizeof text, "late by %.1f", months);
    svg_text(markup, "label", (struct svg_point){x + 12, y + 4}, SVG_START, text);
}

static void put_case(struct markup *markup, const struct score_result *result, double y)
{
    char label[TEXT_SIZE * 2], text[TEXT_SIZE];
    snprintf(label, sizeof label, "%s  %s  %s", stratum_letters[result->about->stratum], result->about->id,
        result->about->product);
    svg_text(markup, "label name", (struct svg_point){0, y + 4}, SVG_START, shorten(label, text));
    struct svg_box window = {
        leads_x(-SCORE_WINDOW_MONTHS), y - 4, leads_x(0) - leads_x(-SCORE_WINDOW_MONTHS), 8};
    switch (result->outcome) {
    case SCORE_HIT:
        put_hit(markup, result, y);
        break;
    case SCORE_LATE:
        svg_rect(markup, "missed", window, NULL);
        put_late(markup, result, y);
        break;
    case SCORE_MISSED:
        svg_rect(markup, "missed", window, NULL);
        svg_text(markup, "label", (struct svg_point){leads_x(0) + 12, y + 4}, SVG_START, "missed");
        break;
    case SCORE_NO_DATA:
        svg_text(markup, "label faint", (struct svg_point){leads_x(0) + 12, y + 4}, SVG_START, "no data");
        break;
    case SCORE_OUTCOME_COUNT:
        break;
    }
    if (result->about->confidence == CASE_GENERAL)
        svg_text(markup, "label", (struct svg_point){CHART_WIDTH - 4, y + 4}, SVG_END, "G");
}

void chart_leads(struct markup *markup, const struct score *score)
{
    double bottom = LEADS_TOP + LEADS_ROW * (double)score->case_count;
    struct svg_frame frame = {"chart-leads", "First alert before each petition",
        "One row for each case: a bar from the first alert to the petition, an empty box where there was no "
        "alert.",
        CHART_WIDTH, bottom + 12, NULL};
    svg_open(markup, &frame);
    put_leads_axis(markup, bottom);
    svg_text(markup, "label", (struct svg_point){CHART_WIDTH - 4, LEADS_TOP - 12}, SVG_END, "dates");
    for (size_t i = 0; i < score->case_count; i++)
        put_case(markup, &score->results[i], LEADS_TOP + LEADS_ROW * ((double)i + 0.5));
    svg_close(markup);
}

/* ---- recall and base rate ---- */

enum { RATES_LEFT = 250, RATES_RIGHT = 750, RATES_TOP = 58, RATES_ROW = 54, RATES_BAR = 16 };

static void put_rates_axis(struct markup *markup, double bottom)
{
    static const char *const classes[] = {"recall", "base"};
    static const char *const names[] = {
        "recall: cases with an alert in time", "base rate: windows without a case that an alert was in"};
    put_legend(markup, classes, names, 2);
    for (int percent = 0; percent <= 100; percent += 25) {
        char text[TEXT_SIZE];
        double x = RATES_LEFT + percent / 100.0 * (RATES_RIGHT - RATES_LEFT);
        snprintf(text, sizeof text, "%d %%", percent);
        svg_line(markup, percent > 0 ? "grid" : "axis", (struct svg_point){x, RATES_TOP - 4},
            (struct svg_point){x, bottom});
        svg_text(markup, "label", (struct svg_point){x, RATES_TOP - 10}, SVG_MIDDLE, text);
    }
}

struct share {
    const char *class, *unit;
    size_t part, whole;
};

static void put_share(struct markup *markup, struct share share, double y)
{
    char text[TEXT_SIZE], percent[SCORE_PERCENT_SIZE];
    double ratio = share.whole > 0 ? score_ratio(share.part, share.whole) : 0;
    double width = ratio * (RATES_RIGHT - RATES_LEFT);
    if (width > 0)
        svg_rect(markup, share.class, (struct svg_box){RATES_LEFT, y, width, RATES_BAR}, NULL);
    if (share.whole > 0)
        snprintf(text, sizeof text, "%s (%zu of %zu %s)", score_percent(share.part, share.whole, percent),
            share.part, share.whole, share.unit);
    else
        snprintf(text, sizeof text, "no %s to score", share.unit);
    svg_text(
        markup, "label halo", (struct svg_point){RATES_LEFT + width + 8, y + RATES_BAR - 4}, SVG_START, text);
}

static void put_rate(struct markup *markup, const char *label, const struct score_rate *rate, double y)
{
    svg_text(markup, "label name", (struct svg_point){0, y + 20}, SVG_START, label);
    put_share(markup, (struct share){"recall", "cases", rate->hits, rate->scored}, y);
    put_share(
        markup, (struct share){"base", "windows", rate->placebo_hits, rate->placebos}, y + RATES_BAR + 2);
}

void chart_rates(struct markup *markup, const struct score *score)
{
    size_t rows = 1;
    for (enum stratum stratum = 0; stratum < STRATUM_COUNT; stratum++)
        rows += score->rates[stratum].cases > 0;
    double bottom = RATES_TOP + RATES_ROW * (double)rows, y = RATES_TOP + 6;
    struct svg_frame frame = {"chart-rates", "Recall and base rate",
        "Pairs of bars for each kind of case: share of cases with an alert in time, and share of windows "
        "without a "
        "case that an alert was in.",
        CHART_WIDTH, bottom + 8, NULL};
    svg_open(markup, &frame);
    put_rates_axis(markup, bottom);
    for (enum stratum stratum = 0; stratum < STRATUM_COUNT; stratum++) {
        char label[TEXT_SIZE];
        if (score->rates[stratum].cases == 0)
            continue;
        snprintf(label, sizeof label, "%s  %s", stratum_letters[stratum], stratum_titles[stratum]);
        put_rate(markup, label, &score->rates[stratum], y);
        y += RATES_ROW;
    }
    put_rate(markup, "all", &score->all, y);
    svg_close(markup);
}
