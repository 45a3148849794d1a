#include "io/cloudevent.h"

#include <json.h>

#include "base/clock.h"
#include "core/message_view.h"
#include "io/evidence_json.h"
#include "io/json_value.h"

static const char *const language_keys[LANGUAGE_COUNT] = {[LANGUAGE_VI] = "vi", [LANGUAGE_EN] = "en"};

static struct json_object *figure_object(const struct figure *figure)
{
    struct json_object *object = json_object_new_object(), *text = json_object_new_object();
    json_add_text(object, "name", figure->name);
    json_add_text(object, "type", value_type_name(figure->type));
    json_object_object_add(object, "value", json_figure_value(figure));
    if (figure->unknown != KNOWN)
        json_add_text(object, "unknown", unknown_text(figure->unknown, LANGUAGE_EN));
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        char buf[FIGURE_TEXT_SIZE];
        json_add_text(text, language_keys[language], figure_format(figure, language, buf));
    }
    json_object_object_add(object, "text", text);
    return object;
}

static struct json_object *figures_array(const struct figure *figures, size_t n)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, figure_object(&figures[i]));
    return array;
}

static struct json_object *basis_array(const struct alert_record *record)
{
    struct json_object *array = json_object_new_array();
    for (const char *const *item = record->basis; item != NULL && *item != NULL; item++)
        json_object_array_add(array, json_object_new_string(*item));
    return array;
}

typedef int filler(const struct alert_record *record, enum language language, struct buf *out);

static int fill_product(const struct alert_record *record, enum language language, struct buf *out)
{
    return message_fill(record, language, "{{product}}", out);
}

static int fill_advice(const struct alert_record *record, enum language language, struct buf *out)
{
    return message_fill(record, language, message_phrase(&record->advice, language), out);
}

/* Adds { vi, en }. */
static int add_phrase(
    struct json_object *object, const char *key, const struct alert_record *record, filler *fill)
{
    struct json_object *phrase = json_object_new_object();
    int r = 0;
    for (enum language language = 0; language < LANGUAGE_COUNT && r == 0; language++) {
        struct buf text;
        buf_init(&text, MESSAGE_PHRASE_MAX);
        r = fill(record, language, &text);
        json_add_text(phrase, language_keys[language], buf_text(&text));
        buf_deinit(&text);
    }
    json_object_object_add(object, key, phrase);
    return r;
}

static int add_product(struct json_object *data, const struct alert_record *record)
{
    struct json_object *product = json_object_new_object();
    json_add_text(product, "code", record->scope.product);
    int r = add_phrase(product, "title", record, fill_product);
    json_object_object_add(data, "product", product);
    return r;
}

/* An empty scope part is JSON null. */
static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static int add_data(struct json_object *event, const struct alert_record *record)
{
    struct json_object *data = json_object_new_object();
    json_object_object_add(event, "data", data);
    json_add_text(data, "alert", record->id);
    json_object_object_add(data, "seq", json_object_new_int(record->seq));
    json_add_text(data, "rule", record->scope.rule);
    json_add_text(data, "event", alert_event_name(record->event));
    json_add_text(data, "reason", record->reason);
    json_add_text(data, "severity", severity_name(record->severity));
    json_add_text(data, "state", alert_state_name(record->state));
    int r = add_product(data, record);
    json_add_text(data, "market", or_null(record->scope.market));
    json_add_text(data, "origin", or_null(record->scope.origin));
    json_object_object_add(data, "period", json_period(record->period));
    json_object_object_add(data, "raised", json_period(record->raised));
    if (r == 0)
        r = add_phrase(data, "title", record, message_title);
    if (r == 0)
        r = add_phrase(data, "advice", record, fill_advice);
    json_object_object_add(data, "basis", basis_array(record));
    json_object_object_add(data, "figures", figures_array(record->figures, record->figure_count));
    evidence_json_add(data, record);
    json_add_text(data, "sources", record->sources);
    json_add_text(data, "vintage", or_null(record->vintage));
    json_add_text(data, "ruleset", or_null(record->ruleset));
    return r;
}

/* "plywood/US/CN": within one source, a rule, the scope names what the event is about. */
static void add_subject(struct json_object *event, const struct alert_scope *scope)
{
    struct arena arena = ARENA_NULL;
    const char *subject = scope->product;
    if (scope->market[0] != '\0')
        subject = arena_printf(&arena, "%s/%s", subject, scope->market);
    if (scope->origin[0] != '\0')
        subject = arena_printf(&arena, "%s/%s", subject, scope->origin);
    json_add_text(event, "subject", subject);
    arena_deinit(&arena);
}

static void add_context(struct json_object *event, const struct alert_record *record, const char *id)
{
    struct arena arena = ARENA_NULL;
    char moment[CLOCK_TEXT_SIZE];
    json_add_text(event, "specversion", "1.0");
    json_add_text(event, "id", id);
    json_add_text(event, "source", arena_printf(&arena, "urn:tdwatch:rule:%s", record->scope.rule));
    json_add_text(event, "type",
        arena_printf(
            &arena, "vn.tdwatch.%s.%s", record->drill ? "drill" : "alert", alert_event_name(record->event)));
    add_subject(event, &record->scope);
    json_add_text(event, "time", clock_format(record->at_ms, moment));
    json_add_text(event, "datacontenttype", "application/json");
    arena_deinit(&arena);
}

static int write_event(struct json_object *event, struct buf *out)
{
    return buf_puts(
        out, json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

int cloudevent_write(const struct alert_record *record, const char *id, struct buf *out)
{
    struct json_object *event = json_object_new_object();
    add_context(event, record, id);
    int r = add_data(event, record);
    if (r == 0)
        r = write_event(event, out);
    json_object_put(event);
    return r;
}

/* ---- bulletins ---- */

static struct json_object *events_array(const struct bulletin_alert *alert)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < alert->event_count; i++) {
        const struct alert_record *record = &alert->events[i];
        struct json_object *object = json_object_new_object();
        json_add_count(object, "seq", record->seq);
        json_add_text(object, "event", alert_event_name(record->event));
        json_add_text(object, "reason", record->reason);
        json_add_text(object, "severity", severity_name(record->severity));
        json_add_period(object, "period", record->period);
        json_add_moment(object, "time", record->at_ms);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *now_object(const struct bulletin_alert *alert)
{
    struct json_object *object = json_object_new_object();
    json_add_bool(object, "open", alert->open);
    json_add_text(object, "state", alert_state_name(alert->state));
    json_add_text(object, "severity", severity_name(alert->severity));
    json_add_period(object, "period", alert->period);
    json_object_object_add(object, "figures", figures_array(alert->figures, alert->figure_count));
    return object;
}

static int add_alert(struct json_object *alerts, const struct bulletin_alert *alert)
{
    const struct alert_record *newest = &alert->events[alert->event_count - 1];
    struct json_object *object = json_object_new_object();
    json_object_array_add(alerts, object);
    json_add_text(object, "alert", newest->id);
    json_add_text(object, "rule", newest->scope.rule);
    int r = add_product(object, newest);
    json_add_text(object, "market", or_null(newest->scope.market));
    json_add_text(object, "origin", or_null(newest->scope.origin));
    json_add_period(object, "raised", newest->raised);
    if (r == 0)
        r = add_phrase(object, "title", newest, message_title);
    json_object_object_add(object, "events", events_array(alert));
    json_object_object_add(object, "now", now_object(alert));
    return r;
}

static int add_bulletin(struct json_object *event, const struct bulletin *bulletin)
{
    struct json_object *data = json_object_new_object(), *alerts = json_object_new_array(),
                       *reasons = json_object_new_array();
    int r = 0;
    json_object_object_add(event, "data", data);
    json_add_count(data, "events", (int64_t)bulletin->event_count);
    for (int hold = HOLD_NONE + 1; hold < HOLD_COUNT; hold++)
        if ((bulletin->reasons & 1U << hold) != 0)
            json_object_array_add(reasons, json_object_new_string(hold_name((enum hold)hold)));
    json_object_object_add(data, "held", reasons);
    json_object_object_add(data, "alerts", alerts);
    for (size_t i = 0; i < bulletin->alert_count && r == 0; i++)
        r = add_alert(alerts, &bulletin->alerts[i]);
    return r;
}

int cloudevent_write_bulletin(const struct bulletin *bulletin, const char *id, struct buf *out)
{
    struct json_object *event = json_object_new_object();
    char moment[CLOCK_TEXT_SIZE];
    json_add_text(event, "specversion", "1.0");
    json_add_text(event, "id", id);
    json_add_text(event, "source", "urn:tdwatch:bulletin");
    json_add_text(event, "type", "vn.tdwatch.bulletin");
    json_add_text(event, "time", clock_format(bulletin->at_ms, moment));
    json_add_text(event, "datacontenttype", "application/json");
    int r = add_bulletin(event, bulletin);
    if (r == 0)
        r = write_event(event, out);
    json_object_put(event);
    return r;
}
