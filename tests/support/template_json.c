#include "tests/support/template_json.h"

static struct template_value list_of(struct json_object *array, struct arena *arena)
{
    size_t n = json_object_array_length(array);
    struct template_value *items = arena_array(arena, n, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = template_json_value(json_object_array_get_idx(array, i), arena);
    return (struct template_value){.kind = TEMPLATE_LIST, .items = items, .len = n};
}

static struct template_value map_of(struct json_object *object, struct arena *arena)
{
    size_t n = 0;
    struct template_field *fields =
        arena_array(arena, (size_t)json_object_object_length(object), sizeof *fields);
    json_object_object_foreach(object, name, value)
    {
        fields[n++] = (struct template_field){name, template_json_value(value, arena)};
    }
    return (struct template_value){.kind = TEMPLATE_MAP, .fields = fields, .len = n};
}

struct template_value template_json_value(struct json_object *object, struct arena *arena)
{
    if (json_object_is_type(object, json_type_array))
        return list_of(object, arena);
    if (json_object_is_type(object, json_type_object))
        return map_of(object, arena);
    return (struct template_value){.text = json_object_get_string(object)};
}
