/* How sources write notices, one name for each way; and the section of a descriptor that says it:
 *
 *   notices: { form: federal-register }
 */
#ifndef FEEDS_NOTICES_FORM_H
#define FEEDS_NOTICES_FORM_H

#include "base/keys.h"
#include "base/shape.h"

/* In the order of their names. */
enum notices_form { NOTICES_NONE, NOTICES_FEDERAL_REGISTER, NOTICES_US_ORDERS, NOTICES_TRON, NOTICES_CELLAR };

const char *notices_form_name(enum notices_form form);

extern const struct shape notices_form_shape; /* of the section */

/* Reads the section; faults are in `diags`. */
enum notices_form notices_form_read(
    const struct node *section, struct arena *arena, struct diag_list *diags);

#endif
