/* Pictures: SVG drawn to PNG, by librsvg and cairo.
 *
 * Takes some 20 ms, and longer the first time, while fonts are looked for: never on the loop. Any thread may
 * call it. */
#ifndef IO_PICTURE_H
#define IO_PICTURE_H

#include "base/buf.h"

/* Appends the picture, `scale` pixels for each of the SVG's. 0; -EINVAL where it cannot be drawn; -EMSGSIZE.
 */
int picture_png(const char *svg, double scale, struct buf *out);

#endif
