#include "io/json_value.h"

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
