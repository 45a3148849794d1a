/* Writes a shape as a JSON Schema (2020-12), for editors and other programs.
 *
 * A schema sees a document after YAML has read it: numbers and booleans are no longer the texts that they
 * were written as. Where keys_read takes any text, the schema takes those too. */
#ifndef IO_JSON_SCHEMA_H
#define IO_JSON_SCHEMA_H

#include "base/buf.h"
#include "base/shape.h"

/* Appends the schema of a document; `name` becomes a part of its id. 0, or -EMSGSIZE. */
int json_schema_write(const struct shape *document, const char *name, struct buf *out);

#endif
