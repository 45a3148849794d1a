/* From records to observations. All faults of a payload are reported, so that one look at the list is enough
 * to mend a feed; whoever finds one fault loses the payload, never single rows: half a release would look
 * like a fall in trade. */
#include "feeds/decode.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/parallel.h"
#include "core/code.h"
#include "core/period.h"
#include "feeds/header.h"
#include "feeds/number.h"
#include "feeds/payload.h"
#include "feeds/unpack.h"
#include "feeds/vocabulary.h"
#include "feeds/words.h"

static const struct {
    decoder_fn *decode;
    size_t (*split)(
        const struct descriptor *descriptor, struct slice payload, size_t n, struct slice *ret_parts);
} decoders[] = {
    [FEED_CSV] = {decode_csv, decode_csv_split},
    [FEED_JSON] = {decode_json, NULL},
    [FEED_XML] = {decode_xml, NULL},
    [FEED_XLSX] = {decode_xlsx, NULL},
};

/* A part is not worth a thread below this. A row takes about so much. */
enum { PART_BYTES_MIN = 256 * 1024, ROW_BYTES = 64 };

_Static_assert((int)FIELD_QUANTITY - (int)FIELD_VALUE == (int)COLUMN_QUANTITY &&
                   (int)FIELD_WEIGHT - (int)FIELD_VALUE == (int)COLUMN_WEIGHT,
    "figure fields stand in the order of the columns");

enum { FIRST_MONTH = PERIOD_YEAR_MIN * 12, MONTHS = (PERIOD_YEAR_MAX - PERIOD_YEAR_MIN + 1) * 12 };

/* A column that the feed reads. */
struct source {
    enum field_role role;
    size_t at;        /* where in the record it is */
    size_t where;     /* of a figure that not every row has: the column that says so */
    const char *only; /* what that column then says; NULL: every row has it */
};

/* A text that stands for a field; places are only made for messages. */
struct cell {
    enum field_role role;
    struct slice text;
    const struct record *record;
    size_t at; /* where in the record it is */
};

struct mapper {
    const struct decode_input *input;
    const struct descriptor *descriptor;
    struct diag_list *diags;
    size_t errors_before;
    size_t width; /* names in the header */
    struct source sources[FIELD_COUNT];
    size_t source_len;
    size_t where[CONDITIONS_MAX]; /* where the columns of the feed's conditions stand */
    struct words words[FIELD_COUNT];
    struct dataset *dataset;
    struct dataset_row common; /* what is the same in every row */
    int32_t rated;             /* the month of `pair`; PERIOD_NONE: none so far */
    struct rate_pair pair;
    uint64_t unrated[MONTHS / 64 + 1]; /* bits of months without a rate, which are said once */
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
    return record_place(record, i, mapper->input->file, &mapper->diags->arena);
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

/* The first digits of a code, where the feed reads no more of it. */
static int cut_code(struct mapper *mapper, const struct cell *cell, struct slice *meant)
{
    size_t digits = (size_t)mapper->descriptor->fields[cell->role].digits;
    if (digits == 0)
        return 0;
    if (meant->len < digits) {
        char quote[QUOTE_SIZE];
        const char *name = vocabulary_role_name(cell->role);
        diag_error(mapper->diags, place_of_cell(mapper, cell), "D020", "%s %s has fewer than %zu digits",
            name, payload_quote(cell->text, quote), digits);
        diag_hint(mapper->diags, "where it is a total, leave it out: add it to fields.%s.map as skip", name);
        return -EBADMSG;
    }
    meant->len = digits;
    return 0;
}

/* What a text means before its prefix: by the map, else by the code list, else it is itself. The alpha-2
 * codes are ours, and are checked as such later. 0, 1 where its rows are left out, or -EBADMSG. */
static int find_meaning(struct mapper *mapper, const struct cell *cell, struct slice *ret_meant)
{
    const struct field *field = &mapper->descriptor->fields[cell->role];
    const struct field_pair *pair = find_pair(field, cell->text);
    const struct country *country = NULL;
    *ret_meant = pair != NULL ? slice_of(pair->to) : cell->text;
    if (pair != NULL)
        return pair->skip;
    if (field->map_translates && !field->has_codes)
        return field->others_skip ? 1 : refuse_unmapped(mapper, cell);
    if (field->codes == COUNTRY_ISO2)
        return cut_code(mapper, cell, ret_meant);
    if (mapper->input->countries != NULL)
        country = countries_find(mapper->input->countries, (enum country_scheme)field->codes, cell->text);
    if (country == NULL)
        return field->others_skip ? 1 : refuse_unlisted(mapper, cell);
    *ret_meant = slice_of(country->codes[COUNTRY_ISO2]);
    return 0;
}

static bool has_text(enum field_role role)
{
    return role == FIELD_REPORTER || role == FIELD_PARTNER || role == FIELD_PRODUCT || role == FIELD_UNIT;
}

/* Whether the field has only the year, and another one the month. */
static bool is_year(const struct mapper *mapper, enum field_role role)
{
    return role == FIELD_PERIOD && mapper->descriptor->fields[FIELD_MONTH].given;
}

static const char *expected_text(const struct mapper *mapper, enum field_role role)
{
    return is_year(mapper, role) ? "a year such as 2026" : vocabulary_expected(role);
}

/* Prefix and meaning; texts are numbered as the dataset numbers them. */
static int read_meaning(struct mapper *mapper, enum field_role role, struct slice meant, uint32_t *ret_word)
{
    char text[2 * CODE_SIZE];
    if (meant.len >= CODE_SIZE) /* nothing longer is meant, nor worth a copy */
        return -EINVAL;
    snprintf(
        text, sizeof text, "%s%.*s", mapper->descriptor->fields[role].prefix, (int)meant.len, meant.data);
    int r = is_year(mapper, role) ? vocabulary_read_year(slice_of(text), ret_word)
                                  : vocabulary_read(role, slice_of(text), ret_word);
    if (r == 0 && has_text(role))
        *ret_word = dataset_text(mapper->dataset, text);
    return r;
}

/* Map or code list, prefix, meaning. */
static int translate(struct mapper *mapper, const struct cell *cell, uint32_t *ret_word)
{
    struct slice meant;
    int r = find_meaning(mapper, cell, &meant);
    if (r < 0)
        return r;
    *ret_word = WORD_SKIP;
    if (r > 0)
        return 0;
    if (read_meaning(mapper, cell->role, meant, ret_word) == 0)
        return 0;
    char quote[QUOTE_SIZE];
    diag_error(mapper->diags, place_of_cell(mapper, cell), "D015", "%s %s is not %s",
        vocabulary_role_name(cell->role), payload_quote(cell->text, quote),
        expected_text(mapper, cell->role));
    return -EBADMSG;
}

/* As translate, through what is known already. Texts with faults are not kept: each row with one is reported.
 */
static int look_up(struct mapper *mapper, const struct cell *cell, uint32_t *ret_word)
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

static bool is_figure(enum field_role role)
{
    return role >= FIELD_VALUE && role <= FIELD_WEIGHT;
}

/* Sources pad empty cells, and names. */
static struct slice trim(struct slice text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static void refuse_month(struct mapper *mapper, const struct cell *cell, int32_t period)
{
    char month[PERIOD_TEXT_SIZE], newest[PERIOD_TEXT_SIZE];
    const char *currency = mapper->descriptor->fields[cell->role].currency;
    const struct rates *rates = mapper->input->rates;
    uint32_t at = (uint32_t)(period - FIRST_MONTH);
    uint64_t bit = UINT64_C(1) << at % 64;
    if ((mapper->unrated[at / 64] & bit) != 0)
        return;
    mapper->unrated[at / 64] |= bit;
    int32_t last = rates != NULL ? rates_newest(rates, currency) : PERIOD_NONE;
    diag_error(mapper->diags, place_of_cell(mapper, cell), "D057",
        "no rate of %s to USD is known for %s; %s%s", currency, period_format(period, month),
        last != PERIOD_NONE ? "the newest one is of " : "none is at all", period_format(last, newest));
    diag_hint(mapper->diags,
        "a feed of exchange rates brings it; a payload that was fetched is then asked for again");
}

/* What converts the row's value. Rows of one month mostly follow each other. */
static bool find_rate(struct mapper *mapper, const struct cell *cell, int32_t period)
{
    const struct rates *rates = mapper->input->rates;
    const char *currency = mapper->descriptor->fields[cell->role].currency;
    if (mapper->rated == period)
        return true;
    if (rates != NULL && rates_find(rates, currency, period, &mapper->pair)) {
        mapper->rated = period;
        return true;
    }
    refuse_month(mapper, cell, period);
    return false;
}

/* 0 and the figure, or -EBADMSG. Without a month, which is said already, nothing can be converted. `mark`:
 * the number that the feed's map has for the text, or NULL. */
static int read_number(struct mapper *mapper, const struct cell *cell, const struct field_pair *mark,
    int32_t period, int64_t *ret_figure)
{
    const struct descriptor *descriptor = mapper->descriptor;
    const struct field *field = &descriptor->fields[cell->role];
    int64_t scale = FIGURE_SCALE * field->scale;
    if (cell->role == FIELD_VALUE && cell->record->value_scale > 0)
        scale *= cell->record->value_scale;
    char plain[NUMBER_SIZE], quote[QUOTE_SIZE];
    struct slice text = mark != NULL
                            ? slice_of(mark->to)
                            : number_ungroup(cell->text, (enum number_notation)descriptor->notation, plain);
    int64_t figure;
    int r = str_to_fixed(text, scale, &figure);
    if (r == 0 && field->currency != NULL && figure != 0) { /* nothing is nothing in every currency */
        if (period < FIRST_MONTH || !find_rate(mapper, cell, period))
            return -EBADMSG;
        r = rates_convert(text, scale, &mapper->pair, &figure);
    }
    if (r == 0) {
        *ret_figure = figure;
        return 0;
    }
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

/* What the feed's map says of a text in the place of a figure; blank is no figure. */
static const struct field_pair *find_mark(const struct mapper *mapper, const struct cell *cell)
{
    static const struct field_pair blank = {"", "", false};
    struct slice text = trim(cell->text);
    const struct field_pair *mark = find_pair(&mapper->descriptor->fields[cell->role], text);
    return mark != NULL || text.len > 0 ? mark : &blank;
}

/* A mark is a flag in the place of a figure, or nothing, or it stands for another number. */
static bool is_no_figure(const struct field_pair *mark, uint32_t *ret_flag)
{
    *ret_flag = 0;
    return mark != NULL &&
           (mark->to[0] == '\0' || vocabulary_read(FIELD_FLAGS, slice_of(mark->to), ret_flag) == 0);
}

/* 0, 1 where the row is left out, or -EBADMSG. */
static int read_figure(struct mapper *mapper, const struct cell *cell, struct dataset_row *row)
{
    unsigned column = (unsigned)(cell->role - FIELD_VALUE);
    const struct field_pair *mark = find_mark(mapper, cell);
    uint32_t flag;
    if (mark != NULL && mark->skip)
        return 1;
    if (is_no_figure(mark, &flag)) {
        row->flags |= (uint8_t)flag;
        return 0;
    }
    int r = read_number(mapper, cell, mark, row->period, &row->figures[column]);
    row->known |= (uint8_t)((unsigned)(r == 0) << column);
    return r;
}

/* ---- rows ---- */

/* Puts a translated text where its field belongs. */
static void set_word(struct dataset_row *row, enum field_role role, uint32_t number)
{
    switch (role) {
    case FIELD_REPORTER:
        row->reporter = number;
        break;
    case FIELD_FLOW:
        row->flow = (enum flow)number;
        break;
    case FIELD_PARTNER:
        row->partner = number;
        break;
    case FIELD_PRODUCT:
        row->product = number;
        break;
    case FIELD_PERIOD: /* of a year: its January */
    case FIELD_MONTH:
        row->period += (int32_t)number;
        break;
    case FIELD_UNIT:
        row->unit = number;
        break;
    case FIELD_FLAGS:
    case FIELD_CONFIDENTIALITY:
        row->flags |= (uint8_t)number;
        break;
    case FIELD_VALUE:
    case FIELD_QUANTITY:
    case FIELD_WEIGHT:
    case FIELD_COUNT:
        break;
    }
}

/* One field of one row: 0, 1 where the row is left out, or -EBADMSG. */
static int read_field(struct mapper *mapper, const struct cell *cell, struct dataset_row *row)
{
    if (is_figure(cell->role))
        return read_figure(mapper, cell, row);
    if (cell->role == FIELD_UNIT && cell->text.len == 0)
        return 0; /* a fault only where there is a quantity */
    uint32_t word;
    int r = look_up(mapper, cell, &word);
    if (r < 0 || word == WORD_SKIP)
        return r < 0 ? r : 1;
    set_word(row, cell->role, word);
    return 0;
}

/* Whether the row has this field. */
static bool has_field(const struct source *source, const struct record *record)
{
    return source->only == NULL || slice_equal(record_field(record, source->where), source->only);
}

/* A row that is no figure of the feed: the source has renamed one, or has another one. */
static int refuse_figure(struct mapper *mapper, const struct record *record)
{
    char quote[QUOTE_SIZE];
    for (size_t i = 0; i < mapper->source_len; i++) {
        const struct source *source = &mapper->sources[i];
        const char *column = mapper->descriptor->fields[source->role].where.column;
        if (column == NULL)
            continue;
        diag_error(mapper->diags, place_of(mapper, record, source->where), "D050",
            "the row is no figure of the feed: its %.64s is %s", column,
            payload_quote(record_field(record, source->where), quote));
        diag_hint(mapper->diags, "see what the source means by it, and ask only for what the feed reads");
        break;
    }
    return -EBADMSG;
}

/* Where the unit stands, or 0. */
static size_t unit_column(const struct mapper *mapper)
{
    for (size_t i = 0; i < mapper->source_len; i++)
        if (mapper->sources[i].role == FIELD_UNIT)
            return mapper->sources[i].at;
    return 0;
}

/* 0, 1 where the row is left out, or -EBADMSG with every fault of the row reported. */
static int read_row(struct mapper *mapper, const struct record *record, struct dataset_row *row)
{
    int result = 0;
    bool any = !mapper->descriptor->by_figure;
    *row = mapper->common;
    row->line = (unsigned)record->line;
    for (size_t i = 0; i < mapper->source_len; i++) {
        const struct source *source = &mapper->sources[i];
        if (!has_field(source, record))
            continue;
        any |= is_figure(source->role);
        struct cell cell = {source->role, record_field(record, source->at), record, source->at};
        int r = read_field(mapper, &cell, row);
        if (r > 0)
            return 1;
        result = r < 0 ? r : result;
    }
    if (!any)
        return refuse_figure(mapper, record);
    if (result == 0 && (row->known & 1 << COLUMN_QUANTITY) != 0 && row->unit == DATASET_NO_TEXT) {
        diag_error(mapper->diags, place_of(mapper, record, unit_column(mapper)), "D018",
            "a quantity without a unit");
        result = -EBADMSG;
    }
    return result;
}

/* Whether the feed reads the row at all. */
static bool is_read(const struct mapper *mapper, const struct record *record)
{
    const struct descriptor *descriptor = mapper->descriptor;
    for (size_t i = 0; i < descriptor->where_len; i++)
        if (!slice_equal(record_field(record, mapper->where[i]), descriptor->where[i].text))
            return false;
    return true;
}

static int on_record(void *userdata, const struct record *record)
{
    struct mapper *mapper = userdata;
    struct dataset_row row;
    if (mapper->dataset->rows == PAYLOAD_ROWS_MAX) {
        diag_error(mapper->diags, place_of(mapper, record, 0), "D013", "more than %d rows", PAYLOAD_ROWS_MAX);
        return 1;
    }
    if (record->len != mapper->width) {
        diag_error(mapper->diags, place_of(mapper, record, 0), "D012",
            "the row has %zu fields, the header names %zu", record->len, mapper->width);
    } else if (is_read(mapper, record) && read_row(mapper, record, &row) == 0) {
        dataset_put(mapper->dataset, &row);
    }
    return too_many_faults(mapper);
}

/* ---- the header ---- */

/* Whether a field before this one reads the column: that it is missing is said once. */
static bool is_read_before(const struct mapper *mapper, enum field_role role, const char *column)
{
    for (int i = 0; i < (int)role; i++) {
        const struct field *field = &mapper->descriptor->fields[i];
        if ((field->column != NULL && str_equal(field->column, column)) ||
            (field->where.column != NULL && str_equal(field->where.column, column)))
            return true;
    }
    return false;
}

static size_t need_column(
    struct mapper *mapper, enum field_role role, const char *column, const struct record *names)
{
    size_t i = header_find(names, column);
    if (i == names->len && !is_read_before(mapper, role, column))
        header_refuse(names, column, mapper->input->file, mapper->diags);
    return i;
}

static void find_source(struct mapper *mapper, enum field_role role, const struct record *names)
{
    const struct field *field = &mapper->descriptor->fields[role];
    struct source source = {.role = role, .only = field->where.column != NULL ? field->where.text : NULL};
    source.at =
        field->optional ? header_find(names, field->column) : need_column(mapper, role, field->column, names);
    if (field->where.column != NULL)
        source.where = need_column(mapper, role, field->where.column, names);
    if (source.at < names->len && source.where < names->len)
        mapper->sources[mapper->source_len++] = source;
}

/* Rows that are left out should cost little, so the fields that say so are read first. */
static void sort_sources(struct mapper *mapper)
{
    size_t front = 0;
    for (size_t i = 0; i < mapper->source_len; i++) {
        struct source source = mapper->sources[i];
        if (!mapper->descriptor->fields[source.role].map_skips || is_figure(source.role))
            continue; /* a figure is converted by its month, which stands before it */
        memmove(&mapper->sources[front + 1], &mapper->sources[front], (i - front) * sizeof source);
        mapper->sources[front++] = source;
    }
}

/* What is the same in every row. */
static void set_constants(struct mapper *mapper)
{
    const struct field *quantity = &mapper->descriptor->fields[FIELD_QUANTITY];
    struct record nowhere = {0};
    mapper->common = (struct dataset_row){0};
    mapper->common.unit = dataset_text(mapper->dataset, quantity->given ? quantity->unit : "");
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &mapper->descriptor->fields[i];
        enum field_role role = (enum field_role)i;
        uint32_t word;
        if (!field->given || field->column != NULL)
            continue;
        struct cell cell = {role, slice_of(field->value), &nowhere, 0};
        if (translate(mapper, &cell, &word) == 0)
            set_word(&mapper->common, role, word);
    }
}

/* Finds the columns. No row is read when the header is wrong. */
static int on_names(void *userdata, const struct record *names)
{
    struct mapper *mapper = userdata;
    mapper->width = names->len;
    header_check(names, mapper->input->file, mapper->diags);
    for (int i = 0; i < FIELD_COUNT; i++)
        if (mapper->descriptor->fields[i].given && mapper->descriptor->fields[i].column != NULL)
            find_source(mapper, (enum field_role)i, names);
    for (size_t i = 0; i < mapper->descriptor->where_len; i++)
        mapper->where[i] = need_column(mapper, FIELD_COUNT, mapper->descriptor->where[i].column, names);
    sort_sources(mapper);
    return mapper->diags->errors > mapper->errors_before;
}

/* ---- parts ---- */

/* One of the parts that are read side by side: they share nothing that is written. */
struct part {
    struct mapper mapper;
    struct diag_list diags;
    struct slice payload;
    int r;
};

static void words_of_deinit(struct mapper *mapper)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        words_deinit(&mapper->words[i]);
}

static void read_part(void *userdata, size_t i)
{
    struct part *part = (struct part *)userdata + i;
    struct mapper *mapper = &part->mapper;
    struct record_sink sink = {NULL, on_record, mapper};
    mapper->diags = &part->diags;
    dataset_reserve(mapper->dataset, part->payload.len / ROW_BYTES);
    set_constants(mapper);
    part->r = decoders[mapper->descriptor->format].decode(
        mapper->descriptor, part->payload, mapper->input->file, &sink, &part->diags);
    dataset_end(mapper->dataset);
    if (part->diags.errors > 0)
        part->r = -EBADMSG;
    words_of_deinit(mapper);
}

/* Reads the names, and then the rest in parts. Whether all of it is right; if not, reading it as one piece
 * says why. */
static bool read_parts(const struct mapper *header, struct slice body, struct datasets *ret_payload)
{
    struct part *parts = alloc_zeroed(DATASET_PARTS_MAX, sizeof *parts);
    struct slice slices[DATASET_PARTS_MAX];
    struct mapper mapper = *header;
    struct diag_list unseen = DIAG_LIST_NULL;
    struct record_sink sink = {on_names, NULL, &mapper};
    int format = mapper.descriptor->format;
    mapper.diags = &unseen;
    bool right = decoders[format].decode(mapper.descriptor, body, mapper.input->file, &sink, &unseen) == 0 &&
                 unseen.errors == 0;
    if (right)
        ret_payload->len = decoders[format].split(mapper.descriptor, body, mapper.input->parts, slices);
    ret_payload->items = alloc_zeroed(ret_payload->len, sizeof *ret_payload->items);
    for (size_t i = 0; i < ret_payload->len; i++) {
        dataset_init(&ret_payload->items[i]);
        parts[i] = (struct part){.mapper = mapper, .payload = slices[i]};
        parts[i].mapper.errors_before = 0;
        parts[i].mapper.dataset = &ret_payload->items[i];
    }
    parallel_each(ret_payload->len, read_part, parts);
    for (size_t i = 0; i < ret_payload->len; i++) {
        right = right && parts[i].r == 0;
        diag_list_deinit(&parts[i].diags);
    }
    diag_list_deinit(&unseen);
    alloc_free(parts);
    return right;
}

/* ---- the whole ---- */

/* Bytes that are no text are the only fault of a payload that has them: the others may come from them. */
static void check_bytes(
    const struct decode_input *input, size_t faults_before, size_t errors_before, struct diag_list *diags)
{
    size_t faults = diags->len, errors = diags->errors;
    diags->len = faults_before;
    diags->errors = errors_before;
    if (payload_check_bytes(input->descriptor, input->payload, input->file, diags) == 0) {
        diags->len = faults;
        diags->errors = errors;
    }
}

static int read_records(const struct decode_input *input, struct slice body, const struct record_sink *sink,
    struct diag_list *diags)
{
    const struct descriptor *descriptor = input->descriptor;
    size_t faults = diags->len, errors = diags->errors;
    int r = decoders[descriptor->format].decode(descriptor, body, input->file, sink, diags);
    if (r == 0 && diags->errors == errors)
        return 0;
    check_bytes(input, faults, errors, diags);
    return -EBADMSG;
}

int decode_records(const struct decode_input *input, const struct record_sink *sink, struct diag_list *diags)
{
    struct unpacked unpacked;
    int r = unpack_payload(input, &unpacked, diags);
    const struct decode_input *document = &unpacked.input;
    if (r == 0)
        r = payload_check(document->descriptor, document->payload, document->file, diags);
    if (r == 0)
        r = read_records(document, payload_body(document->payload), sink, diags);
    unpacked_deinit(&unpacked);
    return r;
}

static int read_whole(struct mapper *mapper, struct slice body, struct datasets *ret_payload)
{
    struct record_sink sink = {on_names, on_record, mapper};
    *ret_payload = (struct datasets){alloc_zeroed(1, sizeof(struct dataset)), 1};
    mapper->dataset = ret_payload->items;
    dataset_init(mapper->dataset);
    set_constants(mapper);
    int r = read_records(mapper->input, body, &sink, mapper->diags);
    dataset_end(mapper->dataset);
    words_of_deinit(mapper);
    return r;
}

/* Decodes what begins and ends like a payload. */
static int read_payload(struct mapper *mapper, struct slice body, struct datasets *ret_payload)
{
    bool splits = decoders[mapper->descriptor->format].split != NULL && mapper->input->parts > 1 &&
                  body.len / mapper->input->parts >= PART_BYTES_MIN;
    if (splits && read_parts(mapper, body, ret_payload))
        return 0;
    datasets_deinit(ret_payload);
    int r = read_whole(mapper, body, ret_payload);
    if (r < 0)
        datasets_deinit(ret_payload);
    return r;
}

int decode_plain(const struct decode_input *input, struct datasets *ret_payload, struct diag_list *diags)
{
    *ret_payload = (struct datasets){0};
    struct mapper mapper = {
        .input = input, .descriptor = input->descriptor, .diags = diags, .errors_before = diags->errors};
    int r = payload_check(input->descriptor, input->payload, input->file, diags);
    return r == 0 ? read_payload(&mapper, payload_body(input->payload), ret_payload) : r;
}
