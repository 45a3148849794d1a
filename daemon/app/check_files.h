/* Checks files that people wrote, by themselves: rules, tests of rules, tables and feed descriptors, in any
 * mixture. */
#ifndef APP_CHECK_FILES_H
#define APP_CHECK_FILES_H

#include "base/diag.h"
#include "base/keys.h"

/* What was found to be in order. */
struct checked_files {
    size_t rules, tests, feeds;
    size_t baskets, measures, quotas, countries, deadlines; /* of all tables that the files refer to */
};

/* `tables`: paths of the tables that the files refer to; none: the shipped ones. A table among the files
 * stands in for the one of its name. Every fault and warning goes to `diags`. */
struct checked_files check_files(const struct texts *tables, char *const *paths, struct diag_list *diags);

#endif
