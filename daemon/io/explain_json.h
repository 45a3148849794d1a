/* An explanation as one JSON document. */
#ifndef IO_EXPLAIN_JSON_H
#define IO_EXPLAIN_JSON_H

#include <stdio.h>

#include "core/explanation.h"

/* 0, or -EIO where it could not be written. */
int explain_print_json(const struct explanation *explanation, FILE *out);

#endif
