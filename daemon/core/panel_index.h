/* The series of a panel in an order in which what belongs together stands together: by flow, reporter and
 * partner (a pair), then by product. Made when rules are bound.
 *
 * Products and sources are numbered in the order of their texts, so that what begins alike is a range of
 * numbers and nothing is found by comparing texts. */
#ifndef CORE_PANEL_INDEX_H
#define CORE_PANEL_INDEX_H

#include "base/str.h"
#include "core/panel.h"

/* A run of neighbours: first … end − 1. */
struct panel_range {
    size_t first, end;
};

/* All series that a reporter has with a partner. */
struct panel_pair {
    enum flow flow;
    const char *reporter, *partner;
    size_t first, end; /* into ids */
    size_t guess;      /* where the last search ended, and the next begins */
};

/* Distinct texts. */
struct panel_texts {
    const char **items; /* by number: in order */
    uint32_t *met;      /* numbers in the order in which the series first name them */
    size_t len;
};

struct panel_index {
    uint32_t *ids;      /* of the series, in order */
    uint32_t *products; /* of each of them: the number */
    uint32_t *sources;
    size_t len;
    struct panel_pair *pairs; /* in order */
    size_t pair_count;
    struct panel_texts product_texts, source_texts;
};

void panel_index_init(struct panel_index *index, const struct panel *panel);
void panel_index_deinit(struct panel_index *index);

/* The number of a source, or SERIES_NONE. */
uint32_t panel_index_source(const struct panel_index *index, const char *source);

/* The numbers of the products that begin with `beginning` ("" for all). */
struct panel_range panel_index_products(const struct panel_index *index, const char *beginning);

/* The pair, or NULL; the first pair of a reporter where `partner` is "". */
struct panel_pair *panel_index_pair(
    const struct panel_index *index, enum flow flow, const char *reporter, const char *partner);

/* The pair behind it, of the same reporter and flow, or NULL. */
struct panel_pair *panel_index_next(const struct panel_index *index, const struct panel_pair *pair);

/* The pair's series of these products, as places in ids. Products that come in order are found at once. */
struct panel_range panel_index_find(
    const struct panel_index *index, struct panel_pair *pair, struct panel_range products);

#endif
