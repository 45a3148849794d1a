/* The series of a panel in an order in which what belongs together stands together: by flow, reporter,
 * partner, product and source. Made when rules are bound; finds ranges by binary search. */
#ifndef CORE_PANEL_INDEX_H
#define CORE_PANEL_INDEX_H

#include "base/str.h"
#include "core/panel.h"

struct panel_index {
    const struct panel *panel;
    uint32_t *ids;
    size_t len;
};

/* A run of neighbours: ids[first … end − 1]. */
struct panel_range {
    size_t first, end;
};

void panel_index_init(struct panel_index *index, const struct panel *panel);
void panel_index_deinit(struct panel_index *index);

/* The series that a reporter has with a partner, of products that begin with `beginning` ("" for all). */
struct panel_range panel_index_find(const struct panel_index *index, enum flow flow, const char *reporter,
    const char *partner, const char *beginning);

/* The partner behind `partner` ("" for the first) of a reporter, or NULL. */
const char *panel_index_next_partner(
    const struct panel_index *index, enum flow flow, const char *reporter, const char *partner);

#endif
