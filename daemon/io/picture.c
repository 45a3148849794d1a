#include "io/picture.h"

#include <errno.h>
#include <librsvg/rsvg.h>
#include <math.h>
#include <string.h>

/* A picture of a message is a tenth of it. */
static const double side_max = 4096;

static cairo_status_t write_png(void *userdata, const unsigned char *bytes, unsigned n)
{
    return buf_append(userdata, bytes, n) == 0 ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static int draw(RsvgHandle *handle, const RsvgRectangle *area, struct buf *out)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(area->width), (int)ceil(area->height));
    cairo_t *cairo = cairo_create(surface);
    size_t start = out->len;
    int r = rsvg_handle_render_document(handle, cairo, area, NULL) ? 0 : -EINVAL;
    if (r == 0 && cairo_surface_write_to_png_stream(surface, write_png, out) != CAIRO_STATUS_SUCCESS)
        r = -EMSGSIZE;
    if (r < 0)
        out->len = start;
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return r;
}

int picture_png(const char *svg, double scale, struct buf *out)
{
    RsvgHandle *handle = rsvg_handle_new_from_data((const guint8 *)svg, strlen(svg), NULL);
    RsvgRectangle area = {0, 0, 0, 0};
    int r = -EINVAL;
    if (handle == NULL)
        return r;
    if (rsvg_handle_get_intrinsic_size_in_pixels(handle, &area.width, &area.height)) {
        area.width *= scale;
        area.height *= scale;
        if (area.width >= 1 && area.height >= 1 && area.width <= side_max && area.height <= side_max)
            r = draw(handle, &area, out);
    }
    g_object_unref(handle);
    return r;
}
