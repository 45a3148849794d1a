/* From records to observations. All faults of a payload are reported, so that one look at the list is enough
 * to mend a feed; whoever finds one fault loses the payload, never single rows: half a release would look
 * like a fall in trade. */
#include "feeds/decode.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "core/code.h"
#include "feeds/payload.h"
#include "feeds/vocabulary.h"
#include "feeds/words.h"

static decoder_fn *const decoders[] = {
    [FEED_CSV] = decode_csv, [FEED_JSON] = decode_json, [FEED_XML] = decode_xml, [FEED_XLSX] = decode_xlsx};

_Static_assert((int)FIELD_QUANTITY - (int)FIELD_VALUE == (int)COLUMN_QUANTITY &&
                   (int)FIELD_WEIGHT - (int)FIELD_VALUE == (int)COLUMN_WEIGHT,
    "figure fields stand in the order of the columns");

/* A column that the feed reads. */
struct source {
    enum field_role role;
    size_t at; /* where in the record it is */
};

/* A text that stands for a field; places are only made for messages. */
struct cell {
    enum field_role role;
    struct slice text;
    const struct record *record;
    size_t at; /* where in the record it is */
};

struct mapper {
    const struct descriptor *descriptor;
    const struct countries *countries;
    const char *file;
    struct arena *arena;
    struct diag_list *diags;
    size_t errors_before;
    size_t body_len; /* bytes of the payload */
    size_t width;    /* names in the header */
    struct source sources[FIELD_COUNT];
    size_t source_len;
    struct words words[FIELD_COUNT];
    struct observation common; /* what is the same in every row */
    struct observation *rows;  /* in the arena */
    size_t len, cap;
};

/* The list keeps no more, and a payload with so many is another table. */
static bool too_many_faults(const struct mapper *mapper)
{
    return mapper->diags->errors - mapper->errors_before >= DIAG_MAX;
}

/* Where a field stands. Where a quoted field of CSV before it spans lines, the line is the record's, and the
 * column counts in the field's own line. */
static struct place place_of(const struct mapper *mapper, const struct record *record, size_t i)
{
    return record_place(record, i, mapper->file, mapper->arena);
}

static struct place place_of_cell(const struct mapper *mapper, const struct cell *cell)
{
    return place_of(mapper, cell->record, cell->at);
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
static int refuse_unmapped(struct mapper *mapper, const struct cell *cell)
{
    char quote[QUOTE_SIZE];
    const char *name = vocabulary_role_name(cell->role);
    diag_error(mapper->diags, place_of_cell(mapper, cell), "D014", "%s %s is not in the map of the feed",
        name, payload_quote(cell->text, quote));
    diag_hint(mapper->diags, "see what the source means by it and add it to fields.%s.map", name);
    return -EBADMSG;
}

static int refuse_unlisted(struct mapper *mapper, const struct cell *cell)
{
    char quote[QUOTE_SIZE];
    const char *name = vocabulary_role_name(cell->role);
    diag_error(mapper->diags, place_of_cell(mapper, cell), "D019", "%s %s is not in the code list %s", name,
        payload_quote(cell->text, quote), country_scheme_names[mapper->descriptor->fields[cell->role].codes]);
    diag_hint(mapper->diags, "add the code to the table of countries, or to fields.%s.map", name);
    return -EBADMSG;
}

/* What a text means before its prefix: by the map, else by the code list. The alpha-2 codes are ours, and are
 * checked as such later. */
static int find_meaning(struct mapper *mapper, const struct cell *cell, struct slice *ret_meant)
{
    const struct field *field = &mapper->descriptor->fields[cell->role];
    const struct field_pair *pair = find_pair(field, cell->text);
    const struct country *country = NULL;
    if (pair == NULL && field->map_len > 0 && !field->has_codes)
        return refuse_unmapped(mapper, cell);
    if (pair != NULL || field->codes == COUNTRY_ISO2) {
        *ret_meant = pair != NULL ? slice_of(pair->to) : cell->text;
        return 0;
    }
    if (mapper->countries != NULL)
        country = countries_find(mapper->countries, (enum country_scheme)field->codes, cell->text);
    if (country == NULL)
        return refuse_unlisted(mapper, cell);
    *ret_meant = slice_of(country->codes[COUNTRY_ISO2]);
    return 0;
}

/* Map or code list, prefix, meaning. */
static int translate(struct mapper *mapper, const struct cell *cell, struct word *ret_word)
{
    const struct field *field = &mapper->descriptor->fields[cell->role];
    struct slice meant;
    if (find_meaning(mapper, cell, &meant) < 0)
        return -EBADMSG;
    struct word word = {0};
    int r = -EINVAL;
    if (meant.len < CODE_SIZE) { /* nothing longer is meant, nor worth a copy */
        word.text = arena_printf(mapper->arena, "%s%.*s", field->prefix, (int)meant.len, meant.data);
        r = vocabulary_read(cell->role, slice_of(word.text), &word.number);
    }
    if (r < 0) {
        char quote[QUOTE_SIZE];
        diag_error(mapper->diags, place_of_cell(mapper, cell), "D015", "%s %s is not %s",
            vocabulary_role_name(cell->role), payload_quote(cell->text, quote),
            vocabulary_expected(cell->role));
        return -EBADMSG;
    }
    *ret_word = word;
    return 0;
}

/* As translate, through what is known already. Texts with faults are not kept: each row with one is reported.
 */
static int look_up(struct mapper *mapper, const struct cell *cell, struct word *ret_word)
{
    struct words *words = &mapper->words[cell->role];
    if (words_find(words, cell->text, ret_word))
        return 0;
    int r = translate(mapper, cell, ret_word);
    if (r == 0)
        words_add(words, cell->text, *ret_word);
    return r;
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
static int read_figure(struct mapper *mapper, const struct cell *cell, int64_t *ret_figure)
{
    if (is_blank(cell->text))
        return 1;
    int64_t scale = FIGURE_SCALE * mapper->descriptor->fields[cell->role].scale;
    int r = str_to_fixed(cell->text, scale, ret_figure);
    if (r == 0)
        return 0;
    char quote[QUOTE_SIZE];
    const char *name = vocabulary_role_name(cell->role);
    struct place place = place_of_cell(mapper, cell);
    payload_quote(cell->text, quote);
    if (r == -ERANGE) {
        diag_error(mapper->diags, place, "D017", "%s %s is too large for any figure", name, quote);
    } else {
        diag_error(mapper->diags, place, "D016", "%s %s is not a number", name, quote);
        diag_hint(mapper->diags, "%s", number_hint(cell->text));
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
static int read_field(struct mapper *mapper, const struct cell *cell, struct observation *row)
{
    if (cell->role >= FIELD_VALUE && cell->role <= FIELD_WEIGHT) {
        enum column column = (enum column)(cell->role - FIELD_VALUE);
        int r = read_figure(mapper, cell, &row->figure[column]);
        row->present[column] = r == 0;
        return r < 0 ? r : 0;
    }
    if (cell->role == FIELD_UNIT && cell->text.len == 0)
        return 0; /* a fault only where there is a quantity */
    struct word word;
    int r = look_up(mapper, cell, &word);
    if (r == 0)
        set_word(row, cell->role, word);
    return r;
}

/* Where the unit stands, or 0. */
static size_t unit_column(const struct mapper *mapper)
{
    for (size_t i = 0; i < mapper->source_len; i++)
        if (mapper->sources[i].role == FIELD_UNIT)
            return mapper->sources[i].at;
    return 0;
}

/* 0, or -EBADMSG with every fault of the row reported. */
static int read_row(struct mapper *mapper, const struct record *record, struct observation *row)
{
    int result = 0;
    *row = mapper->common;
    row->line = (unsigned)record->line;
    for (size_t i = 0; i < mapper->source_len; i++) {
        const struct source *source = &mapper->sources[i];
        struct cell cell = {source->role, record->fields[source->at], record, source->at};
        if (read_field(mapper, &cell, row) < 0)
            result = -EBADMSG;
    }
    if (result == 0 && row->present[COLUMN_QUANTITY] && row->unit[0] == '\0') {
        diag_error(mapper->diags, place_of(mapper, record, unit_column(mapper)), "D018",
            "a quantity without a unit");
        result = -EBADMSG;
    }
    return result;
}

/* A place for the next row. Only where names are not written in each record, or the payload is compressed,
 * are there more rows than make_room has counted. */
static struct observation *next_row(struct mapper *mapper)
{
    if (mapper->len == mapper->cap) {
        struct observation *old = mapper->rows;
        mapper->cap = mapper->cap * 2;
        mapper->rows = arena_array(mapper->arena, mapper->cap, sizeof *mapper->rows);
        memcpy(mapper->rows, old, mapper->len * sizeof *old);
    }
    return &mapper->rows[mapper->len];
}

static int on_record(void *userdata, const struct record *record)
{
    struct mapper *mapper = userdata;
    if (mapper->len == PAYLOAD_ROWS_MAX) {
        diag_error(mapper->diags, place_of(mapper, record, 0), "D013", "more than %d rows", PAYLOAD_ROWS_MAX);
        return 1;
    }
    if (record->len != mapper->width) {
        diag_error(mapper->diags, place_of(mapper, record, 0), "D012",
            "the row has %zu fields, the header names %zu", record->len, mapper->width);
    } else if (read_row(mapper, record, next_row(mapper)) == 0) {
        mapper->len++;
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
            mapper->sources[mapper->source_len++] = (struct source){role, i};
            return;
        }
    }
    refuse_missing(mapper, column, names);
}

/* A row of CSV has a delimiter or a line end behind each field, so there are no more rows than this. The
 * arena's memory costs nothing until it is written to, and rows that grow would be copied. */
static void make_room(struct mapper *mapper)
{
    size_t rows = mapper->body_len / mapper->width + 1;
    mapper->cap = rows < PAYLOAD_ROWS_MAX ? rows : PAYLOAD_ROWS_MAX;
    mapper->rows = arena_array(mapper->arena, mapper->cap, sizeof *mapper->rows);
}

/* What is the same in every row. */
static void set_constant(struct mapper *mapper, enum field_role role, const struct record *names)
{
    struct word word;
    struct cell cell = {role, slice_of(mapper->descriptor->fields[role].value), names, 0};
    if (translate(mapper, &cell, &word) == 0)
        set_word(&mapper->common, role, word);
}

/* Finds the columns. No row is read when the header is wrong. */
static int on_names(void *userdata, const struct record *names)
{
    struct mapper *mapper = userdata;
    mapper->width = names->len;
    check_duplicates(mapper, names);
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &mapper->descriptor->fields[i];
        enum field_role role = (enum field_role)i;
        if (field->given && field->column != NULL)
            find_column(mapper, role, names);
        else if (field->given)
            set_constant(mapper, role, names);
    }
    if (mapper->diags->errors > mapper->errors_before)
        return 1;
    make_room(mapper);
    return 0;
}

/* ---- the whole ---- */

static void mapper_deinit(struct mapper *mapper)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        words_deinit(&mapper->words[i]);
}

/* Bytes that are no text are the only fault of a payload that has them: the others may come from them. */
static int check_bytes(const struct mapper *mapper, size_t faults_before, struct slice payload)
{
    struct diag_list *diags = mapper->diags;
    size_t faults = diags->len, errors = diags->errors;
    diags->len = faults_before;
    diags->errors = mapper->errors_before;
    int r = payload_check_bytes(mapper->descriptor, payload, mapper->file, diags);
    if (r == 0) {
        diags->len = faults;
        diags->errors = errors;
    }
    return r;
}

/* Decodes what begins and ends like a payload. */
static int map_payload(struct mapper *mapper, struct slice payload)
{
    size_t faults_before = mapper->diags->len;
    struct slice body = payload_body(payload);
    struct record_sink sink = {on_names, on_record, mapper};
    mapper->body_len = body.len;
    int r =
        decoders[mapper->descriptor->format](mapper->descriptor, body, mapper->file, &sink, mapper->diags);
    if (r == 0 && mapper->diags->errors == mapper->errors_before)
        return 0;
    (void)check_bytes(mapper, faults_before, payload);
    return -EBADMSG;
}

int decode_payload(const struct decode_input *input, struct arena *arena, struct observations *ret_rows,
    struct diag_list *diags)
{
    *ret_rows = (struct observations){0};
    const struct field *quantity = &input->descriptor->fields[FIELD_QUANTITY];
    struct mapper mapper = {.descriptor = input->descriptor,
        .countries = input->countries,
        .file = input->file,
        .arena = arena,
        .diags = diags,
        .errors_before = diags->errors,
        .common.unit = quantity->given ? arena_strdup(arena, quantity->unit) : ""};
    int r = payload_check(input->descriptor, input->payload, input->file, diags);
    if (r == 0)
        r = map_payload(&mapper, input->payload);
    if (r == 0)
        *ret_rows = (struct observations){mapper.rows, mapper.len, mapper.cap};
    mapper_deinit(&mapper);
    return r;
}
