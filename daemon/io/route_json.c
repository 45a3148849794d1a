#include "io/route_json.h"

#include <json.h>

#include "io/json_value.h"

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static struct json_object *place_object(const struct place *place)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "file", place->file);
    json_add_count(object, "line", place->line);
    return object;
}

static struct json_object *receiver_object(const struct route_answer *answer, bool shadow)
{
    bool told = answer->reach == REACH_TOLD && !shadow;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "receiver", answer->receiver);
    json_add_bool(object, "told", told);
    json_add_text(object, "reach", reach_name(answer->reach));
    json_object_object_add(
        object, "route", answer->route != NULL ? place_object(&answer->route->place) : NULL);
    if (told) {
        json_add_text(object, "when", hold_name(answer->holding.why));
        json_add_moment(object, "until", answer->holding.until_ms);
    }
    return object;
}

static struct json_object *alert_object(const struct route_answers *answers)
{
    const struct labels *labels = &answers->labels;
    struct json_object *object = json_object_new_object(), *receivers = json_object_new_array();
    json_add_text(object, "rule", labels->scope.rule);
    json_add_text(object, labels->feed ? "feed" : "product", labels->scope.product);
    json_add_text(object, "market", or_null(labels->scope.market));
    json_add_text(object, "origin", or_null(labels->scope.origin));
    json_add_text(object, "severity", severity_name(labels->severity));
    json_add_text(object, "audience", labels->audience == AUDIENCE_INTERNAL ? "internal" : "public");
    json_add_bool(object, "shadow", answers->shadow);
    for (size_t i = 0; i < answers->len; i++)
        json_object_array_add(receivers, receiver_object(&answers->items[i], answers->shadow));
    json_object_object_add(object, "receivers", receivers);
    return object;
}

int route_json_write(const struct route_answers *answers, size_t n, struct buf *out)
{
    struct json_object *whole = json_object_new_object(), *alerts = json_object_new_array();
    json_object_object_add(whole, "alerts", alerts);
    for (size_t i = 0; i < n; i++)
        json_object_array_add(alerts, alert_object(&answers[i]));
    int r = buf_puts(
        out, json_object_to_json_string_ext(whole, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    if (r == 0)
        r = buf_puts(out, "\n");
    json_object_put(whole);
    return r;
}
