#include "io/zone_data.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

/* 2000-01-01 and 2100-01-01. Two changes are weeks apart (Morocco's around Ramadan, four): a step finds each.
 */
#define FIRST_S INT64_C(946684800)
#define LAST_S  INT64_C(4102444800)
#define STEP_S  (INT64_C(7) * 24 * 3600)

struct changes {
    struct zone_change *items;
    size_t len, cap;
};

static int32_t offset_at(GTimeZone *data, int64_t utc_s)
{
    return g_time_zone_get_offset(data, g_time_zone_find_interval(data, G_TIME_TYPE_UNIVERSAL, utc_s));
}

/* The first second with the offset of `after_s`, which that of `before_s` is not. */
static int64_t change_between(GTimeZone *data, int64_t before_s, int64_t after_s)
{
    int32_t offset_s = offset_at(data, after_s);
    while (after_s - before_s > 1) {
        int64_t middle_s = before_s + (after_s - before_s) / 2;
        if (offset_at(data, middle_s) == offset_s)
            after_s = middle_s;
        else
            before_s = middle_s;
    }
    return after_s;
}

static void add(struct changes *changes, int64_t at_s, int32_t offset_s)
{
    changes->items = alloc_grow(changes->items, changes->len, &changes->cap, sizeof *changes->items);
    changes->items[changes->len++] = (struct zone_change){at_s, offset_s};
}

static void collect(GTimeZone *data, struct changes *changes)
{
    add(changes, FIRST_S, offset_at(data, FIRST_S));
    for (int64_t at_s = FIRST_S; at_s < LAST_S; at_s += STEP_S) {
        int32_t offset_s = offset_at(data, at_s + STEP_S);
        if (offset_s != changes->items[changes->len - 1].offset_s)
            add(changes, change_between(data, at_s, at_s + STEP_S), offset_s);
    }
}

/* An offset ("+07:00") and a path out of the directory are names to GLib, and not to us. */
static bool is_name(const char *name)
{
    return g_ascii_isalpha(name[0]) &&
           name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "/_+-")] == '\0';
}

int zone_read(const char *name, struct arena *arena, struct zone *ret_zone)
{
    struct changes changes = {0};
    GTimeZone *data = is_name(name) ? g_time_zone_new_identifier(name) : NULL;
    if (data == NULL)
        return -ENOENT;
    collect(data, &changes);
    struct zone_change *items = arena_array(arena, changes.len, sizeof *items);
    memcpy(items, changes.items, changes.len * sizeof *items);
    *ret_zone = (struct zone){arena_strdup(arena, name), items, changes.len};
    alloc_free(changes.items);
    g_time_zone_unref(data);
    return 0;
}
