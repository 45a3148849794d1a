#include "io/cases_json.h"

#include <errno.h>

#include "io/json_value.h"

static struct json_object *case_object(const struct trade_case *one)
{
    struct json_object *object = json_object_new_object(), *codes = json_object_new_array();
    for (size_t i = 0; i < one->codes.len; i++)
        json_object_array_add(codes, json_object_new_string(one->codes.items[i]));
    json_add_text(object, "id", one->id);
    json_add_text(object, "market", one->market);
    json_add_text(object, "against", one->against);
    json_add_text(object, "product", one->product);
    json_add_text(object, "type", measure_type_names[one->type]);
    json_add_text(object, "state", case_state_names[trade_case_state(one)]);
    json_object_object_add(object, "codes", codes);
    json_add_date(object, "petition", one->petition);
    json_add_date(object, "initiation", one->initiation);
    json_add_bool(object, "initiation_is_first_seen", one->listed_only);
    json_add_date(object, "preliminary", one->preliminary);
    json_add_date(object, "final", one->final);
    json_add_date(object, "from", one->from);
    json_add_date(object, "revoked", one->revoked);
    json_add_date(object, "ended", one->ended);
    json_add_date(object, "newest", one->newest);
    json_add_text(object, "newest_notice", one->newest_notice);
    json_add_text(object, "url", one->url[0] != '\0' ? one->url : NULL);
    json_add_count(object, "notices", (int64_t)one->notices);
    return object;
}

int cases_json_write(const struct trade_cases *cases, const bool *chosen, FILE *out)
{
    struct json_object *document = json_object_new_object(), *list = json_object_new_array();
    json_object_object_add(document, "cases", list);
    for (size_t i = 0; i < cases->len; i++)
        if (chosen[i])
            json_object_array_add(list, case_object(&cases->items[i]));
    const char *text = json_object_to_json_string_ext(
        document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    int r = fprintf(out, "%s\n", text) < 0 ? -EIO : 0;
    json_object_put(document);
    return r;
}
