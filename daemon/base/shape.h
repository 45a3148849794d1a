/* The shape of what people may write, for the published schemas (io/json_schema.c).
 *
 * A table of keys says most of it. A shape says the rest, beside the code that reads it: what is below a
 * KEY_NODE key, and which texts a key takes. Nothing is read by a shape. */
#ifndef BASE_SHAPE_H
#define BASE_SHAPE_H

#include "base/keys.h"

enum shape_kind {
    SHAPE_TEXT, /* a scalar, as it is written */
    SHAPE_MAP,  /* keys of a table, names of a pattern, or both */
    SHAPE_LIST, /* items, all alike */
    SHAPE_ANY,  /* one of several shapes */
};

/* What else a text may be to a reader of YAML: 7210 is a number to it and ~ is null, and both are text to
 * keys_read. Bits. */
enum { ALSO_INTEGER = 1, ALSO_NUMBER = 2, ALSO_BOOL = 4, ALSO_NULL = 8 };

struct shape {
    enum shape_kind kind;
    const char *name;     /* a definition of its own in the schema; NULL: written where it stands */
    const char *expected; /* "a month such as 2016-01": what an editor says of a text that does not fit */

    /* SHAPE_TEXT */
    const char *pattern;      /* ECMAScript (ECMA-262, 22.2); "@" in it is any of `words`; NULL: any text */
    const char *const *words; /* NULL-terminated; without a pattern the text is one of them */
    const char *const *const *except; /* NULL-terminated lists of texts that it must not be */
    size_t max_length;                /* 0: no limit */
    int also;
    int64_t min, max; /* of ALSO_INTEGER and ALSO_NUMBER; both 0: no limit */

    /* SHAPE_MAP */
    const struct key *keys;
    size_t key_count;
    const char *const *only; /* NULL-terminated: those of `keys` that may stand here; NULL: all */
    bool all_required;       /* as if each key were `required` */
    const char *const
        *filled; /* NULL-terminated: `required` keys that are filled in where they are left out */
    const char *const *one_of; /* NULL-terminated: exactly one of these keys stands here */
    const char *needs[3][2];   /* of each pair the first key stands only beside the second */
    const char *apart[2][2];   /* the two keys of a pair never stand together */
    const struct shape *names; /* of further keys; NULL: there are none */

    /* SHAPE_MAP: of further values, and of keys without a shape of their own; SHAPE_LIST: of all items */
    const struct shape *items;
    size_t min_items, max_items; /* a map's: of keys; max 0: no limit */
    bool unique;                 /* SHAPE_LIST: no item twice */

    /* SHAPE_ANY */
    const struct shape *const *choices; /* NULL-terminated */
};

/* Any text, and one that is not empty. */
extern const struct shape shape_any_text, shape_some_text;

#endif
