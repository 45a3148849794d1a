/* Values that several JSON documents have: texts, months, days, moments, figures. Private to files of io. */
#ifndef IO_JSON_VALUE_H
#define IO_JSON_VALUE_H

#include <json.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "core/figure.h"

/* NULL is JSON null. */
void json_add_text(struct json_object *object, const char *key, const char *text);
void json_add_bool(struct json_object *object, const char *key, bool value);
void json_add_count(struct json_object *object, const char *key, int64_t n);

/* The text of a member, in `arena`; NULL where it is none, or not there. */
const char *json_text_at(struct json_object *object, const char *key, struct arena *arena);

/* PERIOD_NONE, DATE_NONE and 0 ms are JSON null. */
struct json_object *json_period(int32_t period);
void json_add_period(struct json_object *object, const char *key, int32_t period);
void json_add_date(struct json_object *object, const char *key, int32_t date);
void json_add_moment(struct json_object *object, const char *key, int64_t wall_ms);

/* The shortest decimal that reads back as the same double. */
struct json_object *json_number(double value);

/* A figure's value: number, boolean or month; null for what is not known. JSON has no infinities. */
struct json_object *json_figure_value(const struct figure *figure);

/* Adds type, value, text, and why it is not known where it is not. */
void json_add_figure(struct json_object *object, const struct figure *figure);

/* { name, type, value, text }. */
struct json_object *json_figure(const struct figure *figure);

/* Prints the document and releases it. 0 or -EIO. */
int json_print(struct json_object *document, FILE *out);

#endif
