/* Which alerts: what routes match, and what receivers follow. Pure. */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include <stdbool.h>

#include "core/alert.h"
#include "core/selector.h"

/* What a filter looks at. Borrowed texts. */
struct labels {
    struct alert_scope scope; /* of a summary: its product and market are "*" */
    enum severity severity;
    enum audience audience;
    bool feed; /* about a data feed, which is the scope's product */
};

/* Bits of `abouts`. */
enum { ABOUT_TRADE = 1 << 0, ABOUT_FEEDS = 1 << 1 };

/* Empty lists and sets match everything. Alerts about feeds and summaries have no product, market or origin:
 * a filter that names some does not match them. */
struct filter {
    struct texts rules; /* ids, or beginnings with a star */
    const struct selector *products;
    size_t product_count;
    struct texts markets, origins;
    unsigned severities; /* 1 << enum severity */
    unsigned audiences;  /* 1 << enum audience */
    unsigned abouts;
};

bool filter_matches(const struct filter *filter, const struct labels *labels, const struct baskets *baskets);

/* Whether all that `narrow` matches is matched by `wide`: true is sure, false is not. */
bool filter_covers(const struct filter *wide, const struct filter *narrow);

/* Whether a text is matched by a list of texts and of beginnings with a star; empty: any is. */
bool filter_names(const struct texts *patterns, const char *text);

#endif
