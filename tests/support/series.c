#include "tests/support/series.h"

#include <string.h>

#include "base/str.h"
#include "core/series_role.h"

static int find(struct slice name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(name, names[i]))
            return (int)i;
    return -1;
}

static struct series_key key_of(const struct series_scope *series, const struct role *role)
{
    struct scope scope = {series->product, series->market, series->origin};
    return (struct series_key){
        .source = series->source,
        .reporter = series_role_country(role->reporter, &scope, series->home),
        .flow = role->flow,
        .partner = series_role_country(role->partner, &scope, series->home),
        .product = series->product,
    };
}

bool series_put(
    struct panel *panel, const struct series_scope *scope, const char *name, const char *text, int32_t first)
{
    size_t len = strcspn(name, ".");
    int role = series_role_find((struct slice){name, len});
    int column =
        name[len] == '.' ? find(slice_of(name + len + 1), series_column_names, COLUMN_COUNT) : COLUMN_VALUE;
    struct series_points points;
    struct series_text_fault fault;
    if (role < 0 || role == ROLE_RIVALS || column < 0 ||
        series_text_read(slice_of(text), &points, &fault) < 0)
        return false;
    struct series_key key = key_of(scope, &series_roles[role]);
    uint32_t id = panel_add_series(panel, &key, "");
    for (size_t i = 0; i < points.len; i++) {
        int32_t period = first + (int32_t)i;
        const struct series_point *point = &points.items[i];
        if (point->known)
            panel_set(panel, id, (enum column)column, period, point->figure);
        panel_set_flags(panel, id, period, panel_flags(panel, id, period) | point->flags);
    }
    return true;
}
