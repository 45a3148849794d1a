/* A parsed document whose every part knows its place: what a YAML file is after the reader (io/yaml.c).
 *
 * Built once in an arena and never changed. Scalars stay text: "no", "0303" and "5 MUSD" mean what the key
 * says they mean. */
#ifndef BASE_NODE_H
#define BASE_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAP };

struct node {
    enum node_kind kind;
    struct place place;
    struct slice text;   /* scalar: its value, UTF-8, NUL behind it */
    bool quoted;         /* scalar: was in quotes, so "" is a value and not an omission */
    struct slice source; /* scalar: the bytes it was written as, quotes and block header included */
    size_t len;          /* items of a sequence, entries of a map */
    struct node **items; /* sequence: items; map: values */
    struct node **keys;  /* map: scalars, unique */
};

/* The value of a map's key, or NULL. Also NULL where `map` is NULL or no map. */
const struct node *node_get(const struct node *map, const char *key);

/* "a map", "a list", "text", or "nothing" where a value was left out: for messages. */
const char *node_kind_name(const struct node *node);

/* Where byte `offset` of the scalar's value stands in the file, through folding and indentation. Exact for
 * plain, single-quoted, literal and folded scalars (white space: the run it is in); in double quotes, from
 * the first escape other than \" \\ \/ on, the escape's place. */
struct place node_place_at(const struct node *scalar, size_t offset);

#endif
