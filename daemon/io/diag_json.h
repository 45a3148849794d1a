/* Findings as a JSON document, for editors and scripts. */
#ifndef IO_DIAG_JSON_H
#define IO_DIAG_JSON_H

#include "base/buf.h"
#include "base/diag.h"

/* Appends { files, errors, warnings, findings: [ { file, line, column, level, code, text, hint } ] }. Line
 * and column count from 1, and are null for a file as a whole; a hint is null where there is none. Findings
 * are the first DIAG_MAX, the counts are of all. 0, or -EMSGSIZE. */
int diag_json_write(const struct diag_list *diags, size_t files, struct buf *out);

#endif
