/* Faulty documents, and the one finding that each of them has. */
#ifndef TESTS_FAULT_CASES_H
#define TESTS_FAULT_CASES_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"

struct fault_case {
    const char *name, *yaml, *code;
    int line;
    const char *hint; /* what its hint holds; NULL: not looked at */
};

/* Prints what was found, and returns 0, where the only finding is not that of the case. */
static inline int fault_case_holds(const struct fault_case *c, struct diag_list *diags)
{
    const struct diag *diag = diags->items;
    int good = diags->len == 1 && strcmp(diag->code, c->code) == 0 && diag->line == c->line &&
               (c->hint == NULL || (diag->hint != NULL && strstr(diag->hint, c->hint) != NULL));
    for (size_t i = 0; !good && i < diags->len; i++)
        printf("%s\n  hint: %s\n", diag_line(diags, &diags->items[i]),
            diags->items[i].hint != NULL ? diags->items[i].hint : "none");
    return good;
}

#endif
