/* Pictures in SVG: the marks that charts are made of.
 *
 * Colours are classes of a style sheet, of the page or of the picture, so that one picture in a page serves
 * light, dark and paper. Lengths are CSS pixels at full width; the picture shrinks with the page. */
#ifndef CORE_SVG_H
#define CORE_SVG_H

#include <stddef.h>

#include "core/markup.h"

/* `id` names the picture in its page; title and description are what a screen reader says. */
struct svg_frame {
    const char *id, *title, *description;
    double width, height;
    const char
        *style; /* a constant: the picture stands alone, with this style sheet; NULL: it is in a page */
};

struct svg_box {
    double x, y, width, height;
};

struct svg_point {
    double x, y;
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

void svg_open(struct markup *markup, const struct svg_frame *frame);
void svg_close(struct markup *markup);

/* `class` is a constant. `tip` is shown under a pointer; NULL: none. */
void svg_rect(struct markup *markup, const char *class, struct svg_box box, const char *tip);
void svg_line(struct markup *markup, const char *class, struct svg_point from, struct svg_point to);
void svg_dot(struct markup *markup, const char *class, struct svg_point centre, double radius);
void svg_polyline(struct markup *markup, const char *class, const struct svg_point *points, size_t n);
void svg_polygon(struct markup *markup, const char *class, const struct svg_point *points, size_t n);
void svg_text(
    struct markup *markup, const char *class, struct svg_point at, enum svg_anchor anchor, const char *text);

/* The distance of an axis's ticks, 1, 2 or 5 times a power of ten, so that at most `ticks` of them reach
 * `max`. */
double svg_tick_step(double max, int ticks);

#endif
