#include "feeds/rate_columns.h"

#include "core/rates.h"

#define LENGTH(array)  (sizeof(array) / sizeof *(array))
#define COLUMNS(field) offsetof(struct rate_columns, field)

static const struct key keys[] = {
    {.name = "base",
        .kind = KEY_TEXT,
        .offset = COLUMNS(base),
        .required = true,
        .help = "The currency of which one unit costs so many of the others.",
        .shape = &rates_currency_shape},
    {.name = "month",
        .kind = KEY_TEXT,
        .offset = COLUMNS(month),
        .help = "The column with the month of which the rate is the average.",
        .shape = &shape_some_text},
    {.name = "day",
        .kind = KEY_TEXT,
        .offset = COLUMNS(day),
        .help = "The column with the rate's day; the rates of a whole month are averaged.",
        .shape = &shape_some_text},
    {.name = "currency",
        .kind = KEY_TEXT,
        .offset = COLUMNS(currency),
        .help = "The column with the currency. Left out, every column but that of the day or month is a "
                "currency, by "
                "its name.",
        .shape = &shape_some_text},
    {.name = "rate",
        .kind = KEY_TEXT,
        .offset = COLUMNS(rate),
        .help = "The column with the rate.",
        .shape = &shape_some_text},
    {.name = "none",
        .kind = KEY_TEXTS,
        .offset = COLUMNS(none),
        .help = "Texts that stand where there is no rate, such as N/A."},
};

static const char *const month_or_day[] = {"month", "day", NULL};
const struct shape rate_columns_shape = {.kind = SHAPE_MAP,
    .keys = keys,
    .key_count = LENGTH(keys),
    .one_of = month_or_day,
    .needs = {{"currency", "rate"}, {"rate", "currency"}}};

static void fault(const struct node *map, const char *key, const char *text, struct diag_list *diags)
{
    const struct node *node = node_get(map, key);
    diag_error(diags, node != NULL ? node->place : map->place, "F015", "%s", text);
}

static void check_columns(
    const struct node *section, const struct rate_columns *columns, struct diag_list *diags)
{
    const char *const names[] = {columns->month, columns->day, columns->currency, columns->rate};
    if (!rates_is_currency(slice_of(columns->base)))
        fault(section, "base", "expected a currency of ISO 4217, such as EUR", diags);
    if ((columns->month != NULL) == (columns->day != NULL))
        fault(section, "day", "rates have either a month or a day", diags);
    if ((columns->currency != NULL) != (columns->rate != NULL))
        fault(section, "currency", "currency and rate stand together", diags);
    for (size_t i = 0; i < LENGTH(names); i++)
        if (names[i] != NULL && names[i][0] == '\0')
            fault(section, "base", "a column without a name", diags);
}

void rate_columns_read(const struct node *document, const struct ask *ask, struct rate_columns *ret_columns,
    struct arena *arena, struct diag_list *diags)
{
    static const char *const of_observations[] = {
        "absent", "aggregate", "world", "where", "unpublished", "numbers"};
    const struct node *section = node_get(document, "rates");
    if (keys_read(section, keys, LENGTH(keys), "rates", ret_columns, arena, diags) == 0)
        check_columns(section, ret_columns, diags);
    if (!ask_is_single(ask))
        fault(document, "rates",
            "exchange rates come in one answer: by no periods, and of a parameter all values in one request",
            diags);
    for (size_t i = 0; i < LENGTH(of_observations); i++)
        if (node_get(document, of_observations[i]) != NULL)
            fault(document, of_observations[i], "a key of observations, and the feed has exchange rates",
                diags);
}
