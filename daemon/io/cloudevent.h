/* An event of an alert as a CloudEvents 1.0 document in structured JSON mode; the body of a webhook.
 *
 * Both languages are always in it. The same record and id give the same bytes. */
#ifndef IO_CLOUDEVENT_H
#define IO_CLOUDEVENT_H

#include "base/buf.h"
#include "core/bulletin.h"

#define CLOUDEVENT_CONTENT_TYPE "application/cloudevents+json"

/* Appends the document. `id` is the event's: the same at every attempt. 0, or -EMSGSIZE. */
int cloudevent_write(const struct alert_record *record, const char *id, struct buf *out);

/* The same of a bulletin: one event of the type vn.tdwatch.bulletin with the alerts in its data, each with
 * its events and where it stands. */
int cloudevent_write_bulletin(const struct bulletin *bulletin, const char *id, struct buf *out);

#endif
