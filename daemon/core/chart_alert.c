#include "core/chart_alert.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/figure_label.h"
#include "core/period.h"
#include "core/svg.h"
#include "core/words.h"

/* Drawn for a mail of 480 pixels, so that letters are still read at 320. */
enum {
    WIDTH = 480,
    LEFT = 74,
    RIGHT = 464,
    TITLE_HEIGHT = 30,
    PANEL_HEIGHT = 104,
    GAP = 14,
    AXIS_HEIGHT = 30,
    TEXT_SIZE = 160,
    TICKS = 3,
};

static const char style[] =
    "text { font-family: 'DejaVu Sans', sans-serif; font-size: 12px; fill: #3c4654 }\n"
    ".paper { fill: #ffffff }\n"
    ".title { font-size: 13px; font-weight: bold; fill: #1c2430 }\n"
    ".grid { stroke: #e3e6ea }\n"
    ".axis { stroke: #8a94a0 }\n"
    ".bar { fill: #9db4c8 }\n"
    ".now { fill: #b04a00 }\n"
    ".band { fill: #fdf0e6 }\n"
    ".curve { fill: none; stroke: #1f5f8f; stroke-width: 2.2 }\n"
    ".limit { stroke: #a61b1b; stroke-width: 1.6; stroke-dasharray: 6 4 }\n"
    ".limit-text { fill: #a61b1b; font-weight: bold }\n"
    ".raised { stroke: #b04a00; stroke-width: 1.2; stroke-dasharray: 2 3 }\n"
    ".now-text { fill: #8a3a00; font-weight: bold; stroke: #ffffff; stroke-width: 3; paint-order: stroke }\n";

/* One panel: months from left to right, values from bottom to top. */
struct plot {
    struct markup *markup;
    enum language language;
    int32_t first;
    size_t months;
    double top, bottom; /* of the panel, in pixels */
    double low, high;   /* values there */
    enum value_type type;
};

static double x_of(const struct plot *plot, int32_t period)
{
    return LEFT + ((double)(period - plot->first) + 0.5) * (RIGHT - LEFT) / (double)plot->months;
}

static double y_of(const struct plot *plot, double value)
{
    return plot->bottom - (value - plot->low) / (plot->high - plot->low) * (plot->bottom - plot->top);
}

static double month_width(const struct plot *plot)
{
    return (RIGHT - LEFT) / (double)plot->months;
}

static void reach(struct plot *plot, const struct figure *figure)
{
    if (figure->unknown != KNOWN)
        return;
    plot->low = fmin(plot->low, figure->value);
    plot->high = fmax(plot->high, figure->value);
}

/* Where " USD" begins, or " USD/unit", or the end: beside the axis there is no room for it. */
static size_t unit_at(const char *text)
{
    const char *unit = strstr(text, " USD");
    return unit != NULL ? (size_t)(unit - text) : strlen(text);
}

/* From 0, or below, to beyond the greatest; lines at round values. */
static void put_grid(struct plot *plot)
{
    double step = svg_tick_step(fmax(plot->high, -plot->low), TICKS);
    plot->high = plot->high > 0 ? ceil(plot->high / step - 1e-9) * step : 0;
    plot->low = floor(plot->low / step + 1e-9) * step;
    if (!(plot->high > plot->low))
        plot->high = plot->low + step;
    for (double value = plot->low; value <= plot->high + step / 2; value += step) {
        char text[FIGURE_TEXT_SIZE];
        struct figure figure = {"", plot->type, KNOWN, value};
        double y = y_of(plot, value);
        bool zero = fabs(value) < step / 2;
        svg_line(
            plot->markup, zero ? "axis" : "grid", (struct svg_point){LEFT, y}, (struct svg_point){RIGHT, y});
        figure_format(&figure, plot->language, text);
        text[unit_at(text)] = '\0';
        svg_text(plot->markup, "label", (struct svg_point){LEFT - 6, y + 4}, SVG_END, zero ? "0" : text);
    }
}

/* With the unit that the axis leaves out. */
static void put_title(const struct plot *plot, const char *text)
{
    char title[TEXT_SIZE], one[FIGURE_TEXT_SIZE];
    struct figure figure = {"", plot->type, KNOWN, 1};
    figure_format(&figure, plot->language, one);
    const char *unit = one + unit_at(one);
    snprintf(title, sizeof title, "%s%s%s", text, unit[0] != '\0' ? "," : "", unit);
    svg_text(plot->markup, "title", (struct svg_point){4, plot->top - 12}, SVG_START, title);
}

/* The judged month, through the panel. */
static void put_band(const struct plot *plot)
{
    int32_t last = plot->first + (int32_t)plot->months - 1;
    double width = month_width(plot);
    svg_rect(plot->markup, "band",
        (struct svg_box){x_of(plot, last) - width / 2, plot->top - 4, width, plot->bottom - plot->top + 4},
        NULL);
}

static void put_raised(const struct plot *plot, int32_t raised)
{
    int32_t last = plot->first + (int32_t)plot->months - 1;
    if (raised < plot->first || raised >= last)
        return;
    double x = x_of(plot, raised);
    svg_line(
        plot->markup, "raised", (struct svg_point){x, plot->top - 4}, (struct svg_point){x, plot->bottom});
}

/* January's year, and the month of the alert. */
static void put_months(const struct plot *plot)
{
    int32_t last = plot->first + (int32_t)plot->months - 1;
    char text[FIGURE_TEXT_SIZE];
    for (int32_t period = plot->first; period < last - 3; period++) {
        if (period_month(period) != 1)
            continue;
        double x = x_of(plot, period) - month_width(plot) / 2;
        svg_line(plot->markup, "axis", (struct svg_point){x, plot->bottom},
            (struct svg_point){x, plot->bottom + 5});
        snprintf(text, sizeof text, "%d", period_year(period));
        svg_text(plot->markup, "label", (struct svg_point){x, plot->bottom + 19}, SVG_MIDDLE, text);
    }
    struct figure figure = {"", VALUE_PERIOD, KNOWN, last};
    svg_text(plot->markup, "now-text", (struct svg_point){RIGHT, plot->bottom + 19}, SVG_END,
        figure_format(&figure, plot->language, text));
}

/* ---- trade ---- */

static void put_trade(struct plot *plot, const struct chart_alert *chart)
{
    const struct evidence_months *trade = &chart->evidence->trade;
    char title[TEXT_SIZE];
    plot->type = VALUE_MONEY;
    for (size_t i = 0; i < trade->len; i++)
        reach(plot, &trade->values[i]);
    size_t role = (size_t)(chart->evidence->trade_role - series_roles);
    const char *what = figure_label_series((enum series_role)role, chart->language);
    snprintf(title, sizeof title,
        chart->language == LANGUAGE_VI ? "Trị giá %s theo tháng" : "Value of %s, by month", what);
    put_band(plot);
    put_title(plot, title);
    put_grid(plot);
    put_raised(plot, chart->raised);
    for (size_t i = 0; i < trade->len; i++) {
        if (trade->values[i].unknown != KNOWN)
            continue;
        double x = x_of(plot, trade->first + (int32_t)i), y = y_of(plot, trade->values[i].value);
        double width = month_width(plot) * 0.76, zero = y_of(plot, 0);
        svg_rect(plot->markup, i + 1 == trade->len ? "now" : "bar",
            (struct svg_box){x - width / 2, fmin(y, zero), width, fabs(zero - y)}, NULL);
    }
}

/* ---- the figure that decides ---- */

/* A month that is not known leaves a gap. */
static void put_curve(const struct plot *plot, const struct evidence_months *curve)
{
    struct svg_point points[EVIDENCE_MONTHS];
    size_t n = 0;
    for (size_t i = 0; i <= curve->len; i++) {
        bool known = i < curve->len && curve->values[i].unknown == KNOWN;
        if (known)
            points[n++] =
                (struct svg_point){x_of(plot, curve->first + (int32_t)i), y_of(plot, curve->values[i].value)};
        if (known || n == 0)
            continue;
        if (n == 1)
            svg_dot(plot->markup, "now", points[0], 2);
        else
            svg_polyline(plot->markup, "curve", points, n);
        n = 0;
    }
}

static void put_limit(const struct plot *plot, const struct figure *limit, const char *symbol)
{
    char text[TEXT_SIZE], value[FIGURE_TEXT_SIZE];
    if (limit->unknown != KNOWN)
        return;
    double y = y_of(plot, limit->value);
    svg_line(plot->markup, "limit", (struct svg_point){LEFT, y}, (struct svg_point){RIGHT, y});
    snprintf(text, sizeof text, "%s %s %s", words_get(WORD_THRESHOLD, plot->language), symbol,
        figure_format(limit, plot->language, value));
    svg_text(plot->markup, "limit-text", (struct svg_point){LEFT + 6, y - 5}, SVG_START, text);
}

static void put_newest(const struct plot *plot, const struct evidence_months *curve)
{
    const struct figure *newest = &curve->values[curve->len - 1];
    char text[FIGURE_TEXT_SIZE];
    if (newest->unknown != KNOWN)
        return;
    struct svg_point at = {x_of(plot, curve->first + (int32_t)curve->len - 1), y_of(plot, newest->value)};
    svg_dot(plot->markup, "now", at, 4.5);
    svg_text(plot->markup, "now-text", (struct svg_point){at.x - 8, fmax(at.y - 7, plot->top + 8)}, SVG_END,
        figure_format(newest, plot->language, text));
}

static void put_figure(struct plot *plot, const struct chart_alert *chart)
{
    const struct evidence *evidence = chart->evidence;
    const struct evidence_limit *limit = &evidence->limits[0];
    const struct rule_let *let = &evidence->rule->lets[limit->figure];
    plot->type = let->type;
    reach(plot, &limit->low);
    reach(plot, &limit->high);
    for (size_t i = 0; i < evidence->curve.len; i++)
        reach(plot, &evidence->curve.values[i]);
    struct arena arena = ARENA_NULL;
    const char *label = figure_label(let->expr, chart->language, &arena);
    put_band(plot);
    put_title(plot, label[0] != '\0' ? label : let->name);
    put_grid(plot);
    put_raised(plot, chart->raised);
    put_limit(plot, &limit->low, words_sign(limit->high.unknown == KNOWN ? ">=" : limit->symbol));
    put_limit(plot, &limit->high, "≤");
    put_curve(plot, &evidence->curve);
    put_newest(plot, &evidence->curve);
    arena_deinit(&arena);
}

/* ---- the whole ---- */

static bool has_known(const struct evidence_months *months)
{
    for (size_t i = 0; i < months->len; i++)
        if (months->values[i].unknown == KNOWN)
            return true;
    return false;
}

bool chart_alert_has(const struct evidence *evidence)
{
    return has_known(&evidence->trade) || has_known(&evidence->curve);
}

void chart_alert(struct markup *markup, const struct chart_alert *chart)
{
    const struct evidence *evidence = chart->evidence;
    bool trade = has_known(&evidence->trade), curve = has_known(&evidence->curve);
    const struct evidence_months *months = trade ? &evidence->trade : &evidence->curve;
    int panels = trade + curve;
    double height = panels * (TITLE_HEIGHT + PANEL_HEIGHT) + (panels - 1) * GAP + AXIS_HEIGHT;
    struct svg_frame frame = {"chart-alert", chart->title, "", WIDTH, height, style};
    struct plot plot = {
        .markup = markup, .language = chart->language, .first = months->first, .months = months->len};
    svg_open(markup, &frame);
    svg_rect(markup, "paper", (struct svg_box){0, 0, WIDTH, height}, NULL);
    plot.top = TITLE_HEIGHT;
    plot.bottom = plot.top + PANEL_HEIGHT;
    if (trade) {
        put_trade(&plot, chart);
        plot.top = plot.bottom + GAP + TITLE_HEIGHT;
    }
    plot.low = plot.high = 0;
    if (curve) {
        plot.bottom = plot.top + PANEL_HEIGHT;
        put_figure(&plot, chart);
    }
    put_months(&plot);
    svg_close(markup);
}
