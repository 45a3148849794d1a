#include "feeds/descriptor.h"

#include <errno.h>
#include <string.h>

#include "base/shape.h"
#include "core/code.h"
#include "core/country.h"
#include "feeds/decode.h"
#include "feeds/vocabulary.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A payload is held in memory as a whole (a file that is imported is mapped), and its rows beside it. */
#define PAYLOAD_BYTES_MAX (INT64_C(8) * 1024 * 1024 * 1024)

/* Scales are powers of ten, because a decimal text times a power of ten is exact. 10^9 units and FIGURE_SCALE
 * leave 6 digits below INT64_MAX for the text itself. */
#define SCALE_MAX INT64_C(1000000000)

static const char *const format_names[] = {
    [FEED_CSV] = "csv", [FEED_JSON] = "json", [FEED_XML] = "xml", [FEED_XLSX] = "xlsx", NULL};
/* A tab has a word, since it looks like a blank in the file. */
static const char *const delimiter_names[] = {",", ";", "|", "tab", NULL};
static const char *const absent_names[] = {"unknown", "zero", NULL};
static const char *const world_names[] = {"given", "sum", NULL};
static const char *const aggregate_names[] = {"none", "sum", NULL};
static const char delimiters[] = {',', ';', '|', '\t'};

/* ---- the tables of keys ---- */

/* Each section of the file is read into a struct of its own by its table; descriptor_read puts them together.
 */
struct document_keys {
    struct descriptor descriptor;
    int absent, aggregate, world;                   /* of absent_names, aggregate_names, world_names */
    const struct node *sections[FEED_FORMAT_COUNT]; /* each format has its own */
    const struct node *fields, *end, *calendar;
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

static const struct shape probe_shape = {.kind = SHAPE_TEXT,
    .expected = "expected a query such as countOnly=true",
    .pattern = "^[^\\x00-\\x20#{}]+$"};

static const struct shape csv_shape, json_shape, xml_shape, xlsx_shape, fields_shape, end_shape;

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
    {.name = "calendar",
        .kind = KEY_NODE,
        .offset = DOCUMENT(calendar),
        .help = "On which days the source publishes.",
        .shape = &calendar_shape},
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
    {.name = "answers",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.answers),
        .help = "What answers of the source mean, where it is not what HTTP says.",
        .shape = &ask_answers_shape},
    {.name = "limits",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.limits),
        .help = "How often the host is asked at most.",
        .shape = &ask_limits_shape},
    {.name = "pages",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.pages),
        .help = "How a long answer is cut into pages.",
        .shape = &ask_pages_shape},
    {.name = "detector",
        .kind = KEY_NODE,
        .offset = DOCUMENT(ask.detector),
        .help = "A cheap request that is made first, to see whether there is anything new.",
        .shape = &ask_detector_shape},
    {.name = "probe",
        .kind = KEY_TEXT,
        .offset = DOCUMENT(ask.probe),
        .help = "Put behind the URL of a request that can be split, which is made first: by what its answer "
                "means, the request is made, split or left out.",
        .shape = &probe_shape},
    {.name = "csv",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_CSV]),
        .help = "How the CSV is written.",
        .shape = &csv_shape},
    {.name = "json",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_JSON]),
        .help = "Where in the JSON its records are.",
        .shape = &json_shape},
    {.name = "xml",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_XML]),
        .help = "Which element of the XML is a record.",
        .shape = &xml_shape},
    {.name = "xlsx",
        .kind = KEY_NODE,
        .offset = DOCUMENT(sections[FEED_XLSX]),
        .help = "Which sheet of the workbook is read.",
        .shape = &xlsx_shape},
    {.name = "fields",
        .kind = KEY_NODE,
        .offset = DOCUMENT(fields),
        .required = true,
        .help = "Which column fills which field of an observation.",
        .shape = &fields_shape},
    {.name = "end",
        .kind = KEY_NODE,
        .offset = DOCUMENT(end),
        .required = true,
        .help = "What proves that the payload is whole.",
        .shape = &end_shape},
};

const struct shape descriptor_shape = {.kind = SHAPE_MAP,
    .keys = document_keys,
    .key_count = LENGTH(document_keys),
    .needs = {{"interval", "url"}}};

struct csv_keys {
    int delimiter;
};

static const struct key csv_keys[] = {
    {.name = "delimiter",
        .kind = KEY_CHOICE,
        .offset = offsetof(struct csv_keys, delimiter),
        .fallback = ",",
        .choices = delimiter_names,
        .help = "What stands between two fields; the word tab for a tab."},
};

static const struct shape csv_shape = {.kind = SHAPE_MAP, .keys = csv_keys, .key_count = LENGTH(csv_keys)};

#define DESCRIPTOR(field) offsetof(struct descriptor, field)

static const struct key json_keys[] = {
    {.name = "records",
        .kind = KEY_TEXT,
        .offset = DESCRIPTOR(json.records),
        .help = "The list of records: the names that lead to it, with points between. "
                "Left out, the document is the list."},
    {.name = "header",
        .kind = KEY_BOOL,
        .offset = DESCRIPTOR(json.header),
        .fallback = "false",
        .help = "Whether each record is a list, and the first one lists the names."},
    {.name = "ignore_case",
        .kind = KEY_BOOL,
        .offset = DESCRIPTOR(json.ignore_case),
        .fallback = "false",
        .help = "Whether the case of letters in names does not matter."},
};

static const struct shape json_shape = {.kind = SHAPE_MAP, .keys = json_keys, .key_count = LENGTH(json_keys)};

static const struct key xml_keys[] = {
    {.name = "record",
        .kind = KEY_TEXT,
        .offset = DESCRIPTOR(xml.record),
        .required = true,
        .help = "The name of the element that is a record, without a prefix.",
        .shape = &shape_some_text},
};

static const struct shape xml_shape = {.kind = SHAPE_MAP, .keys = xml_keys, .key_count = LENGTH(xml_keys)};

static const struct key xlsx_keys[] = {
    {.name = "sheet",
        .kind = KEY_TEXT,
        .offset = DESCRIPTOR(xlsx.sheet),
        .required = true,
        .help = "A text in a cell above the header row of the sheet that is read, and of no other sheet.",
        .shape = &shape_some_text},
    {.name = "says",
        .kind = KEY_TEXT,
        .offset = DESCRIPTOR(xlsx.says),
        .help = "Another text that must stand above the header row, such as the unit of the figures.",
        .shape = &shape_some_text},
};

static const struct shape xlsx_shape = {.kind = SHAPE_MAP, .keys = xlsx_keys, .key_count = LENGTH(xlsx_keys)};

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
    ROLE(FIELD_PERIOD, "period", true, "The month."),
    ROLE(FIELD_VALUE, "value", true, "The value."),
    ROLE(FIELD_QUANTITY, "quantity", false, "The quantity, in a unit."),
    ROLE(FIELD_WEIGHT, "weight", false, "The net weight."),
    ROLE(FIELD_UNIT, "unit", false, "The unit of the quantity, where the payload says it."),
    ROLE(FIELD_FLAGS, "flags", false, "What the source says of the figures."),
};

static const struct shape fields_shape = {
    .kind = SHAPE_MAP, .keys = role_keys, .key_count = FIELD_COUNT, .needs = {{"unit", "quantity"}}};

/* One table for all ten fields, so that all are written alike; allowed_keys says what each of them takes. */
struct field_keys {
    struct field field;
    const struct node *map;
};

#define FIELD(member) offsetof(struct field_keys, member)

/* Figures stay exact only when scaled by these. */
static const char *const scales[] = {
    "1", "10", "100", "1000", "10000", "100000", "1000000", "10000000", "100000000", "1000000000", NULL};
static const struct shape scale_shape = {
    .kind = SHAPE_TEXT, .expected = "expected 1, 10, 100, …", .words = scales, .also = ALSO_INTEGER};

static const struct shape prefix_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected the beginning of a product code: letters, digits and : . _ -",
    .pattern = "^[A-Za-z0-9:._-]*$",
    .max_length = CODE_SIZE - 1,
    .also = ALSO_NUMBER | ALSO_BOOL,
};

static const struct shape map_shape = {
    .kind = SHAPE_MAP, .names = &shape_any_text, .items = &shape_any_text, .min_items = 1};

static const struct key field_keys[] = {
    {.name = "column",
        .kind = KEY_TEXT,
        .offset = FIELD(field.column),
        .help = "A column's name in the header line.",
        .shape = &shape_some_text},
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
        .max = SCALE_MAX,
        .help = "One unit of the payload in USD, units or kg: 1, 10, 100, …",
        .shape = &scale_shape},
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
};

/* Which keys of field_keys say something for which field. */
static const char *const allowed_keys[FIELD_COUNT][6] = {
    [FIELD_REPORTER] = {"column", "value", "map", "codes"},
    [FIELD_FLOW] = {"column", "value", "map"},
    [FIELD_PARTNER] = {"column", "value", "map", "codes"},
    [FIELD_PRODUCT] = {"column", "value", "map", "prefix", "digits"},
    [FIELD_PERIOD] = {"column"},
    [FIELD_VALUE] = {"column", "scale"},
    [FIELD_QUANTITY] = {"column", "scale", "unit"},
    [FIELD_WEIGHT] = {"column", "scale"},
    [FIELD_UNIT] = {"column", "map"},
    [FIELD_FLAGS] = {"column", "map"},
};

static const char *const constant_or_column[] = {"column", "value", NULL};
static const char *const column_only[] = {"column", NULL};

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
    FIELD_SHAPE(FIELD_FLOW, constant_or_column, .needs = {{"map", "column"}}),
    FIELD_SHAPE(FIELD_PARTNER, constant_or_column, .needs = {{"map", "column"}, {"codes", "column"}}),
    FIELD_SHAPE(FIELD_PRODUCT, constant_or_column, .needs = {{"map", "column"}, {"digits", "column"}}),
    FIELD_SHAPE(FIELD_PERIOD, column_only),
    FIELD_SHAPE(FIELD_VALUE, column_only),
    FIELD_SHAPE(FIELD_QUANTITY, column_only),
    FIELD_SHAPE(FIELD_WEIGHT, column_only),
    FIELD_SHAPE(FIELD_UNIT, column_only),
    FIELD_SHAPE(FIELD_FLAGS, column_only),
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

/* A text as an observation would hold it; `place` is where it was written. */
static void check_text(const struct reading *reading, const char *text, struct place place)
{
    uint32_t number;
    const char *whole = arena_printf(reading->arena, "%s%s", reading->field->prefix, text);
    if (vocabulary_read(reading->role, slice_of(whole), &number) < 0)
        diag_error(
            reading->diags, place, "F004", "\"%.100s\" is not %s", whole, vocabulary_expected(reading->role));
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
            check_text(reading, pairs[i].to, to->place);
    }
    reading->field->map = pairs;
    reading->field->map_len = map->len;
}

/* Exactly one of a column and a constant. */
static void check_origin(const struct reading *reading)
{
    const struct field *field = reading->field;
    const char *role = vocabulary_role_name(reading->role);
    bool constant = is_allowed(reading->role, "value");
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

static bool is_power_of_ten(int64_t n)
{
    while (n > 1 && n % 10 == 0)
        n /= 10;
    return n == 1;
}

static void check_scale(const struct reading *reading)
{
    if (is_power_of_ten(reading->field->scale))
        return;
    diag_error(reading->diags, key_place(reading->node, "scale"), "F007", "the scale %lld is no power of ten",
        (long long)reading->field->scale);
    diag_hint(reading->diags, "figures stay exact only when scaled by 1, 10, 100, …; "
                              "name a unit of the source as the unit instead");
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
    check_keys(reading);
    if (keys.map != NULL)
        read_map(reading, keys.map);
    check_prefix(reading);
    check_origin(reading);
    check_scale(reading);
}

/* ---- the whole ---- */

/* A quantity without a unit cannot be compared with anything. */
static void check_unit(
    const struct descriptor *descriptor, const struct node *fields, struct diag_list *diags)
{
    const struct field *quantity = &descriptor->fields[FIELD_QUANTITY];
    const struct node *node = node_get(fields, "quantity");
    bool column = descriptor->fields[FIELD_UNIT].given;
    if (!quantity->given && column)
        diag_error(diags, node_get(fields, "unit")->place, "F008", "a unit without a quantity");
    if (!quantity->given || node->kind != NODE_MAP)
        return;
    bool constant = node_get(node, "unit") != NULL;
    if (constant == column)
        diag_error(diags, node->place, "F008", "the quantity needs %s",
            column ? "its unit from one place: its own key \"unit\", or the field unit"
                   : "a unit: its own key \"unit\", or a field unit");
    if (constant && !code_is_product(slice_of(quantity->unit)))
        diag_error(diags, key_place(node, "unit"), "F008", "\"%.100s\" is not %s", quantity->unit,
            vocabulary_expected(FIELD_UNIT));
}

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
        check_unit(descriptor, fields, diags);
}

/* What is wrong with a URL, or NULL. A password here would end up in logs and messages. */
static const char *url_fault(const char *url)
{
    const char *host = str_starts(url, "https://") ? url + 8 : str_starts(url, "http://") ? url + 7 : NULL;
    if (host == NULL)
        return "begins with neither https:// nor http://";
    size_t len = strcspn(host, "/?#");
    if (len == 0)
        return "names no host";
    if (memchr(host, '@', len) != NULL)
        return "holds a user name; a descriptor is no place for credentials";
    for (const char *p = url; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return "holds a blank or a control byte; write it as %XX";
    return NULL;
}

/* What the table of keys cannot say. NULL is a missing key, which is reported already where it is needed. */
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

/* The keys of each format's section. CSV has a struct of its own for what is a choice of words. */
static const struct {
    const struct key *keys;
    size_t len;
} section_keys[FEED_FORMAT_COUNT] = {
    [FEED_JSON] = {json_keys, LENGTH(json_keys)},
    [FEED_XML] = {xml_keys, LENGTH(xml_keys)},
    [FEED_XLSX] = {xlsx_keys, LENGTH(xlsx_keys)},
};

static void read_csv(const struct node *section, struct descriptor *descriptor, struct diag_list *diags)
{
    struct csv_keys csv = {0};
    if (section != NULL)
        keys_read(section, csv_keys, LENGTH(csv_keys), "csv", &csv, &descriptor->arena, diags);
    descriptor->delimiter = delimiters[csv.delimiter];
}

static bool has_empty_text(const struct descriptor *descriptor)
{
    const char *const texts[] = {descriptor->xml.record, descriptor->xlsx.sheet, descriptor->xlsx.says};
    for (size_t i = 0; i < LENGTH(texts); i++)
        if (texts[i] != NULL && texts[i][0] == '\0')
            return true;
    return false;
}

/* The section of the feed's format; what another one says would be ignored. */
static void read_sections(const struct document_keys *keys, const struct node *document,
    struct descriptor *descriptor, struct diag_list *diags)
{
    int own = descriptor->format;
    const struct node *section = keys->sections[own];
    bool required = own == FEED_XML || own == FEED_XLSX;
    for (int i = 0; i < FEED_FORMAT_COUNT; i++)
        if (i != own && keys->sections[i] != NULL)
            diag_error(diags, keys->sections[i]->place, "F011",
                "the format is %s, so the feed takes no \"%s\"", format_names[own], format_names[i]);
    if (required && section == NULL)
        diag_error(diags, document->place, "F011", "a feed in %s needs a section \"%s\"", format_names[own],
            format_names[own]);
    read_csv(own == FEED_CSV ? section : NULL, descriptor, diags);
    if (section != NULL && own != FEED_CSV)
        keys_read(section, section_keys[own].keys, section_keys[own].len, format_names[own], descriptor,
            &descriptor->arena, diags);
    if (has_empty_text(descriptor))
        diag_error(diags, section->place, "F009", "an empty text is found everywhere");
    if (descriptor->json.records == NULL)
        descriptor->json.records = "";
}

/* How the feed is asked: feeds/ask.h. */
static void read_ask(const struct document_keys *keys, const struct node *document,
    struct descriptor *descriptor, struct diag_list *diags)
{
    static const char *const names[] = {
        "parameters", "periods", "key", "answers", "limits", "grace", "pages", "detector", "probe"};
    for (size_t i = 0; descriptor->url == NULL && i < LENGTH(names); i++)
        if (node_get(document, names[i]) != NULL)
            diag_error(diags, key_place(document, names[i]), "F010",
                "a feed without a url is never asked, so it takes no %s", names[i]);
    ask_read(
        &keys->ask, descriptor->url, key_place(document, "url"), &descriptor->ask, &descriptor->arena, diags);
}

struct publishing descriptor_publishing(const struct descriptor *descriptor)
{
    return (struct publishing){&descriptor->calendar, descriptor->publication_lag_s, descriptor->interval_s};
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
    read_sections(&keys, document, descriptor, diags);
    if (keys.end != NULL)
        keys_read(keys.end, end_keys, LENGTH(end_keys), "end", &end, &descriptor->arena, diags);
    if (keys.fields != NULL)
        read_fields(keys.fields, descriptor, diags);
    if (keys.calendar != NULL)
        calendar_read(keys.calendar, &descriptor->calendar, &descriptor->arena, diags);
    if (document->kind == NODE_MAP)
        read_ask(&keys, document, descriptor, diags);
    if (diags->errors > errors) {
        descriptor_deinit(descriptor);
        return -EINVAL;
    }
    descriptor->rows_at_least = end.rows_at_least;
    descriptor->sums = str_equal(aggregate_names[keys.aggregate], "sum");
    descriptor->world_is_sum = str_equal(world_names[keys.world], "sum");
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
