#include "feeds/cases_csv.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "core/code.h"
#include "feeds/decode.h"
#include "feeds/payload.h"

enum case_column {
    CASE_ID,
    CASE_MARKET,
    CASE_PRODUCT,
    CASE_CODES,
    CASE_TYPE,
    CASE_THIRD_COUNTRY,
    CASE_PETITION,
    CASE_INITIATION,
    CASE_CONFIDENCE,
    CASE_STRATUM,
    CASE_COLUMN_COUNT
};

static const char *const column_names[CASE_COLUMN_COUNT] = {
    [CASE_ID] = "id",
    [CASE_MARKET] = "market",
    [CASE_PRODUCT] = "product",
    [CASE_CODES] = "hs6",
    [CASE_TYPE] = "type",
    [CASE_THIRD_COUNTRY] = "third_country_measure",
    [CASE_PETITION] = "petition",
    [CASE_INITIATION] = "initiation",
    [CASE_CONFIDENCE] = "conf",
    [CASE_STRATUM] = "stratum",
};

enum { COLUMN_MISSING = RECORD_FIELDS_MAX };

struct case_reader {
    const char *file;
    struct arena *arena;
    struct diag_list *diags;
    size_t width;
    size_t at[CASE_COLUMN_COUNT];
    struct map lines; /* of each id */
    struct score_case *items;
    size_t len, cap;
};

static struct slice field_of(
    const struct case_reader *reader, const struct record *record, enum case_column column)
{
    size_t i = reader->at[column];
    return i != COLUMN_MISSING ? record_field(record, i) : (struct slice){"", 0};
}

static struct place place_of(
    const struct case_reader *reader, const struct record *record, enum case_column column)
{
    size_t i = reader->at[column];
    return (struct place){
        reader->file, record->line, i != COLUMN_MISSING && i < record->len ? record_column(record, i) : 1};
}

static void refuse(const struct case_reader *reader, const struct record *record, enum case_column column,
    const char *code, const char *expected)
{
    char quote[QUOTE_SIZE];
    diag_error(reader->diags, place_of(reader, record, column), code, "%s %s is not %s", column_names[column],
        payload_quote(field_of(reader, record, column), quote), expected);
}

/* ---- the header ---- */

static int on_names(void *userdata, const struct record *names)
{
    struct case_reader *reader = userdata;
    int faults = 0;
    reader->width = names->len;
    for (enum case_column column = 0; column < CASE_COLUMN_COUNT; column++) {
        reader->at[column] = COLUMN_MISSING;
        for (size_t i = names->len; i-- > 0;)
            if (slice_equal(record_field(names, i), column_names[column]))
                reader->at[column] = i;
        if (reader->at[column] != COLUMN_MISSING || column == CASE_STRATUM)
            continue;
        diag_error(reader->diags, (struct place){reader->file, names->line, 1}, "H001",
            "the case list has no column \"%s\"", column_names[column]);
        faults++;
    }
    return faults;
}

/* ---- fields ---- */

static const char *copy_of(const struct case_reader *reader, struct slice text)
{
    return arena_strndup(reader->arena, text.data, text.len);
}

static void read_id(struct case_reader *reader, const struct record *record, struct score_case *item)
{
    struct slice text = field_of(reader, record, CASE_ID);
    uint32_t line;
    if (text.len == 0) {
        refuse(reader, record, CASE_ID, "H003", "a name of the case");
    } else if (map_get(&reader->lines, text.data, text.len, &line)) {
        char quote[QUOTE_SIZE];
        diag_error(reader->diags, place_of(reader, record, CASE_ID), "H004",
            "the case %s stands in line %u already", payload_quote(text, quote), line);
    } else {
        map_put(&reader->lines, text.data, text.len, (uint32_t)record->line);
    }
    item->id = copy_of(reader, text);
}

/* Case lists name the Eurasian Economic Union by its letters; everywhere else it is XE. */
static void read_market(struct case_reader *reader, const struct record *record, struct score_case *item)
{
    struct slice text = field_of(reader, record, CASE_MARKET);
    if (slice_equal(text, "EAEU"))
        text = slice_of("XE");
    if (!code_is_country(text) || slice_equal(text, "W"))
        refuse(reader, record, CASE_MARKET, "H005", "a market: two upper-case letters, or EAEU");
    item->market = copy_of(reader, text);
}

static bool is_hs_code(struct slice text)
{
    if (text.len < 2 || text.len > 10)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

static void read_codes(struct case_reader *reader, const struct record *record, struct score_case *item)
{
    struct slice rest = field_of(reader, record, CASE_CODES);
    const char *codes[CASE_CODES_MAX];
    size_t n = 0;
    for (bool more = true; more && n < CASE_CODES_MAX;) {
        const char *end = memchr(rest.data, ';', rest.len);
        struct slice code = {rest.data, end != NULL ? (size_t)(end - rest.data) : rest.len};
        if (!is_hs_code(code)) {
            refuse(reader, record, CASE_CODES, "H006", "HS codes of 2 to 10 digits, parted by ;");
            return;
        }
        codes[n++] = copy_of(reader, code);
        more = end != NULL;
        if (more)
            rest = (struct slice){end + 1, rest.len - code.len - 1};
        if (more && n == CASE_CODES_MAX)
            diag_error(reader->diags, place_of(reader, record, CASE_CODES), "H006", "more than %d codes",
                CASE_CODES_MAX);
    }
    const char **items = arena_array(reader->arena, n, sizeof *items);
    memcpy(items, codes, n * sizeof *items);
    item->codes = (struct texts){items, n};
}

static void read_date(
    struct case_reader *reader, const struct record *record, enum case_column column, int32_t *ret_date)
{
    struct slice text = field_of(reader, record, column);
    *ret_date = DATE_NONE;
    if (text.len > 0 && date_parse(text, ret_date) < 0)
        refuse(reader, record, column, "H007", "a date: 2018-01-08, 2018-01 or 2018");
}

/* Days from petition to initiation: 19 USC 1673a(c); Regulation (EU) 2016/1036, Art. 5(9), and about as long
 * elsewhere. */
static int32_t days_to_initiation(const char *market)
{
    return strcmp(market, "US") == 0 ? 20 : 45;
}

static void read_dates(struct case_reader *reader, const struct record *record, struct score_case *item)
{
    size_t errors = reader->diags->errors;
    read_date(reader, record, CASE_PETITION, &item->petition);
    read_date(reader, record, CASE_INITIATION, &item->initiation);
    if (reader->diags->errors > errors)
        return;
    struct place place = place_of(reader, record, CASE_PETITION);
    if (item->petition == DATE_NONE && item->initiation == DATE_NONE) {
        diag_error(
            reader->diags, place, "H008", "a case needs the date of its petition or of its initiation");
    } else if (item->petition == DATE_NONE) {
        item->petition = item->initiation - days_to_initiation(item->market);
        item->estimated = true;
    } else if (item->initiation != DATE_NONE && item->petition > item->initiation) {
        diag_error(reader->diags, place, "H009", "the petition is later than the initiation");
    }
}

/* The index of the word, or -1. */
static int find_word(struct slice text, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (slice_equal(text, words[i]))
            return i;
    return -1;
}

static void read_confidence(struct case_reader *reader, const struct record *record, struct score_case *item)
{
    static const char *const words[CASE_CONFIDENCE_COUNT] = {
        [CASE_CONFIRMED] = "S", [CASE_PARTLY] = "P", [CASE_GENERAL] = "G"};
    int found = find_word(field_of(reader, record, CASE_CONFIDENCE), words, CASE_CONFIDENCE_COUNT);
    if (found < 0)
        refuse(reader, record, CASE_CONFIDENCE, "H010",
            "S (dates confirmed), P (partly) or G (general knowledge)");
    else
        item->confidence = (enum case_confidence)found;
}

static void read_stratum(struct case_reader *reader, const struct record *record, struct score_case *item)
{
    static const char *const words[STRATUM_COUNT] = {
        [STRATUM_MEASURE] = "a", [STRATUM_SURGE] = "b", [STRATUM_CUMULATION] = "c", [STRATUM_TRIGGER] = "d"};
    struct slice text = field_of(reader, record, CASE_STRATUM);
    int found = find_word(text, words, STRATUM_COUNT);
    if (found >= 0)
        item->stratum = (enum stratum)found;
    else if (text.len > 0)
        refuse(reader, record, CASE_STRATUM, "H011", "a, b, c or d");
    else if (strcasestr(item->type, "trigger") != NULL)
        item->stratum = STRATUM_TRIGGER;
    else
        item->stratum = item->third_country[0] != '\0' ? STRATUM_MEASURE : STRATUM_SURGE;
}

/* ---- cases ---- */

static void read_case(struct case_reader *reader, const struct record *record)
{
    struct score_case item = {.data_from = DATE_NONE, .data_to = DATE_NONE};
    size_t errors = reader->diags->errors;
    item.product = copy_of(reader, field_of(reader, record, CASE_PRODUCT));
    item.type = copy_of(reader, field_of(reader, record, CASE_TYPE));
    item.third_country = copy_of(reader, field_of(reader, record, CASE_THIRD_COUNTRY));
    read_id(reader, record, &item);
    read_market(reader, record, &item);
    read_codes(reader, record, &item);
    read_dates(reader, record, &item);
    read_confidence(reader, record, &item);
    read_stratum(reader, record, &item);
    if (reader->diags->errors > errors)
        return;
    reader->items = alloc_grow(reader->items, reader->len, &reader->cap, sizeof *reader->items);
    reader->items[reader->len++] = item;
}

static int on_record(void *userdata, const struct record *record)
{
    struct case_reader *reader = userdata;
    struct place place = {reader->file, record->line, 1};
    if (reader->len == CASES_MAX) {
        diag_error(reader->diags, place, "H002", "more than %d cases", CASES_MAX);
        return 1;
    }
    if (record->len != reader->width)
        diag_error(reader->diags, place, "H002", "the row has %zu fields, the header names %zu", record->len,
            reader->width);
    else
        read_case(reader, record);
    return reader->diags->errors >= DIAG_MAX;
}

/* The reader of feeds takes lines that end. */
static struct slice with_line_end(struct slice text, struct arena *arena)
{
    if (text.len == 0 || text.data[text.len - 1] == '\n')
        return text;
    const char *ended = arena_printf(arena, "%.*s\n", (int)text.len, text.data);
    return (struct slice){ended, strlen(ended)};
}

/* What else is no text has been refused before. */
static void refuse_bad_bytes(int decoded, const struct case_reader *reader)
{
    if (decoded == DECODE_BAD_BYTES)
        diag_error(reader->diags, (struct place){reader->file, 0, 0}, "H000",
            "a carriage return without a line feed; expected lines that end in LF or CR LF");
}

int cases_csv_read(struct slice text, const char *file, struct arena *arena, struct score_cases *ret_cases,
    struct diag_list *diags)
{
    static const struct descriptor form = {.delimiter = ','};
    struct case_reader reader = {.file = file, .arena = arena, .diags = diags};
    struct record_sink sink = {on_names, on_record, &reader};
    size_t errors = diags->errors;
    if (text.len == 0 || memchr(text.data, '\0', text.len) != NULL || !str_is_utf8(text))
        diag_error(diags, (struct place){file, 0, 0}, "H000", "expected a CSV file in UTF-8");
    else
        refuse_bad_bytes(
            decode_csv(&form, with_line_end(payload_body(text), arena), file, &sink, diags), &reader);
    int r = diags->errors > errors ? -EBADMSG : 0;
    if (r == 0) {
        *ret_cases =
            (struct score_cases){arena_array(arena, reader.len, sizeof *ret_cases->items), reader.len};
        if (reader.len > 0)
            memcpy(ret_cases->items, reader.items, reader.len * sizeof *ret_cases->items);
    }
    map_deinit(&reader.lines);
    alloc_free(reader.items);
    return r;
}
