/* The files that the paths of a configuration mean: files, or directories with files of a kind. */
#ifndef APP_PATHS_H
#define APP_PATHS_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/keys.h"

/* Which files of a directory are meant, by the end of their names. */
struct path_kind {
    const char *suffix;
    const char *except; /* longer suffix of files of another kind, or NULL */
};

extern const struct path_kind path_feeds, path_tables, path_rules, path_templates;

/* The files of all paths, in order; those of a directory by name. A path that cannot be read, or holds no
 * such file, is a fault in `diags` (C100, C101). The texts live in `arena`. */
struct texts paths_list(
    const struct texts *paths, const struct path_kind *kind, struct arena *arena, struct diag_list *diags);

#endif
