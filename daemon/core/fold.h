/* Folding: the rows of a payload to blocks, month by month, each row looked at on its way. A part of the
 * gate; see gate.h for what is checked. */
#ifndef CORE_FOLD_H
#define CORE_FOLD_H

#include "core/gate.h"
#include "core/numbering.h"

struct folding {
    const struct gate *gate;
    const struct datasets *payload;
    const struct numbering *numbering;
    int32_t first, last; /* months */
};

/* Adds the blocks to `release`, and its rows. Faults (G101…G104) by line. */
void fold(const struct folding *folding, struct release *release, struct diag_list *diags);

/* The line of the first row of a series and month; 0 where there is none. Walks the month. */
unsigned fold_line(const struct folding *folding, uint32_t id, int32_t period);

/* "US import from VN, 440710, 2025-07", into buf. Returns buf. */
enum { FOLD_TEXT_SIZE = 256 };
const char *fold_describe(
    const struct folding *folding, uint32_t id, int32_t period, char buf[FOLD_TEXT_SIZE]);

extern const char *const fold_column_names[COLUMN_COUNT];

#endif
