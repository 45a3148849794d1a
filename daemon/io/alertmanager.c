#include <string.h>

#include "base/clock.h"
#include "core/message_view.h"
#include "io/json_value.h"
#include "io/outcome.h"
#include "io/webhook.h"

/* Alerts for Prometheus Alertmanager, API v2: POST /api/v2/alerts.
 *
 * Alertmanager knows an alert by its labels, so these are the same from raising to clearing; only the
 * severity may rise, which is an alert of other labels there: it is posted together with the end of those it
 * rises above. It ends alerts that nobody repeats (resolve_timeout), so a standing one says that it ends in
 * ten years. */
#define STANDS_MS (INT64_C(10) * 365 * 24 * 3600 * 1000)
#define DRILL_MS  (INT64_C(5) * 60 * 1000)

static struct json_object *labels(const struct alert_record *record, enum severity severity)
{
    struct json_object *object = json_object_new_object();
    const struct {
        const char *name, *value;
    } pairs[] = {
        {"alertname", record->scope.rule},
        {"alert", record->id},
        {"product", record->scope.product},
        {"market", record->scope.market},
        {"origin", record->scope.origin},
        {"severity", severity_name(severity)},
        {"drill", record->drill ? "true" : ""},
        {"audience", record->audience == AUDIENCE_PUBLIC ? "public" : "internal"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].value[0] != '\0') /* an empty label is no label there */
            json_add_text(object, pairs[i].name, pairs[i].value);
    return object;
}

static int add_annotations(struct json_object *alert, const struct alert_record *record)
{
    static const char *const names[LANGUAGE_COUNT][3] = {
        [LANGUAGE_VI] = {"summary_vi", "description_vi", "advice_vi"},
        [LANGUAGE_EN] = {"summary", "description", "advice"},
    };
    struct json_object *object = json_object_new_object();
    struct message_view views[LANGUAGE_COUNT];
    struct arena arena = ARENA_NULL;
    size_t n = 0;
    int r = message_views_make(record, 1U << LANGUAGE_VI | 1U << LANGUAGE_EN, &arena, views, &n);
    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *figures = "";
        for (size_t k = 0; k < views[i].figures.len; k++)
            figures = arena_printf(&arena, "%s%s%s %s", figures, k > 0 ? ", " : "",
                views[i].figures.items[k].name, views[i].figures.items[k].value);
        const char *const texts[] = {views[i].headline,
            arena_printf(&arena, "%s%s%s", views[i].sentence, figures[0] != '\0' ? " " : "", figures),
            views[i].advice};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            json_add_text(object, names[views[i].language][k], texts[k]);
    }
    json_object_object_add(alert, "annotations", object);
    arena_deinit(&arena);
    return r;
}

static int64_t end_ms(const struct alert_record *record)
{
    return record->at_ms + (record->drill ? DRILL_MS : STANDS_MS);
}

static int add_alert(
    struct json_object *list, const struct alert_record *record, enum severity severity, bool stands)
{
    char moment[CLOCK_TEXT_SIZE];
    struct json_object *alert = json_object_new_object();
    json_object_array_add(list, alert);
    json_object_object_add(alert, "labels", labels(record, severity));
    int r = add_annotations(alert, record);
    json_add_text(alert, "startsAt", clock_format(record->at_ms, moment));
    json_add_text(alert, "endsAt", clock_format(stands ? end_ms(record) : record->at_ms, moment));
    return r;
}

static bool stands(const struct alert_record *record)
{
    return record->event != EVENT_CLEARED && record->event != EVENT_RETRACTED;
}

/* What an event makes of the list. */
static int add_event(struct json_object *list, const struct alert_record *record)
{
    int r = 0;
    for (int below = 0; r == 0 && record->event == EVENT_STRENGTHENED && below < (int)record->severity;
         below++)
        r = add_alert(list, record, (enum severity)below, false);
    return r == 0 ? add_alert(list, record, record->severity, stands(record)) : r;
}

static int take_list(
    const char *id, struct json_object *list, int r, struct arena *arena, struct delivery_row *ret_row)
{
    if (r == 0)
        return webhook_take_document(id, list, arena, ret_row);
    json_object_put(list);
    return r;
}

static int alertmanager_render(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    struct json_object *list = json_object_new_array();
    int r = add_event(list, record);
    return take_list(webhook_message_id(record, target, arena), list, r, arena, ret_row);
}

/* All events in order: Alertmanager makes of them what it would have made one by one. */
static int alertmanager_render_bulletin(const struct bulletin *bulletin, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    struct json_object *list = json_object_new_array();
    int r = 0;
    for (size_t i = 0; r == 0 && i < bulletin->alert_count; i++)
        for (size_t k = 0; r == 0 && k < bulletin->alerts[i].event_count; k++)
            r = add_event(list, &bulletin->alerts[i].events[k]);
    return take_list(webhook_bulletin_id(bulletin, target, arena), list, r, arena, ret_row);
}

const struct channel channel_alertmanager = {
    .name = "alertmanager",
    .delays_s = webhook_delays_s,
    .render = alertmanager_render,
    .render_bulletin = alertmanager_render_bulletin,
    .request = webhook_request_json,
    .outcome = outcome_of_http,
};
