#include "feeds/fields_check.h"

#include <string.h>

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

static struct place column_place(const struct node *fields, int role)
{
    const struct node *field = node_get(fields, vocabulary_role_name((enum field_role)role));
    const struct node *column = field != NULL ? node_get(field, "column") : NULL;
    return column != NULL ? column->place : fields->place;
}

static void check_period(
    const struct descriptor *descriptor, const struct node *fields, struct diag_list *diags)
{
    const struct field *period = &descriptor->fields[FIELD_PERIOD];
    bool above = period->given && period->above != NULL;
    if (above && descriptor->fields[FIELD_MONTH].given)
        diag_error(diags, place_of(fields, FIELD_MONTH), "F012",
            "the text above the rows says the month, so no field does");
    if (above && descriptor->format != FEED_XLSX)
        diag_error(diags, place_of(fields, FIELD_PERIOD), "F012",
            "only a sheet of a workbook has a text above its rows");
}

/* A sheet's letters are its columns where it has no header, and its unit is said once. */
static void check_sheet(
    const struct descriptor *descriptor, const struct node *fields, struct diag_list *diags)
{
    const struct node *value = node_get(fields, "value");
    if (descriptor->xlsx.unit_len > 0 && value != NULL && node_get(value, "scale") != NULL)
        diag_error(diags, node_get(value, "scale")->place, "F012",
            "what the value's unit is in USD is said by xlsx.units already");
    for (int i = 0; descriptor->xlsx.first != NULL && i < FIELD_COUNT; i++) {
        const struct field *field = &descriptor->fields[i];
        if (!field->given || field->column == NULL || field->above != NULL)
            continue;
        size_t len = strspn(field->column, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (len == 0 || len > 3 || field->column[len] != '\0')
            diag_error(diags, column_place(fields, i), "F012",
                "with xlsx.first columns are named by their letters, such as C; not \"%.100s\"",
                field->column);
    }
}

void fields_check(const struct node *fields, struct descriptor *descriptor, struct diag_list *diags)
{
    for (int i = FIELD_VALUE; i <= FIELD_WEIGHT; i++)
        descriptor->by_figure |= descriptor->fields[i].where.column != NULL;
    check_unit(descriptor, fields, diags);
    check_optional(descriptor, fields, diags);
    check_period(descriptor, fields, diags);
    check_sheet(descriptor, fields, diags);
    if (descriptor->by_figure)
        check_figures(descriptor, fields, diags);
}
