/* What webhooks of all formats share: the id of a message, the request with its signature, and the schedule.
 */
#ifndef IO_WEBHOOK_H
#define IO_WEBHOOK_H

#include <json.h>

#include "io/channel.h"

/* Standard Webhooks 1.0.0: 75 hours and a half in all. */
extern const int64_t webhook_delays_s[];

/* The same for every attempt and after every restart. No dot in it: a dot separates the parts of what is
 * signed. */
const char *webhook_message_id(
    const struct alert_record *record, const struct channel_target *target, struct arena *arena);

/* The same of a bulletin. */
const char *webhook_bulletin_id(
    const struct bulletin *bulletin, const struct channel_target *target, struct arena *arena);

/* The subject and the text of a bulletin, into `arena`. 0, or -EMSGSIZE. */
int webhook_bulletin_texts(const struct bulletin *bulletin, unsigned languages, struct arena *arena,
    const char **ret_subject, const char **ret_text);

/* Fills the row: the body is the document, which is then freed. 0, or -EMSGSIZE. */
int webhook_take_document(
    const char *id, struct json_object *document, struct arena *arena, struct delivery_row *ret_row);

/* A POST of JSON to a receiver that knows nothing of signatures; signed where it has a secret all the same.
 * A channel's `request`. */
int webhook_request_json(const struct delivery_row *row, const struct channel_target *target, int64_t now_ms,
    struct arena *arena, struct transfer_request *ret_request);

#endif
