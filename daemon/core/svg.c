#include "core/svg.h"

#include <math.h>

void svg_open(struct markup *markup, const struct svg_frame *frame)
{
    markup_put(markup, frame->style != NULL ? "<svg xmlns=\"http://www.w3.org/2000/svg\"" : "<svg");
    markup_format(markup, " viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\"",
        frame->width, frame->height, frame->width, frame->height);
    markup_element(markup, " aria-labelledby=\"", frame->id, "-title ");
    markup_element(markup, "", frame->id, "-description\">\n");
    markup_element(markup, "<title id=\"", frame->id, "-title\">");
    markup_element(markup, "", frame->title, "</title>\n");
    markup_element(markup, "<desc id=\"", frame->id, "-description\">");
    markup_element(markup, "", frame->description, "</desc>\n");
    if (frame->style == NULL)
        return;
    markup_put(markup, "<style>\n");
    markup_put(markup, frame->style);
    markup_put(markup, "</style>\n");
}

void svg_close(struct markup *markup)
{
    markup_put(markup, "</svg>\n");
}

void svg_rect(struct markup *markup, const char *class, struct svg_box box, const char *tip)
{
    markup_format(markup, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", class,
        box.x, box.y, box.width, box.height);
    if (tip != NULL)
        markup_element(markup, "><title>", tip, "</title></rect>\n");
    else
        markup_put(markup, "/>\n");
}

void svg_line(struct markup *markup, const char *class, struct svg_point from, struct svg_point to)
{
    markup_format(markup, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class,
        from.x, from.y, to.x, to.y);
}

void svg_dot(struct markup *markup, const char *class, struct svg_point centre, double radius)
{
    markup_format(markup, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", class, centre.x,
        centre.y, radius);
}

static void put_points(struct markup *markup, const struct svg_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++)
        markup_format(markup, "%s%.1f,%.1f", i > 0 ? " " : "", points[i].x, points[i].y);
    markup_put(markup, "\"/>\n");
}

void svg_polyline(struct markup *markup, const char *class, const struct svg_point *points, size_t n)
{
    markup_format(markup, "<polyline class=\"%s\" points=\"", class);
    put_points(markup, points, n);
}

void svg_polygon(struct markup *markup, const char *class, const struct svg_point *points, size_t n)
{
    markup_format(markup, "<polygon class=\"%s\" points=\"", class);
    put_points(markup, points, n);
}

void svg_text(
    struct markup *markup, const char *class, struct svg_point at, enum svg_anchor anchor, const char *text)
{
    static const char *const anchors[] = {[SVG_START] = "start", [SVG_MIDDLE] = "middle", [SVG_END] = "end"};
    markup_format(markup, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", class, at.x, at.y,
        anchors[anchor]);
    markup_element(markup, "", text, "</text>\n");
}

double svg_tick_step(double max, int ticks)
{
    if (!(max > 0) || !isfinite(max))
        return 1;
    double power = pow(10, floor(log10(max / ticks)));
    static const double steps[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (max / (steps[i] * power) <= ticks * (1 + 1e-9))
            return steps[i] * power;
    return 10 * power;
}
