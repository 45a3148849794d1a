/* A release: what a payload says, folded to months and numbered as the panel that it is meant for, so that
 * taking it in is a matter of blocks. */
#ifndef CORE_RELEASE_H
#define CORE_RELEASE_H

#include "core/panel_block.h"

/* A series that the panel does not have yet, or whose unit it does not know yet. Texts are borrowed from the
 * payload. */
struct release_series {
    const char *reporter, *partner, *product, *unit;
    enum flow flow;
    uint32_t id;
};

struct release_block {
    struct panel_block *block; /* owned until the panel takes it */
    uint32_t group;            /* series group * PANEL_BLOCK … */
    int32_t period;
};

struct release {
    struct release_series *series; /* those that are new first, numbered upwards from the panel's count */
    size_t series_len, series_cap;
    struct release_block *blocks; /* by period, then group; each once */
    size_t len, cap;
    size_t rows; /* that it is made of; those that say the same once more are not counted */
};

/* Appends a block, which it then owns. */
void release_push(struct release *release, struct release_block block);

void release_deinit(struct release *release);

#endif
