#include "io/json_schema.h"

#include <assert.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 16384 };

static const struct shape text_list = {.kind = SHAPE_LIST, .items = &shape_any_text};
static const struct shape *const text_choices[] = {&shape_any_text, &text_list, NULL};
static const struct shape texts = {.kind = SHAPE_ANY, .choices = text_choices};

static const struct shape name_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected a name of lower-case letters, digits and - _ . :",
    .pattern = "^[a-z0-9_.:-]+$",
    .also = ALSO_NUMBER | ALSO_BOOL,
};

/* ---- what JSON needs ---- */

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

static void add_count(struct json_object *object, const char *key, size_t n)
{
    if (n > 0)
        json_object_object_add(object, key, json_object_new_int64((int64_t)n));
}

static void push_text(struct json_object *array, const char *text)
{
    json_object_array_add(array, json_object_new_string(text));
}

static struct json_object *text_array(const char *const *items)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; items[i] != NULL; i++)
        push_text(array, items[i]);
    return array;
}

/* ---- patterns ---- */

/* A text as a pattern that matches just it. */
static void put_escaped(struct buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        (void)buf_printf(out, strchr("^$\\.*+?()[]{}|/", *p) != NULL ? "\\%c" : "%c", *p);
}

static void put_pattern(struct buf *out, const struct shape *shape)
{
    for (const char *p = shape->pattern; *p != '\0'; p++) {
        if (*p != '@' || shape->words == NULL) {
            (void)buf_append(out, p, 1);
            continue;
        }
        for (size_t i = 0; shape->words[i] != NULL; i++) {
            (void)buf_puts(out, i > 0 ? "|" : "");
            put_escaped(out, shape->words[i]);
        }
    }
}

/* The numbers from low, at least 1, to high, as alternatives such as 6[0-9]|[7-9][0-9]|1[0-9]{2}. Each step
 * takes the largest run of numbers that differ in one digit and in all behind it. */
static void put_range(struct buf *out, uint64_t low, uint64_t high)
{
    for (const char *bar = ""; low <= high; bar = "|") {
        uint64_t step = 1;
        int digits = 0;
        while (low % (step * 10) == 0 && low - 1 + step * 10 <= high) {
            step *= 10;
            digits++;
        }
        uint64_t first = low / step % 10, last = first;
        while (last < 9 && low - 1 + (last - first + 2) * step <= high)
            last++;
        (void)buf_puts(out, bar);
        if (low / step >= 10)
            (void)buf_printf(out, "%llu", (unsigned long long)(low / step / 10));
        (void)buf_printf(out, last > first ? "[%d-%d]" : "%d", (int)first, (int)last);
        if (digits > 0)
            (void)buf_printf(out, digits > 1 ? "[0-9]{%d}" : "[0-9]", digits);
        low += (last - first + 1) * step;
    }
}

/* The numbers of one unit that lie within the key's limits; nothing where none do. */
static void put_unit(struct buf *out, const struct key *key, const char *unit, int64_t factor)
{
    int64_t max = key->max != 0 ? key->max : INT64_MAX;
    int64_t low = key->min / factor + (key->min % factor != 0), high = max / factor;
    if (high < 1)
        return;
    (void)buf_puts(out, buf_text(out)[out->len - 1] == '(' ? "(" : "|(");
    (void)buf_puts(out, low == 0 ? "0|" : "");
    put_range(out, low > 0 ? (uint64_t)low : 1, (uint64_t)high);
    (void)buf_printf(out, ")%s", unit);
}

/* Numbers as they are written, with the units of their kind where it has any. */
static void put_number_pattern(struct buf *out, const struct key *key)
{
    const char *unit;
    int64_t factor;
    (void)buf_puts(out, key->kind == KEY_INTEGER ? "^[+]?0*(" : "^0*(");
    if (key->kind == KEY_INTEGER)
        put_unit(out, key, "", 1);
    else
        for (size_t i = 0; (unit = key_unit(key->kind, i, &factor)) != NULL; i++)
            put_unit(out, key, unit, factor);
    (void)buf_puts(out, ")$");
}

/* ---- texts ---- */

static struct json_object *type_array(int also)
{
    struct json_object *array = json_object_new_array();
    push_text(array, "string");
    if (also & ALSO_NUMBER)
        push_text(array, "number");
    else if (also & ALSO_INTEGER)
        push_text(array, "integer");
    if (also & ALSO_BOOL)
        push_text(array, "boolean");
    if (also & ALSO_NULL)
        push_text(array, "null");
    return array;
}

static void add_type(struct json_object *object, int also)
{
    if (also == 0)
        add_text(object, "type", "string");
    else
        json_object_object_add(object, "type", type_array(also));
}

static void add_limits(struct json_object *object, int64_t min, int64_t max)
{
    if (min == 0 && max == 0)
        return;
    json_object_object_add(object, "minimum", json_object_new_int64(min));
    if (max != INT64_MAX)
        json_object_object_add(object, "maximum", json_object_new_int64(max));
}

static void add_pattern(struct json_object *object, struct buf *pattern, const char *expected)
{
    assert(pattern->len < PATTERN_MAX);
    add_text(object, "pattern", buf_text(pattern));
    if (expected != NULL)
        add_text(object, "patternErrorMessage", expected);
    buf_deinit(pattern);
}

/* Whether the list has the text; no list has all. */
static bool is_in(const char *const *list, const char *text)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return list == NULL;
}

static const char *const bools[] = {"true", "false", NULL};

/* The words as texts, and as what YAML makes of them without quotes. */
static struct json_object *word_array(const struct shape *shape)
{
    struct json_object *array = text_array(shape->words);
    for (size_t i = 0; shape->words[i] != NULL; i++) {
        if (shape->also & ALSO_INTEGER)
            json_object_array_add(array, json_object_new_int64(atoll(shape->words[i])));
        if (is_in(bools, shape->words[i]))
            json_object_array_add(array, json_object_new_boolean(strcmp(shape->words[i], "true") == 0));
    }
    return array;
}

static void add_exceptions(struct json_object *object, const char *const *const *lists)
{
    struct json_object *not = json_object_new_object(), *array = json_object_new_array();
    for (size_t i = 0; lists[i] != NULL; i++)
        for (size_t k = 0; lists[i][k] != NULL; k++) {
            bool seen = false; /* an enum names nothing twice */
            for (size_t n = 0; n < json_object_array_length(array) && !seen; n++)
                seen = strcmp(json_object_get_string(json_object_array_get_idx(array, n)), lists[i][k]) == 0;
            if (!seen)
                push_text(array, lists[i][k]);
        }
    json_object_object_add(not, "enum", array);
    json_object_object_add(object, "not", not );
}

static void add_text_shape(struct json_object *object, const struct shape *shape)
{
    if (shape->pattern == NULL && shape->words != NULL) {
        json_object_object_add(object, "enum", word_array(shape));
        return;
    }
    add_type(object, shape->also);
    if (shape->pattern != NULL) {
        struct buf pattern;
        buf_init(&pattern, PATTERN_MAX);
        put_pattern(&pattern, shape);
        add_pattern(object, &pattern, shape->expected);
    }
    add_count(object, "maxLength", shape->max_length);
    add_limits(object, shape->min, shape->max);
    if (shape->except != NULL)
        add_exceptions(object, shape->except);
}

/* ---- maps, lists, choices ---- */

/* Adds what the shape says, or where it says it. `definitions` are those of the whole document. */
static void add_shape(struct json_object *object, const struct shape *shape, struct json_object *definitions);

static struct json_object *shape_object(const struct shape *shape, struct json_object *definitions)
{
    struct json_object *object = json_object_new_object();
    add_shape(object, shape, definitions);
    return object;
}

static void add_number(struct json_object *object, const struct key *key)
{
    /* A size may go without a unit, and then YAML takes it for a number. */
    add_type(object, key->kind == KEY_DURATION ? 0 : ALSO_INTEGER);
    struct buf pattern;
    buf_init(&pattern, PATTERN_MAX);
    put_number_pattern(&pattern, key);
    char range[64], expected[160];
    key_format_range(key, range, sizeof range);
    snprintf(expected, sizeof expected, "expected %s%s%s", key_kind_expected(key->kind),
        range[0] != '\0' ? ", " : "", range);
    add_pattern(object, &pattern, expected);
    if (key->kind != KEY_DURATION)
        add_limits(object, key->min, key->max);
}

/* What the key's kind takes, where the table says no more. */
static void add_kind(struct json_object *object, const struct key *key, struct json_object *definitions)
{
    struct shape words = {.kind = SHAPE_TEXT, .words = key->choices};
    switch (key->kind) {
    case KEY_TEXT:
        add_shape(object, &shape_any_text, definitions);
        break;
    case KEY_NAME:
        add_shape(object, &name_shape, definitions);
        break;
    case KEY_TEXTS:
        add_shape(object, &texts, definitions);
        break;
    case KEY_BOOL:
        words.words = bools;
        add_shape(object, &words, definitions);
        break;
    case KEY_CHOICE:
        add_shape(object, &words, definitions);
        break;
    case KEY_INTEGER:
    case KEY_DURATION:
    case KEY_SIZE:
        add_number(object, key);
        break;
    case KEY_NODE:
        assert(key->kind != KEY_NODE); /* a section needs a shape */
    }
}

static void add_default(struct json_object *object, const struct key *key)
{
    if (key->fallback == NULL)
        return;
    if (key->kind == KEY_INTEGER)
        json_object_object_add(object, "default", json_object_new_int64(atoll(key->fallback)));
    else
        add_text(object, "default", key->fallback);
}

static struct json_object *key_object(
    const struct key *key, const struct shape *common, struct json_object *definitions)
{
    struct json_object *object = json_object_new_object();
    if (key->help[0] != '\0')
        add_text(object, "description", key->help);
    if (key->shape != NULL)
        add_shape(object, key->shape, definitions);
    else if (common != NULL)
        add_shape(object, common, definitions);
    else
        add_kind(object, key, definitions);
    add_default(object, key);
    return object;
}

static void add_keys(struct json_object *object, const struct shape *map, struct json_object *definitions)
{
    struct json_object *properties = json_object_new_object(), *required = json_object_new_array();
    for (size_t i = 0; i < map->key_count; i++) {
        const struct key *key = &map->keys[i];
        if (!is_in(map->only, key->name))
            continue;
        json_object_object_add(
            properties, key->name, key_object(key, map->names == NULL ? map->items : NULL, definitions));
        bool filled = map->filled != NULL && is_in(map->filled, key->name);
        if ((key->required && !filled) || map->all_required)
            push_text(required, key->name);
    }
    json_object_object_add(object, "properties", properties);
    if (json_object_array_length(required) > 0)
        json_object_object_add(object, "required", required);
    else
        json_object_put(required);
}

/* { "oneOf": [ { "required": [ "column" ] }, … ] } */
static void add_one_of(struct json_object *object, const char *const *keys)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; keys[i] != NULL; i++) {
        struct json_object *choice = json_object_new_object(), *required = json_object_new_array();
        push_text(required, keys[i]);
        json_object_object_add(choice, "required", required);
        json_object_array_add(array, choice);
    }
    json_object_object_add(object, "oneOf", array);
}

static void add_needs(struct json_object *object, const char *const needs[3][2])
{
    struct json_object *map = json_object_new_object();
    for (size_t i = 0; i < 3 && needs[i][0] != NULL; i++)
        json_object_object_add(map, needs[i][0], text_array((const char *[]){needs[i][1], NULL}));
    json_object_object_add(object, "dependentRequired", map);
}

/* { "not": { "anyOf": [ { "required": [ "from", "ended" ] }, … ] } } */
static void add_apart(struct json_object *object, const char *const apart[2][2])
{
    struct json_object *array = json_object_new_array(), *not = json_object_new_object();
    for (size_t i = 0; i < 2 && apart[i][0] != NULL; i++) {
        struct json_object *both = json_object_new_object();
        json_object_object_add(
            both, "required", text_array((const char *[]){apart[i][0], apart[i][1], NULL}));
        json_object_array_add(array, both);
    }
    json_object_object_add(not, "anyOf", array);
    json_object_object_add(object, "not", not );
}

static void add_map(struct json_object *object, const struct shape *map, struct json_object *definitions)
{
    add_text(object, "type", "object");
    if (map->keys != NULL)
        add_keys(object, map, definitions);
    if (map->one_of != NULL)
        add_one_of(object, map->one_of);
    if (map->needs[0][0] != NULL)
        add_needs(object, map->needs);
    if (map->apart[0][0] != NULL)
        add_apart(object, map->apart);
    add_count(object, "minProperties", map->min_items);
    add_count(object, "maxProperties", map->max_items);
    if (map->names == NULL) {
        json_object_object_add(object, "additionalProperties", json_object_new_boolean(false));
        return;
    }
    struct json_object *names = shape_object(map->names, definitions);
    json_object_object_del(names, "type"); /* a name is text in any case */
    json_object_object_add(object, "propertyNames", names);
    json_object_object_add(object, "additionalProperties", shape_object(map->items, definitions));
}

static void add_list(struct json_object *object, const struct shape *list, struct json_object *definitions)
{
    add_text(object, "type", "array");
    json_object_object_add(object, "items", shape_object(list->items, definitions));
    add_count(object, "minItems", list->min_items);
    add_count(object, "maxItems", list->max_items);
    if (list->unique)
        json_object_object_add(object, "uniqueItems", json_object_new_boolean(true));
}

static void add_choices(
    struct json_object *object, const struct shape *shape, struct json_object *definitions)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; shape->choices[i] != NULL; i++)
        json_object_array_add(array, shape_object(shape->choices[i], definitions));
    json_object_object_add(object, "anyOf", array);
}

static void add_body(struct json_object *object, const struct shape *shape, struct json_object *definitions)
{
    switch (shape->kind) {
    case SHAPE_TEXT:
        add_text_shape(object, shape);
        break;
    case SHAPE_MAP:
        add_map(object, shape, definitions);
        break;
    case SHAPE_LIST:
        add_list(object, shape, definitions);
        break;
    case SHAPE_ANY:
        add_choices(object, shape, definitions);
        break;
    }
}

static void add_shape(struct json_object *object, const struct shape *shape, struct json_object *definitions)
{
    if (shape->name == NULL) {
        add_body(object, shape, definitions);
        return;
    }
    if (!json_object_object_get_ex(definitions, shape->name, NULL)) {
        struct json_object *definition = json_object_new_object();
        json_object_object_add(definitions, shape->name, definition); /* before those that it uses */
        add_body(definition, shape, definitions);
    }
    struct buf reference;
    buf_init(&reference, 256);
    (void)buf_printf(&reference, "#/$defs/%s", shape->name);
    add_text(object, "$ref", buf_text(&reference));
    buf_deinit(&reference);
}

int json_schema_write(const struct shape *document, const char *name, struct buf *out)
{
    struct json_object *schema = json_object_new_object(), *definitions = json_object_new_object();
    char id[96], title[96];
    snprintf(id, sizeof id, "urn:tdwatch:schema:%s", name);
    snprintf(title, sizeof title, "tdwatch: %s", name);
    add_text(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    add_text(schema, "$id", id);
    add_text(schema, "title", title);
    add_shape(schema, document, definitions);
    json_object_object_add(schema, "$defs", definitions);
    int r = buf_puts(
        out, json_object_to_json_string_ext(
                 schema, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(schema);
    return r == 0 ? buf_puts(out, "\n") : r;
}
