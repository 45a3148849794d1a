/* What the fields of a feed have to be together: a quantity with a unit, figures that are told apart alike.
 */
#ifndef FEEDS_FIELDS_CHECK_H
#define FEEDS_FIELDS_CHECK_H

#include "feeds/descriptor.h"

/* Checks the fields that were read from the section `fields`, and sets by_figure. Faults (F008, F012, F014)
 * in `diags`. */
void fields_check(const struct node *fields, struct descriptor *descriptor, struct diag_list *diags);

#endif
