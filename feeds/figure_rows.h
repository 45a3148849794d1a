/* Rows that are one figure of their observation each, as in SDMX-CSV: a key of a figure's field says which
 * they are.
 *
 *   value:  { column: OBS_VALUE, where: { indicators: VALUE_IN_EUROS } }
 *   weight: { column: OBS_VALUE, where: { indicators: QUANTITY_IN_100KG }, scale: 100 }
 */
#ifndef FEEDS_FIGURE_ROWS_H
#define FEEDS_FIGURE_ROWS_H

#include "feeds/descriptor.h"

extern const struct shape figure_rows_where_shape;

/* Reads the key "where" of one figure. Faults (F014) in `diags`. */
void figure_rows_read(
    const struct node *where, struct field *field, struct arena *arena, struct diag_list *diags);

/* Sets by_figure, and checks the figures of the section `fields` against each other. */
void figure_rows_check(const struct node *fields, struct descriptor *descriptor, struct diag_list *diags);

#endif
