/* An explanation as text that a lawyer can read. */
#ifndef APP_EXPLAIN_PRINT_H
#define APP_EXPLAIN_PRINT_H

#include <stdio.h>

#include "core/explanation.h"

/* `basis`: with the law, and the formula of each function. */
void explain_print(const struct explanation *explanation, bool basis, FILE *out);

/* ---- for explain_print_*.c ---- */

void explain_print_conditions(const struct explanation *explanation, FILE *out);
void explain_print_data(const struct explanation *explanation, FILE *out);
void explain_print_tables(const struct explanation *explanation, FILE *out);
void explain_print_messages(const struct explanation *explanation, FILE *out);

#endif
