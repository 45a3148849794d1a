#include "feeds/condition.h"

const struct shape condition_shape = {
    .kind = SHAPE_MAP, .names = &shape_some_text, .items = &shape_any_text, .min_items = 1, .max_items = 1};
const struct shape conditions_shape = {.kind = SHAPE_MAP,
    .names = &shape_some_text,
    .items = &shape_any_text,
    .min_items = 1,
    .max_items = CONDITIONS_MAX};

static bool is_pair(const struct node *where, size_t i)
{
    return where->keys[i]->text.len > 0 && where->items[i]->kind == NODE_SCALAR;
}

size_t condition_read(const struct node *where, size_t max, struct condition *ret_conditions,
    struct arena *arena, struct diag_list *diags)
{
    bool right = where->kind == NODE_MAP && where->len > 0 && where->len <= max;
    for (size_t i = 0; right && i < where->len; i++)
        right = is_pair(where, i);
    if (!right) {
        diag_error(diags, where->place, "F014",
            "expected a column and its text, such as { indicators: VALUE_IN_EUROS }, at most %zu", max);
        return 0;
    }
    for (size_t i = 0; i < where->len; i++) {
        struct slice column = where->keys[i]->text, text = where->items[i]->text;
        ret_conditions[i] = (struct condition){
            arena_strndup(arena, column.data, column.len), arena_strndup(arena, text.data, text.len)};
    }
    return where->len;
}
