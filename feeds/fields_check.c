#include "feeds/fields_check.h"

#include "core/code.h"
#include "feeds/vocabulary.h"

static struct place place_of(const struct node *fields, int role)
{
    return node_get(fields, vocabulary_role_name((enum field_role)role))->place;
}

/* A quantity without a unit cannot be compared with anything. */
static void check_unit(
    const struct descriptor *descriptor, const struct node *fields, struct diag_list *diags)
{
    const struct field *quantity = &descriptor->fields[FIELD_QUANTITY];
    const struct node *node = node_get(fields, "quantity");
    bool column = descriptor->fields[FIELD_UNIT].given;
    if (!quantity->given && column)
        diag_error(diags, place_of(fields, FIELD_UNIT), "F008", "a unit without a quantity");
    if (!quantity->given || node->kind != NODE_MAP)
        return;
    const struct node *unit = node_get(node, "unit");
    if ((unit != NULL) == column)
        diag_error(diags, node->place, "F008", "the quantity needs %s",
            column ? "its unit from one place: its own key \"unit\", or the field unit"
                   : "a unit: its own key \"unit\", or a field unit");
    if (unit != NULL && !code_is_product(slice_of(quantity->unit)))
        diag_error(diags, unit->place, "F008", "\"%.100s\" is not %s", quantity->unit,
            vocabulary_expected(FIELD_UNIT));
}

/* Where rows are one figure each, all figures are told apart alike; and of a sum of such rows nobody could
 * say whether each part of it was there. */
static void check_figures(
    const struct descriptor *descriptor, const struct node *fields, struct diag_list *diags)
{
    for (int i = FIELD_VALUE; i <= FIELD_WEIGHT; i++)
        if (descriptor->fields[i].given && descriptor->fields[i].where.column == NULL)
            diag_error(diags, place_of(fields, i), "F014",
                "another figure has a \"where\", so the field %s needs one",
                vocabulary_role_name((enum field_role)i));
    if (descriptor->sums)
        diag_error(diags, fields->place, "F014", "rows that are one figure each are not added up");
}

static void check_optional(
    const struct descriptor *descriptor, const struct node *fields, struct diag_list *diags)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        if (descriptor->fields[i].optional && descriptor->format == FEED_XLSX)
            diag_error(diags, place_of(fields, i), "F014",
                "a workbook's header row is found by its columns, so none is optional");
}

void fields_check(const struct node *fields, struct descriptor *descriptor, struct diag_list *diags)
{
    for (int i = FIELD_VALUE; i <= FIELD_WEIGHT; i++)
        descriptor->by_figure |= descriptor->fields[i].where.column != NULL;
    check_unit(descriptor, fields, diags);
    check_optional(descriptor, fields, diags);
    if (descriptor->by_figure)
        check_figures(descriptor, fields, diags);
}
