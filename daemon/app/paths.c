#include "app/paths.h"

#include <string.h>

#include "base/alloc.h"
#include "io/file.h"

/* Tables lie beside descriptors, and tests beside rules. */
const struct path_kind path_feeds = {".feed.yaml", NULL};
const struct path_kind path_tables = {".yaml", ".feed.yaml"};
const struct path_kind path_rules = {".yaml", ".test.yaml"};
const struct path_kind path_templates = {".mustache", NULL};

struct listing {
    const char **items;
    size_t len, cap;
};

static bool ends_in(const char *path, const char *suffix)
{
    size_t len = strlen(path), n = strlen(suffix);
    return len > n && str_equal(path + len - n, suffix);
}

static void list_path(struct listing *listing, const char *path, const struct path_kind *kind,
    struct arena *arena, struct diag_list *diags)
{
    struct texts files;
    size_t before = listing->len;
    int r = file_list(path, kind->suffix, arena, &files);
    if (r < 0) {
        diag_error(diags, (struct place){.file = path}, "C100", "cannot be read: %s", strerror(-r));
        return;
    }
    for (size_t i = 0; i < files.len; i++) {
        if (kind->except != NULL && ends_in(files.items[i], kind->except))
            continue;
        listing->items = alloc_grow(listing->items, listing->len, &listing->cap, sizeof *listing->items);
        listing->items[listing->len++] = files.items[i];
    }
    if (listing->len == before)
        diag_error(diags, (struct place){.file = path}, "C101", "holds no file that ends in %s%s%s",
            kind->suffix, kind->except != NULL ? " but not in " : "",
            kind->except != NULL ? kind->except : "");
}

struct texts paths_list(
    const struct texts *paths, const struct path_kind *kind, struct arena *arena, struct diag_list *diags)
{
    struct listing listing = {0};
    for (size_t i = 0; i < paths->len; i++)
        list_path(&listing, paths->items[i], kind, arena, diags);
    const char **items = arena_array(arena, listing.len, sizeof *items);
    if (listing.len > 0)
        memcpy(items, listing.items, listing.len * sizeof *items);
    alloc_free(listing.items);
    return (struct texts){items, listing.len};
}
