/* Two sources of the same series: how far apart their figures are. */
#ifndef CORE_SOURCE_COMPARE_H
#define CORE_SOURCE_COMPARE_H

#include "core/panel.h"

/* A series that both have, in the month that is compared. */
struct source_pair {
    uint32_t a, b;            /* series */
    int64_t value_a, value_b; /* thousandths of USD */
    double difference;        /* of the second from the first, as a share of the larger one */
};

struct source_comparison {
    int32_t period;   /* the newest month for which a series of both has a value; PERIOD_NONE: none */
    size_t common;    /* series that both know, whatever the month */
    size_t compared;  /* with a value from both in it */
    size_t differing; /* by more than the share asked for */
    struct source_pair *pairs; /* those, the largest differences in USD first */
};

/* `share`: 0.05 is 5 %. */
void source_compare(const struct panel *panel, const char *a, const char *b, double share,
    struct source_comparison *ret_comparison);
void source_comparison_deinit(struct source_comparison *comparison);

#endif
