#include "io/action_json.h"

#include <errno.h>
#include <json.h>
#include <stddef.h>
#include <string.h>

#include "io/json_value.h"

enum { DEPTH_MAX = 4 };

/* The keys of a request that are texts. */
#define AT(field) offsetof(struct action_request, field)
static const struct {
    const char *name;
    size_t offset;
} text_keys[] = {
    {"alert", AT(alert)},
    {"by", AT(who)},
    {"text", AT(text)},
    {"from", AT(from)},
    {"until", AT(until)},
    {"rule", AT(matchers.rule)},
    {"product", AT(matchers.product)},
    {"market", AT(matchers.market)},
    {"origin", AT(matchers.origin)},
    {"severity", AT(matchers.severity)},
};

enum { TEXT_KEYS = sizeof text_keys / sizeof *text_keys };

static const char **field_of(struct action_request *request, size_t key)
{
    return (const char **)(void *)((char *)request + text_keys[key].offset);
}

/* ---- reading ---- */

/* One whole document, or NULL. */
static struct json_object *parse(struct slice body)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    if (tokener == NULL || body.len > INT32_MAX) {
        json_tokener_free(tokener);
        return NULL;
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *object = json_tokener_parse_ex(tokener, body.data, (int)body.len);
    bool whole = json_tokener_get_error(tokener) == json_tokener_success &&
                 json_tokener_get_parse_end(tokener) == body.len;
    json_tokener_free(tokener);
    if (whole && json_object_is_type(object, json_type_object))
        return object;
    json_object_put(object);
    return NULL;
}

/* NULL where the value is no text, or hides a NUL. */
static const char *text_of(struct json_object *value, struct arena *arena)
{
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? arena_strdup(arena, text) : NULL;
}

static int refuse(struct arena *arena, const char **ret_fault, const char *key, const char *expected)
{
    *ret_fault = arena_printf(arena, "\"%.40s\": expected %s", key, expected);
    return -EINVAL;
}

static int read_action(
    struct json_object *value, struct arena *arena, struct action_request *request, const char **ret_fault)
{
    const char *verb = text_of(value, arena);
    request->kind = verb != NULL ? action_of_verb(verb) : ACTION_NONE;
    if (request->kind != ACTION_NONE)
        return 0;
    return refuse(arena, ret_fault, "action", "acknowledge, assign, comment, silence or expire");
}

static int read_silence(
    struct json_object *value, struct arena *arena, struct action_request *request, const char **ret_fault)
{
    if (!json_object_is_type(value, json_type_int))
        return refuse(arena, ret_fault, "silence", "a number");
    request->silence = json_object_get_int64(value);
    return 0;
}

static int read_member(const char *name, struct json_object *value, struct arena *arena,
    struct action_request *request, const char **ret_fault)
{
    if (str_equal(name, "action"))
        return read_action(value, arena, request, ret_fault);
    if (str_equal(name, "silence"))
        return read_silence(value, arena, request, ret_fault);
    for (size_t i = 0; i < TEXT_KEYS; i++) {
        if (!str_equal(name, text_keys[i].name))
            continue;
        const char *text = text_of(value, arena);
        *field_of(request, i) = text;
        return text != NULL ? 0 : refuse(arena, ret_fault, name, "a text");
    }
    *ret_fault = "a key is none of action, alert, silence, by, text, from, until, rule, product, market, "
                 "origin and severity";
    return -EINVAL;
}

int action_json_read(
    struct slice body, struct arena *arena, struct action_request *ret_request, const char **ret_fault)
{
    struct json_object *object = parse(body);
    if (object == NULL) {
        *ret_fault = "the body is no JSON object";
        return -EINVAL;
    }
    struct action_request request = {.login = ret_request->login};
    int r = 0;
    json_object_object_foreach(object, name, value)
    {
        if (r == 0)
            r = read_member(name, value, arena, &request, ret_fault);
    }
    json_object_put(object);
    if (r == 0 && request.kind == ACTION_NONE)
        r = refuse(arena, ret_fault, "action", "acknowledge, assign, comment, silence or expire");
    if (r == 0)
        *ret_request = request;
    return r;
}

/* ---- writing ---- */

static int append(struct json_object *object, struct buf *out)
{
    int r = buf_puts(out, json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
    return r == 0 ? buf_puts(out, "\n") : r;
}

int action_json_write(const struct action_request *request, struct buf *out)
{
    struct action_request copy = *request;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "action", action_verb(request->kind));
    if (request->silence != 0)
        json_add_count(object, "silence", request->silence);
    for (size_t i = 0; i < TEXT_KEYS; i++)
        if (*field_of(&copy, i) != NULL)
            json_add_text(object, text_keys[i].name, *field_of(&copy, i));
    return append(object, out);
}

/* ---- what came of it ---- */

int action_json_write_outcome(const struct action_outcome *outcome, int error, struct buf *out)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, error == 0 ? "done" : "error", outcome->text);
    if (error == 0) {
        json_add_text(object, "alert", outcome->alert);
        json_object_object_add(
            object, "silence", outcome->silence != 0 ? json_object_new_int64(outcome->silence) : NULL);
    }
    return append(object, out);
}

int action_json_read_outcome(
    struct slice body, struct arena *arena, struct action_outcome *ret_outcome, bool *ret_done)
{
    struct json_object *object = parse(body), *value = NULL;
    struct action_outcome outcome = {0};
    bool done = object != NULL && json_object_object_get_ex(object, "done", &value);
    if (done || (object != NULL && json_object_object_get_ex(object, "error", &value)))
        outcome.text = text_of(value, arena);
    if (done && json_object_object_get_ex(object, "alert", &value))
        outcome.alert = text_of(value, arena);
    if (done && json_object_object_get_ex(object, "silence", &value))
        outcome.silence = json_object_get_int64(value);
    json_object_put(object);
    if (outcome.text == NULL)
        return -EBADMSG;
    *ret_outcome = outcome;
    *ret_done = done;
    return 0;
}
