/* Text for manual pages (mdoc). */
#ifndef APP_ROFF_H
#define APP_ROFF_H

#include <stdio.h>

/* Prints plain text, escaped and wrapped, without a last line end. */
void roff_print(FILE *out, const char *text);

#endif
