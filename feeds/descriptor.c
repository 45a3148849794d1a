#include "feeds/descriptor.h"

#include <errno.h>
#include <string.h>

#include "base/shape.h"
#include "core/code.h"
#include "core/country.h"
#include "core/rates.h"
#include "feeds/decode.h"
#include "feeds/fields_check.h"
#include "feeds/format.h"
#include "feeds/notices_form.h"
#include "feeds/number.h"
#include "feeds/unpack.h"
#include "feeds/url.h"
#include "feeds/vocabulary.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A payload is held in memory as a whole (a file that is imported is mapped), and its rows beside it. */
#define PAYLOAD_BYTES_MAX (INT64_C(8) * 1024 * 1024 * 1024)

static const char *const absent_names[] = {"unknown", "zero", NULL};
static const char *const world_names[] = {"given", "sum", NULL};
static const char *const aggregate_names[] = {"none", "sum", NULL};
static const char *const unpublished_names[] = {"absent", "zero", NULL};

/* ---- the tables of keys ---- */

/* Each section of the file is read into a struct of its own by its table; descriptor_read puts them together.
 */
struct document_keys {
    struct descriptor descriptor;
    int absent, unpublished, aggregate, world;      /* of absent_names and so on */
    const struct node *sections[FEED_FORMAT_COUNT]; /* each format has its own */
    const struct node *where, *fields, *rates, *notices, *end;
    struct ask_sections ask;
};

#define DOCUMENT(field) offsetof(struct document_keys, field)

static const struct shape feed_name_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected a name of at most 63 lower-case letters, digits and - _ . :",
    .pattern = "^[a-z0-9_.:-]+$",
    .max_length = CODE_SIZE - 1,
    .also = ALSO_NUMBER | ALSO_BOOL,
};

static const struct shape url_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected an http or https URL without a user name, and with blanks written as %20",
    .pattern = "^https?://[^/?#@\\x00-\\x20\\x7f]+([/?#][^\\x00-\\x20\\x7f]*)?$",
};

static const struct shape fields_shape, end_shape;

/* 1234.5 without quotes is a number to YAML. */
static const struct shape numbers_shape = {.kind = SHAPE_TEXT,
    .expected = "expected 1234.5, 1,234.5 or 1.234,5",
    .pattern = "^(@)$",
    .words = number_notation_names,
    .also = ALSO_NUMBER};

static const struct key document_keys[] = {
    {.name = "feed",
        .kind = KEY_NAME,
        .offset = DOCUMENT(descriptor.feed),
        .required = true,
        .help = "The name of the source, kept with every series.",
        .shape = &feed_name_shape},
    {.name = "title",
        .kind = KEY_TEXT,
        .offset = DOCUMENT(descriptor.title),
        .required = true,
        .help = "What people call it.",
        .shape = &shape_some_text},
    {.name = "url",
        .kind = KEY_TEXT,
        .offset = DOCUMENT(descriptor.url),
        .help = "Where the payload is fetched: http or https. Left out, the feed is imported only.",
        .shape = &url_shape},
    {.name = "licence",
        .kind = KEY_TEXT,
        .offset = DOCUMENT(descriptor.licence),
        .required = true,
        .help = "Under which terms the source publishes.",
        .shape = &shape_some_text},
    {.name = "format",
        .kind = KEY_CHOICE,
        .offset = DOCUMENT(descriptor.format),
        .fallback = "csv",
        .choices = format_names,
        .help = "What the payload is."},
    {.name = "unpack",
        .kind = KEY_CHOICE,
        .offset = DOCUMENT(descriptor.unpack),
        .fallback = "none",
        .choices = unpack_names,
        .help = "The archive in which the payload comes, as its only file."},
    {.name = "interval",
        .kind = KEY_DURATION,
        .offset = DOCUMENT(descriptor.interval_s),
        .fallback = "6h",
        .min = 60,
        .max = INT64_C(366) * 86400,
        .help = "Time between two polls, at least a minute."},
    {.name = "publication_lag",
        .kind = KEY_DURATION,
        .offset = DOCUMENT(descriptor.publication_lag_s),
        .fallback = "45d",
        .min = 0,
        .max = INT64_C(366) * 86400,
        .help = "Time from a month's end to its usual publication."},
    {.name = "absent",
        .kind = KEY_CHOICE,
        .offset = DOCUMENT(absent),
        .fallback = "unknown",
        .choices = absent_names,
        .help = "What a product and partner without a row in a published month means."},
    {.name = "unpublished",
        .kind = KEY_CHOICE,
        .offset = DOCUMENT(unpublished),
        .fallback = "absent",
        .choices = unpublished_names,
        .help = "What the payload has of months that are not published yet: no rows, or rows of zeros, which "
                "are left "
                "out."},
    {.name = "numbers",
        .kind = KEY_CHOICE,
        .offset = DOCUMENT(descriptor.notation),
        .fallback = "1234.5",
        .choices = number_notation_names,
        .help = "How figures are written: what stands between thousands and before decimals.",
        .shape = &numbers_shape},
    {.name = "aggregate",
        .kind = KEY_CHOICE,
        .offset = DOCUMENT(aggregate),
        .fallback = "none",
        .choices = aggregate_names,
        .help = "What becomes of rows of the same series and month: none refuses them, sum adds them up."},
    {.name = "world",
        .kind = KEY_CHOICE,
        .offset = DOCUMENT(world),
        .fallback = "given",
        .choices = world_names,
        .help = "Trade with the world: given as partner W, or the sum of all partners, of which the feed has "
                "every one."},
    {.name = "max_bytes",
        .kind = KEY_SIZE,
        .offset = DOCUMENT(descriptor.max_bytes),
        .fallback = "16MiB",
        .min = 1,
        .max = PAYLOAD_BYTES_MAX,
        .help = "A larger payload is refused."},
    {.name = "grace",
        .kind = KEY_DURATION,
        .offset = DOCUMENT(descriptor.grace_s),
        .fallback = "0s",
        .min = 0,
        .max = INT64_C(366) * 86400,
        .help = "A month that is late by more than this raises the alert feed-late; 0s: none does."},
    {.name = "parameters",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.parameters),
        .help = "What the names in braces of the URL stand for.",
        .shape = &ask_parameters_shape},
    {.name = "periods",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.periods),
        .help = "Which months are asked for.",
        .shape = &ask_periods_shape},
    {.name = "key",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.key),
        .help = "The credential that the source wants to see.",
        .shape = &ask_key_shape},
    {.name = "form",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.form),
        .help = "The fields of a form that is posted to the URL.",
        .shape = &ask_form_shape},
    {.name = "accept",
        .kind = KEY_TEXT,
        .offset = DOCUMENT(descriptor.ask.accept),
        .help = "The header Accept: which type of content is asked for.",
        .shape = &ask_accept_shape},
    {.name = "pages",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.pages),
        .help = "Where an answer says that more of it is.",
        .shape = &ask_pages_shape},
    {.name = "answers",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.answers),
        .help = "What answers of the source mean, where it is not what HTTP says.",
        .shape = &ask_answers_shape},
    {.name = "queue",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.queue),
        .help = "How a request goes on that the source answers later.",
        .shape = &ask_queue_shape},
    {.name = "limits",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.limits),
        .help = "How often the host is asked at most.",
        .shape = &ask_limits_shape},
    {.name = "csv",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_CSV]),
        .help = "How the CSV is written.",
        .shape = &format_csv_shape},
    {.name = "json",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_JSON]),
        .help = "Where in the JSON its records are.",
        .shape = &format_json_shape},
    {.name = "xml",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_XML]),
        .help = "Which element of the XML is a record.",
        .shape = &format_xml_shape},
    {.name = "xlsx",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_XLSX]),
        .help = "Which sheet of the workbook is read.",
        .shape = &format_xlsx_shape},
    {.name = "where",
        .kind = KEY_NODE,
        .offset = DOCUMENT(where),
        .help = "Columns and their texts: only rows with them are read.",
        .shape = &conditions_shape},
    {.name = "fields",
        .kind = KEY_NODE,
        .offset = DOCUMENT(fields),
        .help = "Which column fills which field of an observation.",
        .shape = &fields_shape},
    {.name = "rates",
        .kind = KEY_NODE,
        .offset = DOCUMENT(rates),
        .help = "In place of fields: the payload is exchange rates, and where they stand.",
        .shape = &rate_columns_shape},
    {.name = "end",
        .kind = KEY_NODE,
        .offset = DOCUMENT(end),
        .help = "What proves that the payload is whole.",
        .shape = &end_shape},
    {.name = "notices",
        .kind = KEY_NODE,
        .offset = DOCUMENT(notices),
        .help = "The feed brings notices of trade-remedy cases, and no figures.",
        .shape = &notices_form_shape},
};

static const char *const contents[] = {"fields", "rates", "notices", NULL};
const struct shape descriptor_shape = {.kind = SHAPE_MAP,
    .keys = document_keys,
    .key_count = LENGTH(document_keys),
    .one_of = contents,
    .needs = {{"interval", "url"}, {"fields", "end"}, {"rates", "end"}},
    .apart = {{"notices", "end"}, {"notices", "format"}}};

struct end_keys {
    int64_t rows_at_least;
};

static const struct key end_keys[] = {
    {.name = "rows_at_least",
        .kind = KEY_INTEGER,
        .offset = offsetof(struct end_keys, rows_at_least),
        .required = true,
        .min = 1,
        .max = PAYLOAD_ROWS_MAX,
        .help = "A payload with fewer rows is not whole."},
};

static const struct shape end_shape = {.kind = SHAPE_MAP, .keys = end_keys, .key_count = LENGTH(end_keys)};

static const struct shape field_shapes[FIELD_COUNT];

#define ROLE(role, key, need, words)                                                                         \
    [role] = {.name = key,                                                                                   \
        .kind = KEY_NODE,                                                                                    \
        .offset = (role) * sizeof(const struct node *),                                                      \
        .required = need,                                                                                    \
        .help = words,                                                                                       \
        .shape = &field_shapes[role]}

static const struct key role_keys[FIELD_COUNT] = {
    ROLE(FIELD_REPORTER, "reporter", true, "The country that reports."),
    ROLE(FIELD_FLOW, "flow", true, "Whether it exported or imported."),
    ROLE(FIELD_PARTNER, "partner", true, "The country it traded with."),
    ROLE(FIELD_PRODUCT, "product", true, "The product's code."),
    ROLE(FIELD_PERIOD, "period", true, "The month, or the year where another field says the month."),
    ROLE(FIELD_MONTH, "month", false, "The month of the year, 1 to 12, where the period has only the year."),
    ROLE(FIELD_VALUE, "value", true, "The value."),
    ROLE(FIELD_QUANTITY, "quantity", false, "The quantity, in a unit."),
    ROLE(FIELD_WEIGHT, "weight", false, "The net weight."),
    ROLE(FIELD_UNIT, "unit", false, "The unit of the quantity, where the payload says it."),
    ROLE(FIELD_FLAGS, "flags", false, "What the source says of the figures."),
    ROLE(FIELD_CONFIDENTIALITY, "confidentiality", false,
        "Whether the figures are kept secret, where that stands apart from the flags."),
};

static const struct shape fields_shape = {
    .kind = SHAPE_MAP, .keys = role_keys, .key_count = FIELD_COUNT, .needs = {{"unit", "quantity"}}};

/* One table for all fields, so that all are written alike; allowed_keys says what each of them takes. */
struct field_keys {
    struct field field;
    const struct node *map, *where;
    int others; /* of others_names */
};

static const char *const others_names[] = {"refuse", "skip", NULL};

#define FIELD(member) offsetof(struct field_keys, member)

static const struct shape prefix_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected the beginning of a product code: letters, digits and : . _ -",
    .pattern = "^[A-Za-z0-9:._-]*$",
    .max_length = CODE_SIZE - 1,
    .also = ALSO_NUMBER | ALSO_BOOL,
};

static const struct shape map_shape = {
    .kind = SHAPE_MAP, .names = &shape_any_text, .items = &shape_any_text, .min_items = 1};

static const struct shape above_shape = {.kind = SHAPE_TEXT,
    .expected = "expected a text with %m and %Y, each once, such as \"tháng %m năm %Y\"",
    .pattern = "^[^%]*(%m[^%]+%Y|%Y[^%]+%m)[^%]*$"};

static const struct key field_keys[] = {
    {.name = "column",
        .kind = KEY_TEXT,
        .offset = FIELD(field.column),
        .help = "A column's name in the header line.",
        .shape = &shape_some_text},
    {.name = "above",
        .kind = KEY_TEXT,
        .offset = FIELD(field.above),
        .help = "A text above all rows of the sheet that says the month, with %m and %Y in it.",
        .shape = &above_shape},
    {.name = "value", .kind = KEY_TEXT, .offset = FIELD(field.value), .help = "The same text for every row."},
    {.name = "prefix",
        .kind = KEY_TEXT,
        .offset = FIELD(field.prefix),
        .help = "Put before the text.",
        .shape = &prefix_shape},
    {.name = "digits",
        .kind = KEY_INTEGER,
        .offset = FIELD(field.digits),
        .fallback = "0",
        .min = 0,
        .max = 10,
        .help = "So many digits of the code are read, such as 6 of CN8; 0 reads all of it."},
    {.name = "scale",
        .kind = KEY_INTEGER,
        .offset = FIELD(field.scale),
        .fallback = "1",
        .min = 1,
        .max = FORMAT_SCALE_MAX,
        .help = "One unit of the payload in USD, units or kg: 1, 10, 100, …",
        .shape = &format_scale_shape},
    {.name = "unit",
        .kind = KEY_TEXT,
        .offset = FIELD(field.unit),
        .help = "The unit of the quantity.",
        .shape = &code_product_shape},
    {.name = "codes",
        .kind = KEY_CHOICE,
        .offset = FIELD(field.codes),
        .fallback = "iso2",
        .choices = country_scheme_names,
        .help = "The code list of the payload's countries."},
    {.name = "map",
        .kind = KEY_NODE,
        .offset = FIELD(map),
        .help = "The payload's texts and what they mean.",
        .shape = &map_shape},
    {.name = "currency",
        .kind = KEY_TEXT,
        .offset = FIELD(field.currency),
        .help = "The currency of the value, which is converted to USD by the average rate of its month.",
        .shape = &rates_currency_shape},
    {.name = "optional",
        .kind = KEY_BOOL,
        .offset = FIELD(field.optional),
        .fallback = "false",
        .help = "Whether a payload may lack the column."},
    {.name = "where",
        .kind = KEY_NODE,
        .offset = FIELD(where),
        .help = "A column and its text: only rows with it have this figure.",
        .shape = &condition_shape},
    {.name = "others",
        .kind = KEY_CHOICE,
        .offset = FIELD(others),
        .fallback = "refuse",
        .choices = others_names,
        .help = "What becomes of rows with a text that is neither in the map nor in the code list."},
};

/* Which keys of field_keys say something for which field. */
static const char *const allowed_keys[FIELD_COUNT][7] = {
    [FIELD_REPORTER] = {"column", "value", "map", "codes", "others"},
    [FIELD_FLOW] = {"column", "value", "map", "others"},
    [FIELD_PARTNER] = {"column", "value", "map", "codes", "others"},
    [FIELD_PRODUCT] = {"column", "value", "map", "prefix", "digits", "others"},
    [FIELD_PERIOD] = {"column", "above", "map", "digits"},
    [FIELD_MONTH] = {"column", "map", "others"},
    [FIELD_VALUE] = {"column", "scale", "map", "where", "currency"},
    [FIELD_QUANTITY] = {"column", "scale", "unit", "map", "where"},
    [FIELD_WEIGHT] = {"column", "scale", "map", "where"},
    [FIELD_UNIT] = {"column", "map"},
    [FIELD_FLAGS] = {"column", "value", "map", "optional"},
    [FIELD_CONFIDENTIALITY] = {"column", "map", "optional"},
};

static const char *const constant_or_column[] = {"column", "value", NULL};
static const char *const column_only[] = {"column", NULL};
static const char *const column_or_above[] = {"column", "above", NULL};

#define FIELD_SHAPE(role, from, ...)                                                                         \
    [role] = {.kind = SHAPE_MAP,                                                                             \
        .keys = field_keys,                                                                                  \
        .key_count = LENGTH(field_keys),                                                                     \
        .only = allowed_keys[role],                                                                          \
        .one_of = from,                                                                                      \
        __VA_ARGS__}

/* A constant takes no map and no code list, and only a field without one takes a column: so both need a
 * column. */
static const struct shape field_shapes[FIELD_COUNT] = {
    FIELD_SHAPE(FIELD_REPORTER, constant_or_column, .needs = {{"map", "column"}, {"codes", "column"}}),
    FIELD_SHAPE(FIELD_FLOW, constant_or_column, .needs = {{"map", "column"}, {"others", "map"}}),
    FIELD_SHAPE(FIELD_PARTNER, constant_or_column, .needs = {{"map", "column"}, {"codes", "column"}}),
    FIELD_SHAPE(FIELD_PRODUCT, constant_or_column, .needs = {{"map", "column"}, {"digits", "column"}}),
    FIELD_SHAPE(FIELD_PERIOD, column_or_above, .needs = {{"map", "column"}, {"digits", "column"}}),
    FIELD_SHAPE(FIELD_MONTH, column_only, .needs = {{"others", "map"}}),
    FIELD_SHAPE(FIELD_VALUE, column_only),
    FIELD_SHAPE(FIELD_QUANTITY, column_only),
    FIELD_SHAPE(FIELD_WEIGHT, column_only),
    FIELD_SHAPE(FIELD_UNIT, column_only),
    FIELD_SHAPE(FIELD_FLAGS, constant_or_column, .needs = {{"map", "column"}}),
    FIELD_SHAPE(FIELD_CONFIDENTIALITY, column_only),
};

/* ---- one field ---- */

/* What is being read; one per field. */
struct reading {
    enum field_role role;
    const struct node *node;
    struct field *field;
    struct arena *arena;
    struct diag_list *diags;
};

static bool is_allowed(enum field_role role, const char *key)
{
    for (size_t i = 0; allowed_keys[role][i] != NULL; i++)
        if (str_equal(allowed_keys[role][i], key))
            return true;
    return false;
}

/* Where the value of a key stands; the map itself where the key is not there. */
static struct place key_place(const struct node *map, const char *key)
{
    const struct node *node = node_get(map, key);
    return node != NULL ? node->place : map->place;
}

/* A key that would be ignored is a mistake of its writer. */
static void check_keys(const struct reading *reading)
{
    const char *role = vocabulary_role_name(reading->role);
    for (size_t i = 0; i < LENGTH(field_keys); i++) {
        const char *key = field_keys[i].name;
        if (node_get(reading->node, key) != NULL && !is_allowed(reading->role, key))
            diag_error(reading->diags, key_place(reading->node, key), "F003", "the field %s takes no \"%s\"",
                role, key);
    }
}

static bool is_figure(enum field_role role)
{
    return role >= FIELD_VALUE && role <= FIELD_WEIGHT;
}

/* A text as an observation would hold it; `place` is where it was written. */
static void check_text(const struct reading *reading, const char *text, struct place place)
{
    uint32_t number;
    const char *whole = arena_printf(reading->arena, "%s%s", reading->field->prefix, text);
    if (vocabulary_read(reading->role, slice_of(whole), &number) < 0)
        diag_error(
            reading->diags, place, "F004", "\"%.100s\" is not %s", whole, vocabulary_expected(reading->role));
}

/* What a text of the map means: of a figure another number, a flag in its place, or nothing. */
static void check_meaning(const struct reading *reading, const char *text, struct place place)
{
    int64_t figure;
    uint32_t flag;
    if (!is_figure(reading->role))
        check_text(reading, text, place);
    else if (text[0] != '\0' && str_to_fixed(slice_of(text), 1, &figure) < 0 &&
             vocabulary_read(FIELD_FLAGS, slice_of(text), &flag) < 0)
        diag_error(reading->diags, place, "F004", "\"%.100s\" is neither a number, nor empty, nor %s", text,
            vocabulary_expected(FIELD_FLAGS));
}

static void read_map(const struct reading *reading, const struct node *map)
{
    if (map->kind != NODE_MAP || map->len == 0) {
        diag_error(reading->diags, map->place, "F005",
            "expected a map of the payload's texts to what they mean, such as { X: export }");
        return;
    }
    struct field_pair *pairs = arena_array(reading->arena, map->len, sizeof *pairs);
    for (size_t i = 0; i < map->len; i++) {
        const struct node *from = map->keys[i], *to = map->items[i];
        if (to->kind != NODE_SCALAR) {
            diag_error(reading->diags, to->place, "F005", "expected text, not %s", node_kind_name(to));
            continue;
        }
        pairs[i].from = arena_strndup(reading->arena, from->text.data, from->text.len);
        pairs[i].to = arena_strndup(reading->arena, to->text.data, to->text.len);
        pairs[i].skip = str_equal(pairs[i].to, "skip");
        reading->field->map_skips |= pairs[i].skip;
        reading->field->map_translates |= !pairs[i].skip;
        if (is_allowed(reading->role, "map") && !pairs[i].skip)
            check_meaning(reading, pairs[i].to, to->place);
    }
    reading->field->map = pairs;
    reading->field->map_len = map->len;
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

/* A text above the rows says the month; it is found as if it were a column of that name. */
static void check_above(const struct reading *reading)
{
    struct field *field = reading->field;
    const char *text = field->above;
    bool whole = count_of(text, "%m") == 1 && count_of(text, "%Y") == 1 && count_of(text, "%") == 2 &&
                 strstr(text, "%m%Y") == NULL && strstr(text, "%Y%m") == NULL;
    if (!whole)
        diag_error(reading->diags, key_place(reading->node, "above"), "F006",
            "\"%.100s\" says no month; expected a text with %%m and %%Y, each once", text);
    if (field->column != NULL || field->map_len > 0 || field->digits > 0)
        diag_error(reading->diags, reading->node->place, "F006",
            "the period stands above the rows, so it takes no column, map or digits");
    field->column = text;
}

/* Exactly one of a column and a constant. */
static void check_origin(const struct reading *reading)
{
    const struct field *field = reading->field;
    const char *role = vocabulary_role_name(reading->role);
    bool constant = is_allowed(reading->role, "value");
    if (field->above != NULL && reading->role == FIELD_PERIOD) {
        check_above(reading);
        return;
    }
    if (field->column == NULL && (field->value == NULL || !constant))
        diag_error(reading->diags, reading->node->place, "F006", "the field %s needs a column%s", role,
            constant ? ", or a value that holds for every row" : "");
    if (field->column != NULL && field->column[0] == '\0')
        diag_error(reading->diags, key_place(reading->node, "column"), "F006",
            "the column of the field %s has no name", role);
    if (field->value == NULL || !constant)
        return;
    if (field->column != NULL || field->map_len > 0 || field->has_codes || field->digits > 0)
        diag_error(reading->diags, key_place(reading->node, "value"), "F006",
            "the field %s has a value for every row, so it takes no %s", role,
            field->column != NULL ? "column"
            : field->map_len > 0  ? "map"
            : field->has_codes    ? "codes"
                                  : "digits");
    check_text(reading, field->value, key_place(reading->node, "value"));
}

/* A prefix that no code can begin with would refuse every row of every payload: say so once, here. */
static void check_prefix(const struct reading *reading)
{
    const char *prefix = reading->field->prefix;
    if (prefix[0] != '\0' && is_allowed(reading->role, "prefix") && !code_is_product(slice_of(prefix)))
        diag_error(reading->diags, key_place(reading->node, "prefix"), "F004",
            "the prefix \"%.100s\" does not begin a product code: only letters, digits and : . _ -", prefix);
}

static void check_currency(const struct reading *reading)
{
    const char *currency = reading->field->currency;
    if (currency != NULL && !rates_is_currency(slice_of(currency)))
        diag_error(reading->diags, key_place(reading->node, "currency"), "F015",
            "\"%.100s\" is no currency of ISO 4217, such as EUR", currency);
}

static void check_scale(const struct reading *reading)
{
    if (format_is_scale(reading->field->scale))
        return;
    diag_error(reading->diags, key_place(reading->node, "scale"), "F007", "the scale %lld is no power of ten",
        (long long)reading->field->scale);
    diag_hint(reading->diags, "figures stay exact only when scaled by 1, 10, 100, …; "
                              "name a unit of the source as the unit instead");
}

/* Without anything that says which texts are meant, all rows would be left out, or none. */
static void check_others(const struct reading *reading)
{
    const struct field *field = reading->field;
    bool listed = field->map_translates || (field->has_codes && field->codes != COUNTRY_ISO2);
    if (field->others_skip && !listed)
        diag_error(reading->diags, key_place(reading->node, "others"), "F012",
            "the field %s has neither a map that says what texts mean nor a code list but iso2",
            vocabulary_role_name(reading->role));
}

static void read_field(const struct reading *reading)
{
    struct field_keys keys = {0};
    keys_read(reading->node, field_keys, LENGTH(field_keys), vocabulary_role_name(reading->role), &keys,
        reading->arena, reading->diags);
    *reading->field = keys.field;
    reading->field->given = true;
    if (reading->node->kind != NODE_MAP)
        return; /* said already; nothing more to look at */
    if (keys.field.prefix == NULL)
        reading->field->prefix = "";
    if (keys.field.unit == NULL)
        reading->field->unit = "";
    reading->field->has_codes = node_get(reading->node, "codes") != NULL;
    reading->field->others_skip = str_equal(others_names[keys.others], "skip");
    check_keys(reading);
    if (keys.map != NULL)
        read_map(reading, keys.map);
    if (keys.where != NULL && is_figure(reading->role))
        (void)condition_read(keys.where, 1, &reading->field->where, reading->arena, reading->diags);
    check_others(reading);
    check_prefix(reading);
    check_origin(reading);
    check_scale(reading);
    check_currency(reading);
}

/* ---- the whole ---- */

static void read_fields(const struct node *fields, struct descriptor *descriptor, struct diag_list *diags)
{
    const struct node *nodes[FIELD_COUNT] = {NULL};
    keys_read(fields, role_keys, FIELD_COUNT, "the fields of a feed", nodes, &descriptor->arena, diags);
    for (int i = 0; i < FIELD_COUNT; i++) {
        struct reading reading = {
            (enum field_role)i, nodes[i], &descriptor->fields[i], &descriptor->arena, diags};
        if (nodes[i] != NULL)
            read_field(&reading);
    }
    if (fields->kind == NODE_MAP)
        fields_check(fields, descriptor, diags);
}

/* What the table of keys cannot say. NULL is a missing key, which is reported already where it is needed.
 */
static void check_document(
    const struct node *document, const struct descriptor *descriptor, struct diag_list *diags)
{
    const char *fault = descriptor->url != NULL ? url_fault(descriptor->url) : NULL;
    if (fault != NULL)
        diag_error(diags, key_place(document, "url"), "F001", "the URL %s", fault);
    if (descriptor->url == NULL && node_get(document, "interval") != NULL)
        diag_error(diags, key_place(document, "interval"), "F010",
            "a feed without a url is never asked, so it takes no interval");
    if (descriptor->feed != NULL && strlen(descriptor->feed) >= CODE_SIZE)
        diag_error(diags, key_place(document, "feed"), "F002", "the name of a feed has at most %d letters",
            CODE_SIZE - 1);
    if (descriptor->title != NULL && descriptor->title[0] == '\0')
        diag_error(diags, key_place(document, "title"), "F009", "the title is empty");
    if (descriptor->licence != NULL && descriptor->licence[0] == '\0')
        diag_error(diags, key_place(document, "licence"), "F009", "the licence is empty");
}

/* How the feed is asked: feeds/ask.h. */
static void read_ask(const struct document_keys *keys, const struct node *document,
    struct descriptor *descriptor, struct diag_list *diags)
{
    static const char *const names[] = {
        "parameters", "periods", "key", "answers", "queue", "limits", "grace", "form", "accept", "pages"};
    for (size_t i = 0; descriptor->url == NULL && i < LENGTH(names); i++)
        if (node_get(document, names[i]) != NULL)
            diag_error(diags, key_place(document, names[i]), "F010",
                "a feed without a url is never asked, so it takes no %s", names[i]);
    ask_read(
        &keys->ask, descriptor->url, key_place(document, "url"), &descriptor->ask, &descriptor->arena, diags);
}

static void refuse_keys(const struct node *document, const char *const *names, size_t n, const char *content,
    struct diag_list *diags)
{
    for (size_t i = 0; i < n; i++)
        if (node_get(document, names[i]) != NULL)
            diag_error(diags, key_place(document, names[i]), "F015", "a feed of %s takes no \"%s\"", content,
                names[i]);
}

static void read_notices(const struct document_keys *keys, const struct node *document,
    struct descriptor *descriptor, struct diag_list *diags)
{
    static const char *const of_figures[] = {"format", "csv", "json", "xml", "xlsx", "end", "publication_lag",
        "absent", "aggregate", "world", "grace", "unpublished", "numbers"};
    refuse_keys(document, of_figures, LENGTH(of_figures), "notices", diags);
    if (descriptor->url == NULL)
        diag_error(diags, keys->notices->place, "F015",
            "a feed of notices needs a url; files of them are read by tdwatch cases");
    descriptor->notices = (int)notices_form_read(keys->notices, &descriptor->arena, diags);
    descriptor->ask.current = true;
}

/* A feed has observations, exchange rates or notices. */
static void read_content(const struct document_keys *keys, const struct node *document,
    struct descriptor *descriptor, struct diag_list *diags)
{
    int contents_given = (keys->fields != NULL) + (keys->rates != NULL) + (keys->notices != NULL);
    if (document->kind != NODE_MAP)
        return;
    if (contents_given != 1)
        diag_error(diags, document->place, "F015",
            "a feed needs one of the sections \"fields\", \"rates\" and \"notices\"");
    else if (keys->notices != NULL)
        read_notices(keys, document, descriptor, diags);
    else if (keys->rates != NULL)
        rate_columns_read(document, &descriptor->ask, &descriptor->rates, &descriptor->arena, diags);
    else
        read_fields(keys->fields, descriptor, diags);
    if (keys->notices == NULL && keys->end == NULL)
        diag_error(diags, document->place, "F015", "a feed of figures or rates needs \"end\"");
    if (keys->where != NULL)
        descriptor->where_len =
            condition_read(keys->where, CONDITIONS_MAX, descriptor->where, &descriptor->arena, diags);
}

int descriptor_read(const struct node *document, struct descriptor *ret_descriptor, struct diag_list *diags)
{
    struct document_keys keys = {0};
    struct descriptor *descriptor = &keys.descriptor;
    struct end_keys end = {0};
    size_t errors = diags->errors;
    keys_read(document, document_keys, LENGTH(document_keys), "a feed descriptor", &keys, &descriptor->arena,
        diags);
    check_document(document, descriptor, diags);
    format_read(keys.sections, document, descriptor, diags);
    descriptor->sums = str_equal(aggregate_names[keys.aggregate], "sum");
    if (keys.end != NULL)
        keys_read(keys.end, end_keys, LENGTH(end_keys), "end", &end, &descriptor->arena, diags);
    if (document->kind == NODE_MAP)
        read_ask(&keys, document, descriptor, diags);
    read_content(&keys, document, descriptor, diags);
    if (diags->errors > errors) {
        descriptor_deinit(descriptor);
        return -EINVAL;
    }
    descriptor->rows_at_least = end.rows_at_least;
    descriptor->world_is_sum = str_equal(world_names[keys.world], "sum");
    descriptor->unpublished_is_zero = str_equal(unpublished_names[keys.unpublished], "zero");
    descriptor->absent_is_zero = str_equal(absent_names[keys.absent], "zero");
    descriptor->file = arena_strdup(&descriptor->arena, document->place.file);
    *ret_descriptor = *descriptor;
    return 0;
}

void descriptor_deinit(struct descriptor *descriptor)
{
    arena_deinit(&descriptor->arena);
    *descriptor = (struct descriptor){0};
}
