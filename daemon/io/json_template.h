/* A receiver's own JSON: a document whose strings hold {{names}}, filled from an event.
 *
 * The document is read as JSON first and names are filled into its strings, so that what comes out is JSON
 * whatever stands in a value. */
#ifndef IO_JSON_TEMPLATE_H
#define IO_JSON_TEMPLATE_H

#include <json.h>

#include "core/message.h"
#include "io/channel.h"

enum { JSON_TEMPLATE_MAX = 64 * 1024, JSON_TEMPLATE_FAULT_SIZE = 200 };

/* Whether the text is a JSON document of known names. -EINVAL: `ret_fault` says why not. */
int json_template_check(struct slice text, char ret_fault[JSON_TEMPLATE_FAULT_SIZE]);

/* The filled document, or NULL where it is none or a value is too long. Names are in the first language asked
 * for; `id` is the message's. */
struct json_object *json_template_fill(
    struct slice text, const struct alert_record *record, unsigned languages, const char *id);

#endif
