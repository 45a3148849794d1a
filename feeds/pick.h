/* Picks values out of an answer without decoding it: how many pages there are, which is the next one, whether
 * a source has published something new. */
#ifndef FEEDS_PICK_H
#define FEEDS_PICK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum { PICK_VALUES_MAX = 100 * 1000 };

struct picked {
    const char **items; /* in order */
    size_t len, cap;
};

/* All values at `path`. In JSON and XML these are names with points between, from the outermost object or
 * element on; lists are passed through, and neither letter case nor prefixes matter. In CSV it is a column.
 * Which of them the body is shows its first letter. Null, objects and absent names are no values. Texts in
 * `arena`; free the list with picked_deinit. 0; -EBADMSG: not read to its end. */
int pick_values(struct slice body, const char *path, struct arena *arena, struct picked *ret_picked);

void picked_deinit(struct picked *picked);

#endif
