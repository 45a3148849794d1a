#include "feeds/format.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

const char *const format_names[] = {
    [FEED_CSV] = "csv", [FEED_JSON] = "json", [FEED_XML] = "xml", [FEED_XLSX] = "xlsx", NULL};
/* A tab has a word, since it looks like a blank in the file. */
static const char *const delimiter_names[] = {",", ";", "|", "tab", NULL};
static const char delimiters[] = {',', ';', '|', '\t'};

/* ---- scales ---- */

static const char *const scales[] = {
    "1", "10", "100", "1000", "10000", "100000", "1000000", "10000000", "100000000", "1000000000", NULL};
const struct shape format_scale_shape = {
    .kind = SHAPE_TEXT, .expected = "expected 1, 10, 100, …", .words = scales, .also = ALSO_INTEGER};

bool format_is_scale(int64_t n)
{
    if (n < 1 || n > FORMAT_SCALE_MAX)
        return false;
    while (n % 10 == 0)
        n /= 10;
    return n == 1;
}

/* ---- the tables of keys ---- */

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

const struct shape format_csv_shape = {.kind = SHAPE_MAP, .keys = csv_keys, .key_count = LENGTH(csv_keys)};

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
};

const struct shape format_json_shape = {.kind = SHAPE_MAP, .keys = json_keys, .key_count = LENGTH(json_keys)};

static const struct key xml_keys[] = {
    {.name = "record",
        .kind = KEY_TEXT,
        .offset = DESCRIPTOR(xml.record),
        .required = true,
        .help = "The name of the element that is a record, without a prefix; behind it @ and an attribute, "
                "where other elements of the name lack that.",
        .shape = &shape_some_text},
};

const struct shape format_xml_shape = {.kind = SHAPE_MAP, .keys = xml_keys, .key_count = LENGTH(xml_keys)};

struct xlsx_keys {
    const char *sheet, *says, *first;
    const struct node *units;
};

#define XLSX(field) offsetof(struct xlsx_keys, field)

static const struct shape units_shape = {.kind = SHAPE_MAP,
    .names = &shape_some_text,
    .items = &format_scale_shape,
    .min_items = 1,
    .max_items = XLSX_UNITS_MAX};

static const struct key xlsx_keys[] = {
    {.name = "sheet",
        .kind = KEY_TEXT,
        .offset = XLSX(sheet),
        .required = true,
        .help = "A text in a cell above the header row of the sheet that is read, and of no other sheet.",
        .shape = &shape_some_text},
    {.name = "says",
        .kind = KEY_TEXT,
        .offset = XLSX(says),
        .help = "Another text that must stand above the header row, such as the unit of the figures.",
        .shape = &shape_some_text},
    {.name = "first",
        .kind = KEY_TEXT,
        .offset = XLSX(first),
        .help = "A text in the first row that is read, of a sheet without a header row that names its "
                "columns: they are "
                "named by their letters then.",
        .shape = &shape_some_text},
    {.name = "units",
        .kind = KEY_NODE,
        .offset = XLSX(units),
        .help =
            "What the sheet says of its values above the rows, one of these texts, and such a value in USD.",
        .shape = &units_shape},
};

const struct shape format_xlsx_shape = {.kind = SHAPE_MAP, .keys = xlsx_keys, .key_count = LENGTH(xlsx_keys)};

/* ---- reading ---- */

/* The keys of those formats' sections that are read into the descriptor as they stand. */
static const struct {
    const struct key *keys;
    size_t len;
} section_keys[FEED_FORMAT_COUNT] = {
    [FEED_JSON] = {json_keys, LENGTH(json_keys)},
    [FEED_XML] = {xml_keys, LENGTH(xml_keys)},
};

static void read_csv(const struct node *section, struct descriptor *descriptor, struct diag_list *diags)
{
    struct csv_keys csv = {0};
    if (section != NULL)
        keys_read(section, csv_keys, LENGTH(csv_keys), "csv", &csv, &descriptor->arena, diags);
    descriptor->delimiter = delimiters[csv.delimiter];
}

static void read_units(const struct node *units, struct descriptor *descriptor, struct diag_list *diags)
{
    if (units->kind != NODE_MAP || units->len == 0) {
        diag_error(diags, units->place, "F005",
            "expected a map of what the sheet says to USD, such as { Triệu USD: 1000000 }");
        return;
    }
    if (units->len > XLSX_UNITS_MAX) {
        diag_error(diags, units->place, "F005", "more than %d units", XLSX_UNITS_MAX);
        return;
    }
    descriptor->xlsx.units = arena_array(&descriptor->arena, units->len, sizeof *descriptor->xlsx.units);
    descriptor->xlsx.unit_len = units->len;
    for (size_t i = 0; i < units->len; i++) {
        struct xlsx_unit *unit = &descriptor->xlsx.units[i];
        const struct node *says = units->keys[i], *scale = units->items[i];
        unit->says = arena_strndup(&descriptor->arena, says->text.data, says->text.len);
        bool number = scale->kind == NODE_SCALAR && str_to_int64(scale->text, &unit->scale) == 0;
        if (says->text.len == 0)
            diag_error(diags, says->place, "F009", "an empty text is found everywhere");
        if (!number || !format_is_scale(unit->scale))
            diag_error(diags, scale->place, "F007", "a value's unit is 1, 10, 100, … USD, up to 10^9");
    }
}

static void read_xlsx(const struct node *section, struct descriptor *descriptor, struct diag_list *diags)
{
    struct xlsx_keys xlsx = {0};
    if (section != NULL)
        keys_read(section, xlsx_keys, LENGTH(xlsx_keys), "xlsx", &xlsx, &descriptor->arena, diags);
    descriptor->xlsx.sheet = xlsx.sheet;
    descriptor->xlsx.says = xlsx.says;
    descriptor->xlsx.first = xlsx.first;
    if (xlsx.units != NULL)
        read_units(xlsx.units, descriptor, diags);
}

static bool has_empty_text(const struct descriptor *descriptor)
{
    const char *const texts[] = {
        descriptor->xml.record, descriptor->xlsx.sheet, descriptor->xlsx.says, descriptor->xlsx.first};
    for (size_t i = 0; i < LENGTH(texts); i++)
        if (texts[i] != NULL && texts[i][0] == '\0')
            return true;
    return false;
}

/* The section of the feed's format; what another one says would be ignored. */
void format_read(const struct node *const sections[FEED_FORMAT_COUNT], const struct node *document,
    struct descriptor *descriptor, struct diag_list *diags)
{
    int own = descriptor->format;
    const struct node *section = sections[own];
    bool imported = descriptor->url == NULL;
    bool required = own == FEED_XML || own == FEED_XLSX;
    for (int i = 0; i < FEED_FORMAT_COUNT; i++)
        if (i != own && sections[i] != NULL && !(own == FEED_CSV && i == FEED_XLSX && imported))
            diag_error(diags, sections[i]->place, "F011", "the format is %s, so the feed takes no \"%s\"",
                format_names[own], format_names[i]);
    if (required && section == NULL)
        diag_error(diags, document->place, "F011", "a feed in %s needs a section \"%s\"", format_names[own],
            format_names[own]);
    read_csv(own == FEED_CSV ? section : NULL, descriptor, diags);
    descriptor->or_xlsx = own == FEED_CSV && imported && sections[FEED_XLSX] != NULL;
    read_xlsx(own == FEED_XLSX || descriptor->or_xlsx ? sections[FEED_XLSX] : NULL, descriptor, diags);
    if (section != NULL && section_keys[own].keys != NULL)
        keys_read(section, section_keys[own].keys, section_keys[own].len, format_names[own], descriptor,
            &descriptor->arena, diags);
    if (has_empty_text(descriptor))
        diag_error(diags, document->place, "F009", "an empty text is found everywhere");
    if (descriptor->json.records == NULL)
        descriptor->json.records = "";
}
