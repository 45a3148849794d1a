/* Reads one YAML document into nodes, on libyaml's events.
 *
 * Strict on purpose (libyaml 0.2.5 is quadratic in nesting and accepts duplicate keys): at most
 * YAML_BYTES_MAX bytes, YAML_DEPTH_MAX levels, one document, UTF-8; no aliases, anchors, tags or merge keys;
 * no duplicate keys; map keys are scalars. */
#ifndef IO_YAML_H
#define IO_YAML_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/node.h"

enum { YAML_BYTES_MAX = 1024 * 1024, YAML_DEPTH_MAX = 16 };

/* Parses `text`. Nodes and a copy of the text live in `arena`. 0, or -EINVAL with faults in `diags` (codes
 * Y0xx). */
int yaml_parse(const char *file, struct slice text, struct arena *arena, const struct node **ret_document,
    struct diag_list *diags);

/* Reads and parses a file; *ret_text (may be NULL) gets its bytes, in `arena`, for caret lines,
 * also where they do not parse. A file that cannot be read is a fault in `diags` too. */
int yaml_load(const char *path, struct arena *arena, const struct node **ret_document, struct slice *ret_text,
    struct diag_list *diags);

#endif
