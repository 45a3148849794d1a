#include "core/reference.h"

#include <errno.h>

#include "base/shape.h"
#include "core/date.h"

/* The lists of one document. */
struct lists {
    const struct node *baskets, *measures, *quotas, *countries, *concordance, *deadlines;
    const char *as_of;
};

static const struct key list_keys[] = {
    {.name = "baskets",
        .kind = KEY_NODE,
        .offset = offsetof(struct lists, baskets),
        .help = "Products and their codes.",
        .shape = &baskets_shape},
    {.name = "measures",
        .kind = KEY_NODE,
        .offset = offsetof(struct lists, measures),
        .help = "Trade-remedy cases and measures.",
        .shape = &measures_shape},
    {.name = "quotas",
        .kind = KEY_NODE,
        .offset = offsetof(struct lists, quotas),
        .help = "Quantity limits.",
        .shape = &quotas_shape},
    {.name = "countries",
        .kind = KEY_NODE,
        .offset = offsetof(struct lists, countries),
        .help = "Countries and their codes.",
        .shape = &countries_shape},
    {.name = "concordance",
        .kind = KEY_NODE,
        .offset = offsetof(struct lists, concordance),
        .help = "Which codes became which ones.",
        .shape = &concordance_shape},
    {.name = "as_of",
        .kind = KEY_TEXT,
        .offset = offsetof(struct lists, as_of),
        .help = "The day up to which cases and measures are entered.",
        .shape = &date_shape},
    {.name = "deadlines",
        .kind = KEY_NODE,
        .offset = offsetof(struct lists, deadlines),
        .help = "Days that a law gives from a step of a case.",
        .shape = &deadlines_shape},
};

const struct shape reference_shape = {
    .kind = SHAPE_MAP, .keys = list_keys, .key_count = sizeof list_keys / sizeof *list_keys, .min_items = 1};

static struct lists read_lists(const struct node *document, struct arena *arena, struct diag_list *diags)
{
    struct lists lists;
    int r = keys_read(
        document, list_keys, sizeof list_keys / sizeof *list_keys, "a file of tables", &lists, arena, diags);
    if (r == 0 && document->len == 0) {
        diag_error(diags, document->place, "L009", "a file of tables holds no table");
        diag_hint(
            diags, "its keys are baskets, measures, quotas, countries, concordance, deadlines and as_of");
    }
    return lists;
}

static void read_as_of(
    const struct node *document, const char *text, struct reference *reference, struct diag_list *diags)
{
    int32_t day;
    if (text == NULL)
        return;
    if (date_parse(slice_of(text), &day) < 0)
        diag_error(diags, node_get(document, "as_of")->place, "L010",
            "'as_of' of a file of tables: expected a day such as 2026-11-26, found '%.60s'", text);
    else if (day > reference->as_of)
        reference->as_of = day;
}

/* The codes of other editions that belong to what baskets and measures name. */
static void follow_codes(struct reference *reference)
{
    static const struct texts nothing = {0};
    struct baskets *baskets = &reference->baskets;
    struct measures *measures = &reference->measures;
    concordance_seal(&reference->concordance);
    for (size_t i = 0; i < baskets->len; i++) {
        struct basket *basket = &baskets->items[i];
        basket->codes =
            concordance_follow(&reference->concordance, &basket->codes, &basket->except, &baskets->arena);
        basket->inputs =
            concordance_follow(&reference->concordance, &basket->inputs, &nothing, &baskets->arena);
    }
    for (size_t i = 0; i < measures->len; i++) {
        struct measure *measure = &measures->items[i];
        measure->codes = concordance_widen(&reference->concordance, &measure->codes, &measures->arena);
    }
}

int reference_read(
    const struct node *const *documents, size_t n, struct reference *ret_reference, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct reference reference = REFERENCE_NULL;
    struct lists *lists = arena_array(&arena, n, sizeof *lists);
    size_t errors = diags->errors;
    for (size_t i = 0; i < n; i++)
        lists[i] = read_lists(documents[i], &arena, diags);
    for (size_t i = 0; i < n; i++) {
        if (lists[i].baskets != NULL)
            (void)baskets_add(&reference.baskets, lists[i].baskets, diags);
        if (lists[i].concordance != NULL)
            (void)concordance_add(&reference.concordance, lists[i].concordance, diags);
    }
    for (size_t i = 0; i < n; i++) {
        if (lists[i].measures != NULL)
            (void)measures_add(&reference.measures, lists[i].measures, &reference.baskets, diags);
        if (lists[i].quotas != NULL)
            (void)quotas_add(&reference.quotas, lists[i].quotas, &reference.baskets, diags);
        if (lists[i].countries != NULL)
            (void)countries_add(&reference.countries, lists[i].countries, diags);
        read_as_of(documents[i], lists[i].as_of, &reference, diags);
        if (lists[i].deadlines != NULL)
            (void)deadlines_add(&reference.deadlines, lists[i].deadlines, diags);
    }
    arena_deinit(&arena);
    if (diags->errors > errors) {
        reference_deinit(&reference);
        return -EINVAL;
    }
    follow_codes(&reference);
    *ret_reference = reference;
    return 0;
}

void reference_deinit(struct reference *reference)
{
    baskets_deinit(&reference->baskets);
    measures_deinit(&reference->measures);
    quotas_deinit(&reference->quotas);
    countries_deinit(&reference->countries);
    concordance_deinit(&reference->concordance);
    deadlines_deinit(&reference->deadlines);
}
