/* Which months a source has published: for sources that leave out what is zero, a row that is not there means
 * no trade, but only within what they have published of that reporter and flow. */
#ifndef CORE_PUBLICATION_H
#define CORE_PUBLICATION_H

#include "core/panel.h"

/* A feed as the judge sees it. */
struct source {
    const char *name;
    bool absent_is_zero; /* no row in a month that it has published: nothing was traded */
    bool world_is_sum;   /* it has every partner and no total: the world is the sum of its partners */
};

struct sources {
    const struct source *items; /* in order of preference */
    size_t len;
};

struct publication {
    int32_t first, last; /* periods with any figure of the source, reporter and flow; PERIOD_NONE: none */
    bool grew;           /* at the last update */
};

struct publications {
    struct publication *items;
    size_t len, cap;
    uint32_t *of_series; /* number of a series' publication, or SERIES_NONE where absence says nothing */
};

void publications_init(
    struct publications *publications, const struct panel *panel, const struct sources *sources);
void publications_deinit(struct publications *publications);

/* Takes the months anew after figures have changed; no series may have been added. Returns the first period
 * that has become published, or INT32_MAX; publication_grew then tells of which series. */
int32_t publications_update(struct publications *publications, const struct panel *panel);
bool publication_grew(const struct publications *publications, uint32_t series);

/* That of a series; PERIOD_NONE where absence says nothing. */
struct publication publication_of(const struct publications *publications, uint32_t series);

#endif
