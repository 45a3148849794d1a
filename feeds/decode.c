/* From records to observations. All faults of a payload are reported, so that one look at the list is enough
 * to mend a feed; whoever finds one fault loses the payload, never single rows: half a release would look
 * like a fall in trade. */
#include "feeds/decode.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/map.h"
#include "core/code.h"
#include "feeds/payload.h"
#include "feeds/vocabulary.h"

static decoder_fn *const decoders[] = {[FEED_CSV] = decode_csv};

_Static_assert((int)FIELD_QUANTITY - (int)FIELD_VALUE == (int)COLUMN_QUANTITY &&
                   (int)FIELD_WEIGHT - (int)FIELD_VALUE == (int)COLUMN_WEIGHT,
    "figure fields stand in the order of the columns");

/* A text of the payload, translated: as the observation holds it, and the number it stands for. */
struct word {
    const char *text;
    uint32_t number;
};

/* Payloads repeat few texts in many rows: each distinct one is translated once and kept once. */
struct words {
    struct map indexes; /* by the payload's text */
    struct word *items;
    size_t len, cap;
};

struct mapper {
    const struct descriptor *descriptor;
    const struct countries *countries;
    const char *file;
    struct arena *arena;
    struct diag_list *diags;
    size_t errors_before;
    size_t width;           /* names in the header */
    size_t at[FIELD_COUNT]; /* where in the record a field's column is */
    struct word constants[FIELD_COUNT];
    struct words words[FIELD_COUNT];
    const char *unit; /* of every quantity; "" where a column says it */
    struct observation *rows;
    size_t len, cap;
};

/* The list keeps no more, and a payload with so many is another table. */
static bool too_many_faults(const struct mapper *mapper)
{
    return mapper->diags->errors - mapper->errors_before >= DIAG_MAX;
}

/* A record's line and a field's column. Where a quoted field before it spans lines, the column counts in the
 * field's own line. */
static struct place place_of(const struct mapper *mapper, const struct record *record, size_t i)
{
    return (struct place){mapper->file, record->line, i < record->len ? record->columns[i] : 1};
}

/* ---- texts ---- */

static const struct field_pair *find_pair(const struct field *field, struct slice text)
{
    for (size_t i = 0; i < field->map_len; i++)
        if (slice_equal(text, field->map[i].from))
            return &field->map[i];
    return NULL;
}

/* A text the feed's writer has not seen may mean anything (a re-export, an adjustment), so it is never
 * guessed. */
static int refuse_unmapped(struct mapper *mapper, enum field_role role, struct slice text, struct place place)
{
    char quote[QUOTE_SIZE];
    diag_error(mapper->diags, place, "D014", "%s %s is not in the map of the feed",
        vocabulary_role_name(role), payload_quote(text, quote));
    diag_hint(mapper->diags, "see what the source means by it and add it to fields.%s.map",
        vocabulary_role_name(role));
    return -EBADMSG;
}

static int refuse_unlisted(struct mapper *mapper, enum field_role role, struct slice text, struct place place)
{
    char quote[QUOTE_SIZE];
    const struct field *field = &mapper->descriptor->fields[role];
    diag_error(mapper->diags, place, "D019", "%s %s is not in the code list %s", vocabulary_role_name(role),
        payload_quote(text, quote), country_scheme_names[field->codes]);
    diag_hint(mapper->diags, "add the code to the table of countries, or to fields.%s.map",
        vocabulary_role_name(role));
    return -EBADMSG;
}

/* What a text means before its prefix: by the map, else by the code list. The alpha-2 codes are ours, and are
 * checked as such later. */
static int find_meaning(struct mapper *mapper, enum field_role role, struct slice text, struct place place,
    struct slice *ret_meant)
{
    const struct field *field = &mapper->descriptor->fields[role];
    const struct field_pair *pair = find_pair(field, text);
    const struct country *country = NULL;
    if (pair == NULL && field->map_len > 0 && !field->has_codes)
        return refuse_unmapped(mapper, role, text, place);
    if (pair != NULL || field->codes == COUNTRY_ISO2) {
        *ret_meant = pair != NULL ? slice_of(pair->to) : text;
        return 0;
    }
    if (mapper->countries != NULL)
        country = countries_find(mapper->countries, (enum country_scheme)field->codes, text);
    if (country == NULL)
        return refuse_unlisted(mapper, role, text, place);
    *ret_meant = slice_of(country->codes[COUNTRY_ISO2]);
    return 0;
}

/* Map or code list, prefix, meaning. */
static int translate(
    struct mapper *mapper, enum field_role role, struct slice text, struct place place, struct word *ret_word)
{
    const struct field *field = &mapper->descriptor->fields[role];
    struct slice meant;
    if (find_meaning(mapper, role, text, place, &meant) < 0)
        return -EBADMSG;
    struct word word = {0};
    int r = -EINVAL;
    if (meant.len < CODE_SIZE) { /* nothing longer is meant, nor worth a copy */
        word.text = arena_printf(mapper->arena, "%s%.*s", field->prefix, (int)meant.len, meant.data);
        r = vocabulary_read(role, slice_of(word.text), &word.number);
    }
    if (r < 0) {
        char quote[QUOTE_SIZE];
        diag_error(mapper->diags, place, "D015", "%s %s is not %s", vocabulary_role_name(role),
            payload_quote(text, quote), vocabulary_expected(role));
        return -EBADMSG;
    }
    *ret_word = word;
    return 0;
}

/* As translate, through what is known already. Texts with faults are not kept: each row with one is reported.
 */
static int look_up(
    struct mapper *mapper, enum field_role role, struct slice text, struct place place, struct word *ret_word)
{
    struct words *words = &mapper->words[role];
    uint32_t index;
    if (map_get(&words->indexes, text.data, text.len, &index)) {
        *ret_word = words->items[index];
        return 0;
    }
    int r = translate(mapper, role, text, place, ret_word);
    if (r < 0)
        return r;
    map_put(&words->indexes, text.data, text.len, (uint32_t)words->len);
    words->items = alloc_grow(words->items, words->len, &words->cap, sizeof *words->items);
    words->items[words->len++] = *ret_word;
    return 0;
}

/* ---- figures ---- */

/* Sources pad empty cells. */
static bool is_blank(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != ' ' && text.data[i] != '\t')
            return false;
    return true;
}

static bool has_byte(struct slice text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(bytes, text.data[i]) != NULL)
            return true;
    return false;
}

/* What somebody may have meant by a text that is no number. 0xc2 begins a no-break space. */
static const char *number_hint(struct slice text)
{
    if (!has_byte(text, "0123456789"))
        return "leave the field empty where there is no figure";
    if (has_byte(text, ", '\t\xc2") || memchr(text.data, '.', text.len) != NULL)
        return "write 1234567.89: a point before decimals, nothing between thousands";
    if (has_byte(text, "eE"))
        return "write all digits, without an exponent";
    return "write digits only, and a point before decimals";
}

/* 0 and the figure, 1 where there is none, or -EBADMSG. */
static int read_figure(
    struct mapper *mapper, enum field_role role, struct slice text, struct place place, int64_t *ret_figure)
{
    if (is_blank(text))
        return 1;
    int r = str_to_fixed(text, FIGURE_SCALE * mapper->descriptor->fields[role].scale, ret_figure);
    if (r == 0)
        return 0;
    char quote[QUOTE_SIZE];
    payload_quote(text, quote);
    if (r == -ERANGE) {
        diag_error(mapper->diags, place, "D017", "%s %s is too large for any figure",
            vocabulary_role_name(role), quote);
    } else {
        diag_error(mapper->diags, place, "D016", "%s %s is not a number", vocabulary_role_name(role), quote);
        diag_hint(mapper->diags, "%s", number_hint(text));
    }
    return -EBADMSG;
}

/* ---- rows ---- */

/* Puts a translated text where its field belongs. */
static void set_word(struct observation *row, enum field_role role, struct word word)
{
    switch (role) {
    case FIELD_REPORTER:
        row->reporter = word.text;
        break;
    case FIELD_FLOW:
        row->flow = (enum flow)word.number;
        break;
    case FIELD_PARTNER:
        row->partner = word.text;
        break;
    case FIELD_PRODUCT:
        row->product = word.text;
        break;
    case FIELD_PERIOD:
        row->period = (int32_t)word.number;
        break;
    case FIELD_UNIT:
        row->unit = word.text;
        break;
    case FIELD_FLAGS:
        row->flags = word.number;
        break;
    case FIELD_VALUE:
    case FIELD_QUANTITY:
    case FIELD_WEIGHT:
    case FIELD_COUNT:
        break;
    }
}

/* One field of one row. */
static int read_field(
    struct mapper *mapper, enum field_role role, const struct record *record, struct observation *row)
{
    size_t i = mapper->at[role];
    struct slice text = record->fields[i];
    struct place place = place_of(mapper, record, i);
    if (role >= FIELD_VALUE && role <= FIELD_WEIGHT) {
        enum column column = (enum column)(role - FIELD_VALUE);
        int r = read_figure(mapper, role, text, place, &row->figure[column]);
        row->present[column] = r == 0;
        return r < 0 ? r : 0;
    }
    if (role == FIELD_UNIT && text.len == 0)
        return 0; /* a fault only where there is a quantity */
    struct word word;
    int r = look_up(mapper, role, text, place, &word);
    if (r == 0)
        set_word(row, role, word);
    return r;
}

/* 0, or -EBADMSG with every fault of the row reported. */
static int read_row(struct mapper *mapper, const struct record *record, struct observation *ret_row)
{
    struct observation row = {.unit = mapper->unit, .line = (unsigned)record->line};
    int result = 0;
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &mapper->descriptor->fields[i];
        enum field_role role = (enum field_role)i;
        if (!field->given)
            continue;
        if (field->column == NULL)
            set_word(&row, role, mapper->constants[role]);
        else if (read_field(mapper, role, record, &row) < 0)
            result = -EBADMSG;
    }
    if (result == 0 && row.present[COLUMN_QUANTITY] && row.unit[0] == '\0') {
        diag_error(mapper->diags, place_of(mapper, record, mapper->at[FIELD_UNIT]), "D018",
            "a quantity without a unit");
        result = -EBADMSG;
    }
    if (result == 0)
        *ret_row = row;
    return result;
}

static int on_record(void *userdata, const struct record *record)
{
    struct mapper *mapper = userdata;
    struct observation row;
    if (mapper->len == PAYLOAD_ROWS_MAX) {
        diag_error(mapper->diags, place_of(mapper, record, 0), "D013", "more than %d rows", PAYLOAD_ROWS_MAX);
        return 1;
    }
    if (record->len != mapper->width) {
        diag_error(mapper->diags, place_of(mapper, record, 0), "D012",
            "the row has %zu fields, the header names %zu", record->len, mapper->width);
    } else if (read_row(mapper, record, &row) == 0) {
        mapper->rows = alloc_grow(mapper->rows, mapper->len, &mapper->cap, sizeof *mapper->rows);
        mapper->rows[mapper->len++] = row;
    }
    return too_many_faults(mapper);
}

/* ---- the header ---- */

static bool same_text(struct slice a, struct slice b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Of two columns with one name nobody knows which is meant, even where the feed reads neither today. */
static void check_duplicates(struct mapper *mapper, const struct record *names)
{
    char quote[QUOTE_SIZE];
    for (size_t i = 1; i < names->len; i++) {
        size_t first = 0;
        while (!same_text(names->fields[first], names->fields[i]))
            first++;
        if (first < i)
            diag_error(mapper->diags, place_of(mapper, names, i), "D011", "the column %s stands twice",
                payload_quote(names->fields[i], quote));
    }
}

/* The names for a message, as many as it has room for. */
static const char *list_names(struct mapper *mapper, const struct record *names)
{
    struct buf list;
    char quote[QUOTE_SIZE];
    buf_init(&list, 600);
    for (size_t i = 0; i < names->len; i++)
        if (buf_printf(&list, "%s%s", i > 0 ? ", " : "", payload_quote(names->fields[i], quote)) < 0)
            break;
    const char *text = arena_strdup(mapper->arena, buf_text(&list));
    buf_deinit(&list);
    return text;
}

/* The commonest change of a source is a renamed column, so the answer is put into the message. */
static void refuse_missing(struct mapper *mapper, const char *column, const struct record *names)
{
    const char *texts[RECORD_FIELDS_MAX];
    for (size_t i = 0; i < names->len; i++)
        texts[i] = arena_strndup(
            mapper->arena, names->fields[i].data, names->fields[i].len < 64 ? names->fields[i].len : 64);
    diag_error(mapper->diags, (struct place){mapper->file, names->line, 1}, "D010",
        "the payload has no column \"%s\"; it has %s", column, list_names(mapper, names));
    const char *near = str_did_you_mean(slice_of(column), texts, names->len);
    if (near != NULL)
        diag_hint(mapper->diags, "did the source rename it? \"%.64s\" is near", near);
    else
        diag_hint(mapper->diags, "the source has changed its form, or this is another table or delimiter");
}

static void find_column(struct mapper *mapper, enum field_role role, const struct record *names)
{
    const char *column = mapper->descriptor->fields[role].column;
    for (size_t i = 0; i < names->len; i++) {
        if (slice_equal(names->fields[i], column)) {
            mapper->at[role] = i;
            return;
        }
    }
    refuse_missing(mapper, column, names);
}

/* Finds the columns, and translates what is the same in every row. No row is read when the header is wrong.
 */
static int on_names(void *userdata, const struct record *names)
{
    struct mapper *mapper = userdata;
    const struct descriptor *descriptor = mapper->descriptor;
    mapper->width = names->len;
    check_duplicates(mapper, names);
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &descriptor->fields[i];
        enum field_role role = (enum field_role)i;
        if (field->given && field->column != NULL)
            find_column(mapper, role, names);
        else if (field->given)
            translate(
                mapper, role, slice_of(field->value), place_of(mapper, names, 0), &mapper->constants[role]);
    }
    return mapper->diags->errors > mapper->errors_before;
}

/* ---- the whole ---- */

static void mapper_deinit(struct mapper *mapper)
{
    for (int i = 0; i < FIELD_COUNT; i++) {
        map_deinit(&mapper->words[i].indexes);
        alloc_free(mapper->words[i].items);
    }
    alloc_free(mapper->rows);
}

/* The rows grow on the heap and move once: an arena never gives back what a growing array has outgrown. */
static struct observations take_rows(const struct mapper *mapper)
{
    struct observations rows = {.len = mapper->len, .cap = mapper->len};
    rows.items = arena_array(mapper->arena, mapper->len, sizeof *rows.items);
    if (mapper->len > 0)
        memcpy(rows.items, mapper->rows, mapper->len * sizeof *rows.items);
    return rows;
}

int decode_payload(const struct decode_input *input, struct arena *arena, struct observations *ret_rows,
    struct diag_list *diags)
{
    *ret_rows = (struct observations){0};
    const struct descriptor *descriptor = input->descriptor;
    struct mapper mapper = {.descriptor = descriptor,
        .countries = input->countries,
        .file = input->file,
        .arena = arena,
        .diags = diags,
        .errors_before = diags->errors,
        .unit = ""};
    const struct field *quantity = &descriptor->fields[FIELD_QUANTITY];
    if (quantity->given)
        mapper.unit = arena_strdup(arena, quantity->unit);
    struct record_sink sink = {on_names, on_record, &mapper};
    int r = payload_check(descriptor, input->payload, input->file, diags);
    if (r == 0)
        r = decoders[descriptor->format](descriptor, payload_body(input->payload), input->file, &sink, diags);
    if (r == 0 && diags->errors > mapper.errors_before)
        r = -EBADMSG;
    if (r == 0)
        *ret_rows = take_rows(&mapper);
    mapper_deinit(&mapper);
    return r;
}
