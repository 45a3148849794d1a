#include "feeds/figure_rows.h"

#include "base/shape.h"
#include "feeds/vocabulary.h"

const struct shape figure_rows_where_shape = {
    .kind = SHAPE_MAP, .names = &shape_some_text, .items = &shape_any_text, .min_items = 1, .max_items = 1};

void figure_rows_read(
    const struct node *where, struct field *field, struct arena *arena, struct diag_list *diags)
{
    if (where->kind != NODE_MAP || where->len != 1 || where->items[0]->kind != NODE_SCALAR ||
        where->keys[0]->text.len == 0) {
        diag_error(diags, where->place, "F014",
            "expected one column and its text, such as { indicators: VALUE_IN_EUROS }");
        return;
    }
    struct slice column = where->keys[0]->text, text = where->items[0]->text;
    field->where_column = arena_strndup(arena, column.data, column.len);
    field->where_text = arena_strndup(arena, text.data, text.len);
}

/* All figures are told apart alike; and of a sum of such rows nobody could say whether each part of it was
 * there. */
void figure_rows_check(const struct node *fields, struct descriptor *descriptor, struct diag_list *diags)
{
    for (int i = FIELD_VALUE; i <= FIELD_WEIGHT; i++)
        descriptor->by_figure |= descriptor->fields[i].where_column != NULL;
    for (int i = FIELD_VALUE; descriptor->by_figure && i <= FIELD_WEIGHT; i++) {
        const char *name = vocabulary_role_name((enum field_role)i);
        if (descriptor->fields[i].given && descriptor->fields[i].where_column == NULL)
            diag_error(diags, node_get(fields, name)->place, "F014",
                "another figure has a \"where\", so the field %s needs one", name);
    }
    if (descriptor->by_figure && descriptor->sums)
        diag_error(diags, fields->place, "F014", "rows that are one figure each are not added up");
}
