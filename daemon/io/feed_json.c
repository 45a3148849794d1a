#include "io/feed_json.h"

#include <errno.h>

#include "io/json_value.h"

static void add_payload(struct json_object *object, const struct feed_status *feed)
{
    struct json_object *payload = feed->any ? json_object_new_object() : NULL;
    if (feed->any) {
        json_add_count(payload, "rows", (int64_t)feed->rows);
        json_add_count(payload, "revised", (int64_t)feed->revised);
    }
    json_object_object_add(object, "last_payload", payload);
}

static void add_requests(struct json_object *object, const struct feed_status *feed)
{
    struct json_object *requests = feed->host != NULL && feed->per_day > 0 ? json_object_new_object() : NULL;
    if (requests != NULL) {
        json_add_text(requests, "host", feed->host);
        json_add_count(requests, "used", feed->used);
        json_add_count(requests, "per_day", feed->per_day);
    }
    json_object_object_add(object, "requests_today", requests);
}

static struct json_object *feed_object(const struct feed_status *feed)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "feed", feed->feed);
    json_add_text(object, "health", feed->health);
    json_add_text(object, "text", feed->text);
    json_add_period(object, "newest", feed->newest);
    json_add_count(object, "lag", feed->lag);
    json_add_moment(object, "due", feed->due_ms);
    json_add_moment(object, "succeeded", feed->succeeded_ms);
    json_add_moment(object, "asked", feed->attempted_ms);
    json_add_moment(object, "next", feed->next_ms);
    json_add_count(object, "failures", feed->failures);
    json_add_count(object, "quarantined", (int64_t)feed->held);
    add_payload(object, feed);
    add_requests(object, feed);
    return object;
}

int feed_json_write(const struct feed_status *feeds, size_t n, FILE *out)
{
    struct json_object *document = json_object_new_object(), *list = json_object_new_array();
    json_object_object_add(document, "feeds", list);
    for (size_t i = 0; i < n; i++)
        json_object_array_add(list, feed_object(&feeds[i]));
    const char *text = json_object_to_json_string_ext(
        document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    int r = fprintf(out, "%s\n", text) < 0 ? -EIO : 0;
    json_object_put(document);
    return r;
}
