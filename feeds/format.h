/* The section of a descriptor that says how its format is written: csv, json, xml or xlsx. */
#ifndef FEEDS_FORMAT_H
#define FEEDS_FORMAT_H

#include "base/shape.h"
#include "feeds/descriptor.h"

extern const char *const format_names[]; /* by enum feed_format; NULL-terminated */
extern const struct shape format_csv_shape, format_json_shape, format_xml_shape, format_xlsx_shape;

/* Scales are powers of ten, because a decimal text times a power of ten is exact. 10^9 units and FIGURE_SCALE
 * leave 6 digits below INT64_MAX for the text itself. */
#define FORMAT_SCALE_MAX INT64_C(1000000000)
extern const struct shape format_scale_shape;
bool format_is_scale(int64_t n);

/* Reads the section of the feed's format; the others must not be there (faults F005, F007, F009, F011). */
void format_read(const struct node *const sections[FEED_FORMAT_COUNT], const struct node *document,
    struct descriptor *descriptor, struct diag_list *diags);

#endif
