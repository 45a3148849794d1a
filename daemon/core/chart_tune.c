#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "core/chart.h"
#include "core/svg.h"

enum {
    TUNE_WIDTH = 960,
    TUNE_HEIGHT = 430,
    TUNE_LEFT = 56,
    TUNE_RIGHT = 944,
    PANEL_HEIGHT = 150,
    TEXT_SIZE = 64
};

struct panel_box {
    double top, max, step;
    const char *unit; /* behind the numbers of the axis */
};

struct tune_scale {
    double from, to; /* of the threshold */
};

static double tune_x(struct tune_scale scale, double value)
{
    double at = scale.to > scale.from ? (value - scale.from) / (scale.to - scale.from) : 0.5;
    return TUNE_LEFT + 12 + at * (TUNE_RIGHT - TUNE_LEFT - 24);
}

static double tune_y(const struct panel_box *box, double y)
{
    return box->top + PANEL_HEIGHT * (1 - y / box->max);
}

static void put_panel(struct markup *markup, const struct panel_box *box, const char *title)
{
    svg_text(markup, "label strong", (struct svg_point){TUNE_LEFT, box->top - 12}, SVG_START, title);
    for (int i = 0; i * box->step <= box->max * (1 + 1e-9); i++) {
        char text[TEXT_SIZE];
        double y = tune_y(box, i * box->step);
        svg_line(markup, i > 0 ? "grid" : "axis", (struct svg_point){TUNE_LEFT, y},
            (struct svg_point){TUNE_RIGHT, y});
        snprintf(text, sizeof text, "%.0f%s", i * box->step, box->unit);
        svg_text(markup, "label", (struct svg_point){TUNE_LEFT - 8, y + 4}, SVG_END, text);
    }
}

struct curve {
    const char *line, *mark, *name;
    double (*value)(const struct score_point *point); /* NaN: none */
};

static double alerts_of(const struct score_point *point)
{
    return (double)point->alerts;
}

static double recall_of(const struct score_point *point)
{
    return score_ratio(point->hits, point->scored) * 100;
}

static double base_rate_of(const struct score_point *point)
{
    return score_ratio(point->placebo_hits, point->placebos) * 100;
}

struct curve_input {
    const struct score_point *points;
    size_t n;
    struct tune_scale scale;
};

static void put_curve(struct markup *markup, const struct curve_input *input, const struct panel_box *box,
    const struct curve *curve)
{
    struct svg_point *at = alloc_zeroed(input->n, sizeof *at);
    size_t n = 0;
    for (size_t i = 0; i < input->n; i++) {
        double value = curve->value(&input->points[i]);
        if (isfinite(value))
            at[n++] = (struct svg_point){tune_x(input->scale, input->points[i].value), tune_y(box, value)};
    }
    svg_polyline(markup, curve->line, at, n);
    for (size_t i = 0; i < n; i++)
        svg_dot(markup, curve->mark, at[i], 4);
    alloc_free(at);
}

/* At the end of the panel's title line, number `place` from the right. */
static void put_name(struct markup *markup, const struct panel_box *box, const struct curve *curve, int place)
{
    double x = TUNE_RIGHT - 80 - place * 110, y = box->top - 12;
    svg_line(markup, curve->line, (struct svg_point){x - 34, y - 4}, (struct svg_point){x - 6, y - 4});
    svg_dot(markup, curve->mark, (struct svg_point){x - 20, y - 4}, 4);
    svg_text(markup, "label", (struct svg_point){x, y}, SVG_START, curve->name);
}

static void put_values(struct markup *markup, const struct curve_input *input, const char *threshold)
{
    enum { LABEL_WIDTH = 58 };
    double y = TUNE_HEIGHT - 30, free_from = 0;
    for (size_t i = 0; i < input->n; i++) {
        double x = tune_x(input->scale, input->points[i].value);
        if (x - LABEL_WIDTH / 2.0 < free_from)
            continue;
        svg_text(markup, "label", (struct svg_point){x, y}, SVG_MIDDLE, input->points[i].text);
        free_from = x + LABEL_WIDTH / 2.0;
    }
    svg_text(markup, "label strong", (struct svg_point){(TUNE_LEFT + TUNE_RIGHT) / 2.0, y + 22}, SVG_MIDDLE,
        threshold);
}

void chart_tune(struct markup *markup, const char *threshold, const struct score_point *points, size_t n)
{
    static const struct curve alerts = {"curve alerts", "mark-alerts", "alerts", alerts_of};
    static const struct curve recall = {"curve recall-line", "recall", "recall", recall_of};
    static const struct curve base = {"curve base-line", "base", "base rate", base_rate_of};
    struct curve_input input = {points, n, {points[0].value, points[n - 1].value}};
    double most = 1;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, (double)points[i].alerts);
    double step = fmax(1, svg_tick_step(most, 4));
    struct panel_box upper = {32, ceil(most / step) * step, step, ""}, lower = {222, 100, 25, " %"};
    struct svg_frame frame = {"chart-tune", "Alerts and recall against the threshold",
        "Above, the number of alerts for each value of the threshold; below, recall and base rate in per "
        "cent.",
        TUNE_WIDTH, TUNE_HEIGHT, NULL};
    svg_open(markup, &frame);
    put_panel(markup, &upper, "Alerts");
    put_curve(markup, &input, &upper, &alerts);
    put_panel(markup, &lower, "Recall and base rate");
    put_curve(markup, &input, &lower, &base);
    put_curve(markup, &input, &lower, &recall);
    put_name(markup, &lower, &recall, 1);
    put_name(markup, &lower, &base, 0);
    put_values(markup, &input, threshold);
    svg_close(markup);
}
