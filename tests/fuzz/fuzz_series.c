/* link: daemon/core/series_text daemon/base/str daemon/base/buf daemon/base/alloc */

/* Any text as a series of a rule test. What is read, prints as something that reads back as the same. */
#include <stdlib.h>
#include <string.h>

#include "core/series_text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool same(const struct series_point *a, const struct series_point *b)
{
    return a->known == b->known && a->flags == b->flags && (!a->known || a->figure == b->figure);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct series_points points, again;
    struct series_text_fault fault;
    struct buf text;
    if (series_text_read((struct slice){(const char *)data, size}, &points, &fault) < 0) {
        require(fault.at <= size && fault.expected != NULL);
        return 0;
    }
    buf_init(&text, 64 * 1024);
    require(series_text_print(points.items, points.len, &text) == 0);
    require(series_text_read((struct slice){buf_text(&text), text.len}, &again, &fault) == 0);
    require(again.len == points.len);
    for (size_t i = 0; i < points.len; i++)
        require(same(&points.items[i], &again.items[i]));
    buf_deinit(&text);
    return 0;
}
