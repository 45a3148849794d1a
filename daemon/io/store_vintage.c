#include "io/store_vintage.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "io/store_internal.h"

_Static_assert(BLOCK_SERIES == 4096, "SQL_EACH_LATER_REVISION counts with it");

/* ---- a past state ---- */

/* Undoes what later payloads changed in the blocks that are loaded, the newest first. Their months are known
 * to be months. */
static int undo_revisions(struct store *store, struct panel *panel, int64_t payload)
{
    size_t series = panel_series_count(panel);
    struct query query = query_start(store, SQL_EACH_LATER_REVISION);
    query_bind_int(&query, payload);
    while (query_step(&query) > 0) {
        uint32_t id = (uint32_t)query_enum(&query, 0, (int)series);
        int32_t period = (int32_t)query_int(&query, 1);
        enum column column = (enum column)query_enum(&query, 2, COLUMN_COUNT);
        unsigned flags = (unsigned)query_enum(&query, 4, BLOCK_FLAGS_MAX + 1);
        if (query.r < 0)
            break;
        if (sqlite3_column_type(query.stmt, 3) == SQLITE_NULL)
            panel_clear(panel, id, column, period);
        else
            panel_set(panel, id, column, period, query_int(&query, 3));
        panel_set_flags(panel, id, period, flags);
    }
    return query_end(&query);
}

int store_load_panel_as_of(struct store *store, struct panel *panel, int64_t payload)
{
    int r = history_load(store, panel, payload);
    return r == 0 ? undo_revisions(store, panel, payload) : r;
}

/* ---- payloads ---- */

int store_each_payload(struct store *store,
    void (*fn)(void *userdata, int64_t payload, const struct payload_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_PAYLOAD);
    while (query_step(&query) > 0) {
        struct payload_row row = {
            .feed = query_text(&query, 1),
            .seen_ms = query_int(&query, 3),
            .bytes = (size_t)query_int(&query, 4),
            .rows = (size_t)query_int(&query, 5),
            .revised = (size_t)query_int(&query, 6),
            .accepted = true,
            .reasons = "",
        };
        snprintf(row.digest.hex, sizeof row.digest.hex, "%s", query_text(&query, 2));
        fn(userdata, query_int(&query, 0), &row);
    }
    return query_end(&query);
}

int store_find_payload(struct store *store, const char *digest, int64_t *ret_payload)
{
    struct query query = query_start(store, SQL_FIND_PAYLOAD);
    query_bind_text(&query, digest);
    int found = query_step(&query);
    if (found > 0)
        *ret_payload = query_int(&query, 0);
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

/* ---- what changed ---- */

int store_each_revision(
    struct store *store, void (*fn)(void *userdata, const struct store_change *change), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_REVISION);
    while (query_step(&query) > 0) {
        struct store_change change = {
            .payload = query_int(&query, 0),
            .seen_ms = query_int(&query, 1),
            .series = (uint32_t)query_enum(&query, 2, INT_MAX),
            .period = (int32_t)query_int(&query, 3),
            .column = (enum column)query_enum(&query, 4, COLUMN_COUNT),
            .has_old = sqlite3_column_type(query.stmt, 5) != SQLITE_NULL,
            .has_new = sqlite3_column_type(query.stmt, 6) != SQLITE_NULL,
            .old_figure = query_int(&query, 5),
            .new_figure = query_int(&query, 6),
            .old_flags = (unsigned)query_enum(&query, 7, BLOCK_FLAGS_MAX + 1),
        };
        if (query.r < 0)
            break;
        fn(userdata, &change);
    }
    return query_end(&query);
}

int store_each_block_origin(
    struct store *store, void (*fn)(void *userdata, const struct store_origin *origin), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_BLOCK_ORIGIN);
    while (query_step(&query) > 0) {
        struct store_origin origin = {
            .period = (int32_t)query_int(&query, 0),
            .first = (uint32_t)query_enum(&query, 1, INT_MAX),
            .payload = query_int(&query, 2),
        };
        if (query.r < 0)
            break;
        fn(userdata, &origin);
    }
    return query_end(&query);
}
