#include "io/question_json.h"

#include <errno.h>

#include "core/period.h"
#include "io/json_value.h"

enum { DEPTH_MAX = 4 };

int question_json_write(const struct explain_question *question, struct buf *out)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "rule", question->scope.rule);
    json_add_text(object, "product", question->scope.product);
    json_add_text(object, "market", question->scope.market);
    if (question->scope.origin != NULL)
        json_add_text(object, "origin", question->scope.origin);
    if (question->period != PERIOD_NONE)
        json_add_period(object, "period", question->period);
    json_add_bool(object, "json", question->json);
    json_add_bool(object, "basis", question->basis);
    int r = buf_puts(out, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    json_object_put(object);
    return r;
}

static bool is_set(struct json_object *object, const char *key)
{
    struct json_object *value;
    return json_object_object_get_ex(object, key, &value) && json_object_get_boolean(value) != 0;
}

static int read_object(struct json_object *object, struct arena *arena, struct explain_question *ret_question)
{
    const char *period = json_text_at(object, "period", arena);
    struct explain_question question = {
        .scope = {json_text_at(object, "rule", arena), json_text_at(object, "product", arena),
            json_text_at(object, "market", arena), json_text_at(object, "origin", arena)},
        .period = PERIOD_NONE,
        .json = is_set(object, "json"),
        .basis = is_set(object, "basis"),
    };
    bool whole = question.scope.rule != NULL && question.scope.product != NULL &&
                 question.scope.market != NULL &&
                 (period == NULL || period_parse(slice_of(period), &question.period) == 0);
    if (whole)
        *ret_question = question;
    return whole ? 0 : -EINVAL;
}

int question_json_read(
    struct slice body, struct arena *arena, struct explain_question *ret_question, const char **ret_fault)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    struct json_object *object = json_tokener_parse_ex(tokener, body.data, (int)body.len);
    int r =
        json_object_is_type(object, json_type_object) ? read_object(object, arena, ret_question) : -EINVAL;
    if (r < 0)
        *ret_fault = "expected a rule, a product and a market, and a period as 2025-07 where there is one";
    json_object_put(object);
    json_tokener_free(tokener);
    return r;
}
