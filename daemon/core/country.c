#include "core/country.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/shape.h"
#include "core/row.h"

/* Far above all that exist; it bounds what a mistaken file can cost. */
enum { COUNTRIES_MAX = 1000 };

#define DIGITS   "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

const char *const country_scheme_names[COUNTRY_SCHEME_COUNT + 1] = {
    [COUNTRY_ISO2] = "iso2",
    [COUNTRY_ISO3] = "iso3",
    [COUNTRY_M49] = "m49",
    [COUNTRY_COMTRADE] = "comtrade",
    [COUNTRY_CENSUS] = "census",
    [COUNTRY_COMEXT] = "comext",
};

/* How a scheme writes its codes. */
static const struct {
    const char *bytes; /* that a code is made of */
    size_t min, max;   /* their number */
    const char *also;  /* one code that is not like the others, or NULL */
    const char *expected;
} schemes[COUNTRY_SCHEME_COUNT] = {
    [COUNTRY_ISO2] = {CAPITALS, 2, 2, "W", "two capital letters, or W for the world"},
    [COUNTRY_ISO3] = {CAPITALS, 3, 3, NULL, "three capital letters"},
    [COUNTRY_M49] = {DIGITS, 3, 3, NULL, "three digits"},
    [COUNTRY_COMTRADE] = {DIGITS, 1, 4, NULL, "one to four digits"},
    [COUNTRY_CENSUS] = {DIGITS, 4, 4, "-", "four digits, or - for the world"},
    [COUNTRY_COMEXT] = {CAPITALS DIGITS "_", 2, 24, NULL, "capital letters, digits and _"},
};

/* The same for the schema. Digits without quotes are numbers to it, and have lost the zeros in front. */
#define CODE_SHAPE(scheme, text, what, ...)                                                                  \
    [scheme] = {.kind = SHAPE_TEXT, .pattern = text, .expected = "expected " what, __VA_ARGS__}

static const struct shape code_shapes[COUNTRY_SCHEME_COUNT] = {
    CODE_SHAPE(COUNTRY_ISO2, "^([A-Z]{2}|W)$", "two capital letters, or W for the world"),
    CODE_SHAPE(COUNTRY_ISO3, "^[A-Z]{3}$", "three capital letters"),
    CODE_SHAPE(COUNTRY_M49, "^[0-9]{3}$", "three digits", .also = ALSO_INTEGER, .max = 999),
    CODE_SHAPE(COUNTRY_COMTRADE, "^[0-9]{1,4}$", "one to four digits", .also = ALSO_INTEGER, .max = 9999),
    CODE_SHAPE(COUNTRY_CENSUS, "^([0-9]{4}|-)$", "four digits, or - for the world", .also = ALSO_INTEGER,
        .max = 9999),
    CODE_SHAPE(COUNTRY_COMEXT, "^[A-Z0-9_]{2,24}$", "capital letters, digits and _", .also = ALSO_INTEGER),
};

#define AT(scheme) offsetof(struct country, codes[scheme])

static const struct key country_keys[] = {
    {.name = "iso2",
        .kind = KEY_TEXT,
        .offset = AT(COUNTRY_ISO2),
        .required = true,
        .help = "The code that tdwatch uses.",
        .shape = &code_shapes[COUNTRY_ISO2]},
    {.name = "iso3",
        .kind = KEY_TEXT,
        .offset = AT(COUNTRY_ISO3),
        .help = "ISO 3166-1 alpha-3.",
        .shape = &code_shapes[COUNTRY_ISO3]},
    {.name = "m49",
        .kind = KEY_TEXT,
        .offset = AT(COUNTRY_M49),
        .help = "United Nations M49.",
        .shape = &code_shapes[COUNTRY_M49]},
    {.name = "comtrade",
        .kind = KEY_TEXT,
        .offset = AT(COUNTRY_COMTRADE),
        .help = "UN Comtrade.",
        .shape = &code_shapes[COUNTRY_COMTRADE]},
    {.name = "census",
        .kind = KEY_TEXT,
        .offset = AT(COUNTRY_CENSUS),
        .help = "US Census Schedule C.",
        .shape = &code_shapes[COUNTRY_CENSUS]},
    {.name = "comext",
        .kind = KEY_TEXT,
        .offset = AT(COUNTRY_COMEXT),
        .help = "Eurostat Comext.",
        .shape = &code_shapes[COUNTRY_COMEXT]},
    {.name = "name",
        .kind = KEY_TEXT,
        .offset = offsetof(struct country, name),
        .required = true,
        .help = "The English name.",
        .shape = &shape_some_text},
};

static const struct shape country_shape = {
    .kind = SHAPE_MAP,
    .name = "country-row",
    .keys = country_keys,
    .key_count = sizeof country_keys / sizeof *country_keys,
};

const struct shape countries_shape = {
    .kind = SHAPE_LIST, .items = &country_shape, .max_items = COUNTRIES_MAX};

static bool is_code(enum country_scheme scheme, const char *code)
{
    size_t len = strlen(code);
    if (schemes[scheme].also != NULL && str_equal(code, schemes[scheme].also))
        return true;
    return len >= schemes[scheme].min && len <= schemes[scheme].max &&
           strspn(code, schemes[scheme].bytes) == len;
}

/* Feeds look a country up by any of its codes. */
static void check_code(
    struct countries *countries, const struct row_reader *row, enum country_scheme scheme, const char *code)
{
    uint32_t first;
    const char *key = country_scheme_names[scheme];
    if (code == NULL)
        return;
    if (!is_code(scheme, code)) {
        diag_error(row->diags, row_place_of(row, key), "N001",
            "'%s' of a country: expected %s, found '%.60s'", key, schemes[scheme].expected, code);
    } else if (map_get(&countries->numbers[scheme], code, strlen(code), &first)) {
        const struct place *place = &countries->items[first].place;
        diag_error(row->diags, row_place_of(row, key), "N002", "'%s' %s stands already in line %d of %s", key,
            code, place->line, place->file);
    } else {
        map_put(&countries->numbers[scheme], code, strlen(code), (uint32_t)countries->len);
    }
}

int countries_add(struct countries *countries, const struct node *list, struct diag_list *diags)
{
    size_t errors = diags->errors;
    if (!row_check_list(list, "countries", COUNTRIES_MAX - countries->len, diags))
        return -EINVAL;
    for (size_t i = 0; i < list->len; i++) {
        const struct row_reader row = {list->items[i], "a country", &countries->arena, diags};
        struct country country = {.place = row_place(&row)};
        (void)keys_read(row.node, country_keys, sizeof country_keys / sizeof *country_keys, row.what,
            &country, row.arena, diags); /* its faults are in diags, and more are looked for */
        row_check_text(&row, "name", country.name);
        for (int scheme = 0; scheme < COUNTRY_SCHEME_COUNT; scheme++)
            check_code(countries, &row, (enum country_scheme)scheme, country.codes[scheme]);
        countries->items =
            alloc_grow(countries->items, countries->len, &countries->cap, sizeof *countries->items);
        countries->items[countries->len++] = country;
    }
    return diags->errors > errors ? -EINVAL : 0;
}

void countries_deinit(struct countries *countries)
{
    for (size_t i = 0; i < COUNTRY_SCHEME_COUNT; i++)
        map_deinit(&countries->numbers[i]);
    alloc_free(countries->items);
    arena_deinit(&countries->arena);
    *countries = COUNTRIES_NULL;
}

const struct country *countries_find(
    const struct countries *countries, enum country_scheme scheme, struct slice code)
{
    uint32_t number;
    if (!map_get(&countries->numbers[scheme], code.data, code.len, &number))
        return NULL;
    return &countries->items[number];
}
