/* What a template is filled with, from JSON: objects, arrays and strings. */
#ifndef TESTS_TEMPLATE_JSON_H
#define TESTS_TEMPLATE_JSON_H

#include <json.h>

#include "core/template.h"

/* Texts are the object's, which must live as long. */
struct template_value template_json_value(struct json_object *object, struct arena *arena);

#endif
