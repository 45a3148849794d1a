/* Numbering: the series of a payload's parts by the numbers that the panel has, or will have, for them. New
 * ones are numbered in the order of flow, product, reporter and partner, so that what rules read together
 * stands together. */
#ifndef CORE_NUMBERING_H
#define CORE_NUMBERING_H

#include "core/dataset.h"
#include "core/panel.h"
#include "core/release.h"

/* A series of the payload, in all its parts. */
struct numbered {
    uint32_t id;
    uint32_t part, index; /* one of the parts that have it, and its number there */
    const char *unit;     /* of its quantities; "" where it has none. Borrowed from a part. */
    const char *other; /* another unit that a quantity of it has, or that the panel knows: a fault; or NULL */
    unsigned line;     /* where `other` stands, or `unit` where the panel knows another one */
    int32_t period;    /* of that row */
    bool known;        /* the panel has it */
    bool has_quantity;
};

struct numbering {
    uint32_t *ids[DATASET_PARTS_MAX]; /* of each part: number of a series there → id */
    struct numbered *series;          /* in the order above */
    size_t len;
    uint32_t end; /* number behind the last one, known or new */
};

void numbering_init(struct numbering *numbering, const struct panel *panel, const char *source,
    const struct datasets *payload);
void numbering_deinit(struct numbering *numbering);

#endif
