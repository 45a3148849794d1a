/* Rows as tests write and read them, to and from the datasets of the program. */
#ifndef TESTS_SUPPORT_ROWS_H
#define TESTS_SUPPORT_ROWS_H

#include "core/dataset.h"

/* A payload of one part. */
void rows_to_payload(const struct observations *rows, struct datasets *ret_payload);

/* The rows of a payload by line, with their texts in `arena`; each has the unit of its series. */
void rows_of_payload(const struct datasets *payload, struct arena *arena, struct observations *ret_rows);

#endif
