#include "core/deadline.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/shape.h"
#include "core/code.h"
#include "core/row.h"

enum { DEADLINES_MAX = 1000 };

static const char *const step_names[] = {
    [DEADLINE_PETITION] = "petition", [DEADLINE_INITIATION] = "initiation", NULL};

/* What one row is read into. */
struct draft {
    struct deadline deadline;
    struct texts types;
    const struct node *what;
    int64_t days;
    int after;
};

#define AT(field) offsetof(struct draft, field)

static const struct shape type_shape = {.kind = SHAPE_TEXT, .words = measure_type_names};
static const struct shape type_list_shape = {
    .kind = SHAPE_LIST, .items = &type_shape, .min_items = 1, .unique = true};
static const struct shape *const type_choices[] = {&type_shape, &type_list_shape, NULL};
static const struct shape types_shape = {.kind = SHAPE_ANY, .choices = type_choices};

static const struct key deadline_keys[] = {
    {.name = "market",
        .kind = KEY_TEXT,
        .offset = AT(deadline.market),
        .required = true,
        .help = "Whose law it is.",
        .shape = &code_country_shape},
    {.name = "types",
        .kind = KEY_TEXTS,
        .offset = AT(types),
        .required = true,
        .help = "The kinds of cases, as in measures.",
        .shape = &types_shape},
    {.name = "after",
        .kind = KEY_CHOICE,
        .offset = AT(after),
        .choices = step_names,
        .required = true,
        .help = "The step that the days are counted from."},
    {.name = "days",
        .kind = KEY_INTEGER,
        .offset = AT(days),
        .min = 1,
        .max = 3650,
        .required = true,
        .help = "Calendar days."},
    {.name = "what",
        .kind = KEY_NODE,
        .offset = AT(what),
        .required = true,
        .help = "What is to be done or decided by then.",
        .shape = &phrase_shape},
    {.name = "basis",
        .kind = KEY_TEXT,
        .offset = AT(deadline.basis),
        .required = true,
        .help = "The law and its article.",
        .shape = &shape_some_text},
    {.name = "source",
        .kind = KEY_TEXT,
        .offset = AT(deadline.source),
        .required = true,
        .help = "Who says so.",
        .shape = &shape_some_text},
};

static const struct shape deadline_shape = {
    .kind = SHAPE_MAP,
    .name = "deadline",
    .keys = deadline_keys,
    .key_count = sizeof deadline_keys / sizeof *deadline_keys,
};

const struct shape deadlines_shape = {
    .kind = SHAPE_LIST, .items = &deadline_shape, .max_items = DEADLINES_MAX};

static unsigned read_types(const struct row_reader *row, const struct texts *texts)
{
    unsigned types = 0;
    for (size_t i = 0; i < texts->len; i++) {
        unsigned type = 0;
        while (type < MEASURE_TYPE_COUNT && !str_equal(texts->items[i], measure_type_names[type]))
            type++;
        if (type < MEASURE_TYPE_COUNT) {
            types |= 1u << type;
            continue;
        }
        diag_error(row->diags, row_place_of_item(row, "types", i), "U001",
            "'types' of a deadline: '%.60s' is no kind of case", texts->items[i]);
        const char *near =
            str_did_you_mean(slice_of(texts->items[i]), measure_type_names, MEASURE_TYPE_COUNT);
        if (near != NULL)
            diag_hint(row->diags, "did you mean '%s'?", near);
    }
    return types;
}

/* 0, or -EINVAL where the row has faults. */
static int read_deadline(const struct row_reader *row, struct deadline *ret_deadline)
{
    struct draft draft = {.deadline = {.place = row_place(row)}};
    struct deadline *deadline = &draft.deadline;
    size_t errors = row->diags->errors;
    (void)keys_read(row->node, deadline_keys, sizeof deadline_keys / sizeof *deadline_keys, row->what, &draft,
        row->arena, row->diags); /* its faults are in diags, and more are looked for */
    if (row->node->kind != NODE_MAP)
        return -EINVAL;
    row_check_country(row, "market", deadline->market, ROW_COUNTRY);
    row_check_text(row, "basis", deadline->basis);
    row_check_text(row, "source", deadline->source);
    if (draft.what != NULL)
        (void)phrase_read(draft.what, "'what' of a deadline", &deadline->what, row->arena, row->diags);
    deadline->types = read_types(row, &draft.types);
    deadline->after = (enum deadline_step)draft.after;
    deadline->days = (int)draft.days;
    *ret_deadline = *deadline;
    return row->diags->errors > errors ? -EINVAL : 0;
}

int deadlines_add(struct deadlines *deadlines, const struct node *list, struct diag_list *diags)
{
    size_t errors = diags->errors;
    if (!row_check_list(list, "deadlines", DEADLINES_MAX - deadlines->len, diags))
        return -EINVAL;
    for (size_t i = 0; i < list->len; i++) {
        const struct row_reader row = {list->items[i], "a deadline", &deadlines->arena, diags};
        struct deadline deadline;
        if (read_deadline(&row, &deadline) < 0)
            continue;
        deadlines->items =
            alloc_grow(deadlines->items, deadlines->len, &deadlines->cap, sizeof *deadlines->items);
        deadlines->items[deadlines->len++] = deadline;
    }
    return diags->errors > errors ? -EINVAL : 0;
}

void deadlines_deinit(struct deadlines *deadlines)
{
    alloc_free(deadlines->items);
    arena_deinit(&deadlines->arena);
    *deadlines = DEADLINES_NULL;
}

int32_t deadline_day(const struct deadline *deadline, const struct measure *measure)
{
    int32_t step = deadline->after == DEADLINE_PETITION ? measure->petition : measure->initiation;
    bool concerns =
        (deadline->types & 1u << measure->type) != 0 && str_equal(deadline->market, measure->market);
    return concerns && step != DATE_NONE ? step + deadline->days : DATE_NONE;
}
