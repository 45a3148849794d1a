/* What an alert rests on, and what was told of it before, as parts of a JSON document. */
#ifndef IO_EVIDENCE_JSON_H
#define IO_EVIDENCE_JSON_H

#include <json.h>

#include "core/message.h"

/* Adds `evidence` and `last`, null where the record has none. */
void evidence_json_add(struct json_object *object, const struct alert_record *record);

#endif
