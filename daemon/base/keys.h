/* Reads a map of a document into a struct by a table of its keys.
 *
 * One table says everything about a file's shape: parsing, "did you mean", defaults, the printed
 * configuration, the manual and the schema come from it. Configuration, rule packs, feed descriptors and
 * baskets are all read this way. */
#ifndef BASE_KEYS_H
#define BASE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/node.h"

/* What a key's value is, and the type of the field it fills. */
enum key_kind {
    KEY_TEXT,     /* const char *                                        */
    KEY_NAME,     /* const char *: lower-case letters, digits, - _ . :   */
    KEY_TEXTS,    /* struct texts: a list, or one scalar for a list of one */
    KEY_BOOL,     /* bool: true or false                                 */
    KEY_INTEGER,  /* int64_t                                             */
    KEY_DURATION, /* int64_t seconds: 30s 5m 2h 1d                       */
    KEY_SIZE,     /* int64_t bytes: 512 64KiB 8MiB                       */
    KEY_CHOICE,   /* int: index into `choices`                           */
    KEY_NODE,     /* const struct node *: read further by the caller     */
};

struct shape;

struct texts {
    const char *const *items;
    size_t len;
};

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset; /* of the field in the target */
    bool required;
    const char *fallback;       /* default as it would be written, or NULL for none (zeroed field) */
    int64_t min, max;           /* of numbers; both 0: no limit */
    const char *const *choices; /* KEY_CHOICE: NULL-terminated */
    bool reloadable;            /* configuration: takes effect on SIGHUP */
    const char *help;           /* one sentence for the manual */
    const struct shape *shape;  /* what the caller reads further, for the schema (base/shape.h) */
};

/* Fills `target` from the map: defaults first, then what is written. Strings are copied into `arena`; nodes
 * are borrowed from the document. Unknown keys, missing required keys and unreadable values are errors in
 * `diags` (codes K001…K009), all of them; such fields keep their default. `what` names the thing in messages
 * ("a receiver"). Returns 0, or -EINVAL if anything was wrong. */
int keys_read(const struct node *map, const struct key *keys, size_t n, const char *what, void *target,
    struct arena *arena, struct diag_list *diags);

/* The value of one field as it would be written in the file, into buf. For `config --defaults`. Returns buf.
 */
const char *key_format(const struct key *key, const void *target, char *buf, size_t size);

/* The limits of a number as they would be written: "1m to 7d", "at least 1"; "" where it has none. Returns
 * buf. */
const char *key_format_range(const struct key *key, char *buf, size_t size);

/* "duration", "size", "list of text": for the manual. */
const char *key_kind_name(enum key_kind kind);

/* "a duration such as 30s, 5m, 2h or 1d": for messages. */
const char *key_kind_expected(enum key_kind kind);

/* Reads "30s", "5m", "2h" or "1d" into seconds. 0; -EINVAL no duration; -ERANGE too long. */
int key_parse_duration(struct slice text, int64_t *ret_s);

/* The i-th unit of durations or sizes, and how many seconds or bytes it is. NULL behind the last. */
const char *key_unit(enum key_kind kind, size_t i, int64_t *ret_factor);

#endif
