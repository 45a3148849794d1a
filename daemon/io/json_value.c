#include "io/json_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "core/date.h"
#include "core/period.h"

void json_add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text != NULL ? json_object_new_string(text) : NULL);
}

const char *json_text_at(struct json_object *object, const char *key, struct arena *arena)
{
    struct json_object *value;
    bool there =
        json_object_object_get_ex(object, key, &value) && json_object_is_type(value, json_type_string);
    return there ? arena_strdup(arena, json_object_get_string(value)) : NULL;
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

void json_add_count(struct json_object *object, const char *key, int64_t n)
{
    json_object_object_add(object, key, json_object_new_int64(n));
}

struct json_object *json_period(int32_t period)
{
    char text[PERIOD_TEXT_SIZE];
    return period != PERIOD_NONE ? json_object_new_string(period_format(period, text)) : NULL;
}

void json_add_period(struct json_object *object, const char *key, int32_t period)
{
    json_object_object_add(object, key, json_period(period));
}

void json_add_date(struct json_object *object, const char *key, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    json_add_text(object, key, date != DATE_NONE ? date_format(date, text) : NULL);
}

void json_add_moment(struct json_object *object, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT_SIZE];
    json_add_text(object, key, wall_ms != 0 ? clock_format(wall_ms, text) : NULL);
}

/* 17 significant digits always read back (IEEE 754-2008, 5.12.2). */
struct json_object *json_number(double value)
{
    char text[32];
    int digits = 14;
    do
        snprintf(text, sizeof text, "%.*g", ++digits, value);
    while (digits < 17 && strtod(text, NULL) != value);
    return json_object_new_double_s(value, text);
}

struct json_object *json_figure_value(const struct figure *figure)
{
    if (figure->unknown != KNOWN || !isfinite(figure->value))
        return NULL;
    if (figure->type == VALUE_BOOLEAN)
        return json_object_new_boolean(figure->value != 0);
    if (figure->type == VALUE_PERIOD)
        return json_period((int32_t)figure->value);
    return json_number(figure->value);
}

void json_add_figure(struct json_object *object, const struct figure *figure)
{
    char text[FIGURE_TEXT_SIZE];
    json_add_text(object, "type", value_type_name(figure->type));
    json_object_object_add(object, "value", json_figure_value(figure));
    json_add_text(object, "text", figure_format(figure, LANGUAGE_EN, text));
    if (figure->unknown != KNOWN)
        json_add_text(object, "unknown", unknown_text(figure->unknown, LANGUAGE_EN));
}

struct json_object *json_figure(const struct figure *figure)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "name", figure->name);
    json_add_figure(object, figure);
    return object;
}

int json_print(struct json_object *document, FILE *out)
{
    const char *text = json_object_to_json_string_ext(
        document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    int r = fprintf(out, "%s\n", text) < 0 ? -EIO : 0;
    json_object_put(document);
    return r;
}
