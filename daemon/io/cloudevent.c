#include "io/cloudevent.h"

#include <json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "core/message_view.h"
#include "core/period.h"

static const char *const language_keys[LANGUAGE_COUNT] = {[LANGUAGE_VI] = "vi", [LANGUAGE_EN] = "en"};

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text != NULL ? json_object_new_string(text) : NULL);
}

static struct json_object *period_value(int32_t period)
{
    char text[PERIOD_TEXT_SIZE];
    return period != PERIOD_NONE ? json_object_new_string(period_format(period, text)) : NULL;
}

/* The shortest decimal that reads back as the same double: 17 significant digits always do (IEEE
 * 754-2008, 5.12.2). */
static struct json_object *number_value(double value)
{
    char text[32];
    int digits = 14;
    do
        snprintf(text, sizeof text, "%.*g", ++digits, value);
    while (digits < 17 && strtod(text, NULL) != value);
    return json_object_new_double_s(value, text);
}

/* JSON null for what is not known; JSON has no infinities. */
static struct json_object *figure_value(const struct figure *figure)
{
    if (figure->unknown != KNOWN || !isfinite(figure->value))
        return NULL;
    if (figure->type == VALUE_BOOLEAN)
        return json_object_new_boolean(figure->value != 0);
    if (figure->type == VALUE_PERIOD)
        return period_value((int32_t)figure->value);
    return number_value(figure->value);
}

static struct json_object *figure_object(const struct figure *figure)
{
    struct json_object *object = json_object_new_object(), *text = json_object_new_object();
    add_text(object, "name", figure->name);
    add_text(object, "type", value_type_name(figure->type));
    json_object_object_add(object, "value", figure_value(figure));
    if (figure->unknown != KNOWN)
        add_text(object, "unknown", unknown_text(figure->unknown, LANGUAGE_EN));
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        char buf[FIGURE_TEXT_SIZE];
        add_text(text, language_keys[language], figure_format(figure, language, buf));
    }
    json_object_object_add(object, "text", text);
    return object;
}

static struct json_object *figures_array(const struct alert_record *record)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < record->figure_count; i++)
        json_object_array_add(array, figure_object(&record->figures[i]));
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
        add_text(phrase, language_keys[language], buf_text(&text));
        buf_deinit(&text);
    }
    json_object_object_add(object, key, phrase);
    return r;
}

static int add_product(struct json_object *data, const struct alert_record *record)
{
    struct json_object *product = json_object_new_object();
    add_text(product, "code", record->scope.product);
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
    add_text(data, "alert", record->id);
    json_object_object_add(data, "seq", json_object_new_int(record->seq));
    add_text(data, "rule", record->scope.rule);
    add_text(data, "event", alert_event_name(record->event));
    add_text(data, "reason", record->reason);
    add_text(data, "severity", severity_name(record->severity));
    add_text(data, "state", alert_state_name(record->state));
    int r = add_product(data, record);
    add_text(data, "market", or_null(record->scope.market));
    add_text(data, "origin", or_null(record->scope.origin));
    json_object_object_add(data, "period", period_value(record->period));
    json_object_object_add(data, "raised", period_value(record->raised));
    if (r == 0)
        r = add_phrase(data, "title", record, message_title);
    if (r == 0)
        r = add_phrase(data, "advice", record, fill_advice);
    json_object_object_add(data, "basis", basis_array(record));
    json_object_object_add(data, "figures", figures_array(record));
    add_text(data, "sources", record->sources);
    add_text(data, "vintage", or_null(record->vintage));
    add_text(data, "ruleset", or_null(record->ruleset));
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
    add_text(event, "subject", subject);
    arena_deinit(&arena);
}

static void add_context(struct json_object *event, const struct alert_record *record, const char *id)
{
    struct arena arena = ARENA_NULL;
    char moment[CLOCK_TEXT_SIZE];
    add_text(event, "specversion", "1.0");
    add_text(event, "id", id);
    add_text(event, "source", arena_printf(&arena, "urn:tdwatch:rule:%s", record->scope.rule));
    add_text(event, "type", arena_printf(&arena, "vn.tdwatch.alert.%s", alert_event_name(record->event)));
    add_subject(event, &record->scope);
    add_text(event, "time", clock_format(record->at_ms, moment));
    add_text(event, "datacontenttype", "application/json");
    arena_deinit(&arena);
}

int cloudevent_write(const struct alert_record *record, const char *id, struct buf *out)
{
    struct json_object *event = json_object_new_object();
    add_context(event, record, id);
    int r = add_data(event, record);
    if (r == 0)
        r = buf_puts(out,
            json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(event);
    return r;
}
