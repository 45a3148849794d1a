#include "tests/support/series.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "core/series_role.h"

static bool push(struct series_points *points, struct series_point point)
{
    if (points->len == SERIES_POINTS_MAX)
        return false;
    points->items[points->len++] = point;
    return true;
}

/* The number at *text, in thousandths; moves behind it. */
static bool read_number(const char **text, int64_t *ret_number)
{
    size_t sign = **text == '+' || **text == '-' ? 1 : 0;
    size_t len = sign + strspn(*text + sign, "0123456789.");
    struct slice number = {*text, len};
    *text += len;
    return str_to_fixed(number, FIGURE_SCALE, ret_number) == 0;
}

/* "x3" behind a figure; `otherwise` where there is none. */
static bool read_times(const char **text, long otherwise, long *ret_times)
{
    *ret_times = otherwise;
    if (**text != 'x')
        return true;
    char *end;
    *ret_times = strtol(*text + 1, &end, 10);
    bool found = end != *text + 1 && *ret_times > 0;
    *text = end;
    return found;
}

static bool read_figures(const char **text, struct series_points *points)
{
    int64_t figure, step = 0;
    long times;
    if (!read_number(text, &figure))
        return false;
    bool steps = **text == '+' || **text == '-';
    if (steps && !read_number(text, &step))
        return false;
    unsigned flags = **text == 'e' ? OBSERVATION_ESTIMATED : 0;
    *text += flags != 0;
    if (!read_times(text, steps ? 0 : 1, &times) || (steps && times == 0))
        return false;
    for (long i = 0; i < times + steps; i++) {
        struct series_point point = {true, figure + step * i, flags};
        if (!push(points, point))
            return false;
    }
    return true;
}

static bool read_gap(const char **text, struct series_points *points)
{
    struct series_point point = {.flags = **text == '~' ? OBSERVATION_SUPPRESSED : 0};
    long times;
    ++*text;
    if (!read_times(text, 1, &times))
        return false;
    while (times-- > 0)
        if (!push(points, point))
            return false;
    return true;
}

bool series_parse(const char *text, struct series_points *ret_points)
{
    ret_points->len = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        bool good =
            *text == '_' || *text == '~' ? read_gap(&text, ret_points) : read_figures(&text, ret_points);
        if (!good || (*text != ' ' && *text != '\0'))
            return false;
    }
    return ret_points->len > 0;
}

static int find(struct slice name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(name, names[i]))
            return (int)i;
    return -1;
}

static const char *code_of(enum role_place place, const struct series_scope *scope)
{
    switch (place) {
    case PLACE_HOME:
        return scope->home;
    case PLACE_MARKET:
        return scope->market;
    case PLACE_ORIGIN:
        return scope->origin;
    case PLACE_WORLD:
    case PLACE_EACH:
        break;
    }
    return "W";
}

bool series_put(
    struct panel *panel, const struct series_scope *scope, const char *name, const char *text, int32_t first)
{
    size_t len = strcspn(name, ".");
    int role = find((struct slice){name, len}, series_role_names, ROLE_COUNT);
    int column =
        name[len] == '.' ? find(slice_of(name + len + 1), series_column_names, COLUMN_COUNT) : COLUMN_VALUE;
    struct series_points points;
    if (role < 0 || column < 0 || !series_parse(text, &points))
        return false;
    struct series_key key = {
        .source = scope->source,
        .reporter = code_of(series_roles[role].reporter, scope),
        .flow = series_roles[role].flow,
        .partner = code_of(series_roles[role].partner, scope),
        .product = scope->product,
    };
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
