/* XLSX: the sheet that has a text above its header row, then the rows below. The header row is the first one
 * that has all the names which the feed reads; where the feed names a text of its first row instead, columns
 * are letters. What the texts above say counts for all rows: the unit of values, the month.
 *
 * Figures are what the sheet stores: a binary64 number, written in the shortest way. How a cell shows it
 * plays no part, but for dates. A cell that is merged with others has its text in the first one. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "core/date.h"
#include "core/period.h"
#include "feeds/caption.h"
#include "feeds/decode.h"
#include "feeds/number.h"
#include "feeds/payload.h"
#include "feeds/wanted.h"
#include "feeds/workbook.h"

/* ECMA-376 and Excel: columns A to XFD. A header further down is none. */
enum { COLUMNS_MAX = 16384, HEADER_ROWS_MAX = 200 };

/* What the texts above the rows of a sheet say. */
struct captions {
    bool sheet, says, first;
    uint32_t units;      /* 1 << index of those that are named */
    int32_t period;      /* or PERIOD_NONE */
    bool another_period; /* is said too */
};

/* A sheet that is being read, twice: until its header, and from it on. */
struct reader {
    const struct descriptor *descriptor;
    const struct workbook *workbook;
    const char *file;
    const struct record_sink *sink;
    struct diag_list *diags;
    const char *sheet;

    struct wanted wanted;
    size_t columns[WANTED_MAX]; /* where they stand */
    size_t above;               /* what a text above says, of `wanted`; WANTED_MAX: none */
    size_t needed;              /* names of the header row */
    int header;                 /* its row, or 0; without one that before the first row */
    struct captions captions;   /* above the header or in it */
    char period[PERIOD_TEXT_SIZE];
    int64_t value_scale;
    struct {
        const char *sheet, *says, *first, *month, *units[XLSX_UNITS_MAX], *names[WANTED_MAX];
    } folded;           /* texts of the feed */
    struct arena texts; /* those, and what the wanted columns are called */
    bool searching;     /* for the header; nothing is given yet */
    size_t best;        /* most names in a row, for the message */
    int best_row;
    const char *missing; /* a name that row lacks */

    /* The row that is being read. */
    int row;
    size_t column;         /* of the cell, from 0 */
    size_t next_column;    /* of a cell that does not say where it stands */
    size_t found;          /* names in it */
    bool has_figure;       /* anything that the feed reads */
    char type[16];         /* of the cell */
    bool is_date, formula; /* of the cell */
    bool has_value;
    struct buf text; /* of the cell */
    struct arena scratch;
    bool stopped;
};

/* ---- places ---- */

static struct place place_of(const struct reader *reader, int row, size_t column)
{
    struct slice field = {"", 0};
    struct record record = {
        .fields = &field, .len = 1, .line = row, .starts = &column, .sheet = reader->sheet};
    return record_place(&record, 0, reader->file, &reader->diags->arena);
}

static int stop(struct reader *reader)
{
    reader->stopped = true;
    return 1;
}

/* ---- cells ---- */

/* "C12" → 2. SIZE_MAX where it names no column. */
static size_t read_column(const char *name)
{
    size_t n = 0;
    for (; *name >= 'A' && *name <= 'Z'; name++) {
        n = n * 26 + (size_t)(*name - 'A' + 1);
        if (n > COLUMNS_MAX)
            return SIZE_MAX;
    }
    return n > 0 ? n - 1 : SIZE_MAX;
}

/* A day as the number of days since the end of 1899, in which Excel counts a 29 February 1900 that never was;
 * or since the beginning of 1904. The first of a month stands for the month. */
static struct slice read_date(struct reader *reader, struct slice text)
{
    char buf[DATE_TEXT_SIZE], *end;
    char *copy = arena_strndup(&reader->scratch, text.data, text.len);
    double days = strtod(copy, &end);
    if (*end != '\0' || !(days >= 1 && days < 110000))
        return text;
    int32_t day = (int32_t)days;
    int32_t base =
        reader->workbook->from_1904 ? date_make(1904, 1, 1) : date_make(1899, 12, day > 60 ? 30 : 31);
    const char *date = arena_strdup(&reader->scratch, date_format(base + day, buf));
    size_t len = strlen(date);
    return (struct slice){date, len == 10 && strcmp(date + 7, "-01") == 0 ? 7 : len};
}

static struct slice shared_string(const struct reader *reader, struct slice text)
{
    int64_t number;
    if (str_to_int64(text, &number) < 0 || number < 0 || (uint64_t)number >= reader->workbook->string_len)
        return (struct slice){"", 0};
    return reader->workbook->strings[number];
}

/* Excel pads with blanks and breaks lines inside cells. */
static struct slice trim(struct slice text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.data[0]) != NULL)
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL)
        text.len--;
    return text;
}

/* A number as the feed writes it in texts: a figure is the same in a cell of either kind. */
static struct slice with_comma(struct slice text, struct arena *arena)
{
    char *copy = arena_strndup(arena, text.data, text.len);
    char *point = strchr(copy, '.');
    if (point != NULL)
        *point = ',';
    return (struct slice){copy, text.len};
}

/* What the cell holds, as a text that lives as long as the row. */
static struct slice cell_text(struct reader *reader)
{
    char plain[NUMBER_SIZE];
    struct slice text = trim((struct slice){buf_text(&reader->text), reader->text.len});
    if (strcmp(reader->type, "s") == 0)
        return trim(shared_string(reader, text));
    if (strcmp(reader->type, "b") == 0)
        return slice_of(slice_equal(text, "1") ? "true" : "false");
    if (strcmp(reader->type, "d") == 0)
        text.len = text.len > 10 ? 10 : text.len; /* a time is behind it */
    if (strcmp(reader->type, "d") == 0 && text.len == 10 && memcmp(text.data + 7, "-01", 3) == 0)
        text.len = 7;
    bool number = reader->type[0] == '\0' || strcmp(reader->type, "n") == 0;
    if (number && reader->is_date)
        return read_date(reader, text);
    if (number)
        text = number_shortest(text, plain);
    if (number && reader->descriptor->notation == NUMBER_POINTS)
        return with_comma(text, &reader->scratch);
    return text.len > 0 ? (struct slice){arena_strndup(&reader->scratch, text.data, text.len), text.len}
                        : text;
}

/* ---- the header ---- */

/* What a caption says, which is the text of a cell above the header or in it. */
static void read_caption(struct reader *reader, const char *caption)
{
    struct captions *captions = &reader->captions;
    int32_t period;
    captions->sheet |= caption_has(caption, reader->folded.sheet);
    captions->says |= reader->folded.says != NULL && caption_has(caption, reader->folded.says);
    captions->first |= reader->folded.first != NULL && caption_has(caption, reader->folded.first);
    for (size_t i = 0; i < reader->descriptor->xlsx.unit_len; i++)
        captions->units |= (uint32_t)caption_has(caption, reader->folded.units[i]) << i;
    if (reader->folded.month == NULL || !caption_month(caption, reader->folded.month, &period))
        return;
    captions->another_period |= captions->period != PERIOD_NONE && captions->period != period;
    captions->period = period;
}

static int search_cell(struct reader *reader, struct slice text)
{
    const char *caption = caption_fold(text, &reader->scratch);
    size_t i = 0;
    read_caption(reader, caption);
    while (i < reader->wanted.len && (i == reader->above || strcmp(caption, reader->folded.names[i]) != 0))
        i++;
    if (reader->folded.first != NULL || i == reader->wanted.len)
        return 0;
    if (reader->wanted.has[i]) {
        reader->found = SIZE_MAX / 2; /* which of them is meant? */
        return 0;
    }
    reader->wanted.has[i] = true;
    reader->columns[i] = reader->column;
    reader->found++;
    return 0;
}

static int end_search_row(struct reader *reader)
{
    bool first = reader->captions.first;
    if (first || (reader->folded.first == NULL && reader->found == reader->needed)) {
        reader->header = first ? reader->row - 1 : reader->row;
        return stop(reader);
    }
    if (reader->found > reader->best && reader->found < SIZE_MAX / 2) {
        reader->best = reader->found;
        reader->best_row = reader->row;
        for (size_t i = 0; i < reader->wanted.len; i++)
            if (!reader->wanted.has[i] && i != reader->above)
                reader->missing = reader->wanted.names[i].data;
    }
    return reader->row > HEADER_ROWS_MAX ? stop(reader) : 0;
}

/* ---- rows ---- */

/* A cell below the header. */
static int take_cell(struct reader *reader, struct slice text)
{
    size_t i = 0;
    while (i < reader->wanted.len && reader->columns[i] != reader->column)
        i++;
    if (i == reader->wanted.len || reader->row <= reader->header)
        return 0;
    bool broken = strcmp(reader->type, "e") == 0 || (reader->formula && !reader->has_value);
    char quote[QUOTE_SIZE];
    if (broken) {
        diag_error(reader->diags, place_of(reader, reader->row, reader->column), "D034", "the cell is %s%s",
            reader->formula && !reader->has_value ? "a formula without its result" : "an error: ",
            reader->formula && !reader->has_value ? "" : payload_quote(text, quote));
        diag_hint(reader->diags, "open the workbook in a spreadsheet program, mend it and save it");
        return stop(reader);
    }
    wanted_set(&reader->wanted, i, text, reader->column);
    reader->has_figure |= text.len > 0;
    return 0;
}

/* A row without anything that the feed reads parts others. */
static int end_row(struct reader *reader)
{
    if (reader->above < WANTED_MAX)
        wanted_set(&reader->wanted, reader->above, slice_of(reader->period), SIZE_MAX);
    struct record record = {.fields = reader->wanted.fields,
        .len = reader->wanted.len,
        .line = reader->row,
        .starts = reader->wanted.starts,
        .value_scale = reader->value_scale,
        .sheet = reader->sheet};
    bool full = reader->has_figure && reader->sink->record(reader->sink->userdata, &record) != 0;
    return full ? stop(reader) : 0;
}

static void begin_row(struct reader *reader, const char *number)
{
    int64_t row;
    bool says = number != NULL && str_to_int64(slice_of(number), &row) == 0 && row > 0 && row < INT_MAX;
    reader->row = says ? (int)row : reader->row + 1;
    reader->next_column = 0;
    reader->found = 0;
    reader->has_figure = false;
    wanted_begin(&reader->wanted, 0);
    for (size_t i = 0; i < reader->wanted.len && !reader->searching; i++)
        reader->wanted.starts[i] = reader->columns[i];
    if (reader->scratch.bytes > 0)
        arena_deinit(&reader->scratch);
}

static void begin_cell(struct reader *reader, const char **attributes)
{
    const char *name = workbook_attribute(attributes, "r"), *type = workbook_attribute(attributes, "t");
    const char *style = workbook_attribute(attributes, "s");
    size_t column = name != NULL ? read_column(name) : reader->next_column;
    int64_t number;
    reader->column = column;
    reader->next_column = column < COLUMNS_MAX ? column + 1 : COLUMNS_MAX;
    reader->type[0] = '\0';
    if (type != NULL && strlen(type) < sizeof reader->type)
        memcpy(reader->type, type, strlen(type) + 1);
    reader->is_date = style != NULL && str_to_int64(slice_of(style), &number) == 0 && number >= 0 &&
                      (uint64_t)number < reader->workbook->style_len && reader->workbook->is_date[number];
    reader->formula = reader->has_value = false;
    buf_clear(&reader->text);
}

static int on_start(void *userdata, const char *name, const char **attributes)
{
    struct reader *reader = userdata;
    if (strcmp(name, "row") == 0)
        begin_row(reader, workbook_attribute(attributes, "r"));
    else if (strcmp(name, "c") == 0)
        begin_cell(reader, attributes);
    return 0;
}

static int on_end(void *userdata, const char *name, struct slice text)
{
    struct reader *reader = userdata;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        reader->has_value = true;
        (void)buf_append(&reader->text, text.data, text.len);
    } else if (strcmp(name, "f") == 0) {
        reader->formula = true;
    } else if (strcmp(name, "c") == 0) {
        struct slice cell = cell_text(reader);
        return reader->searching ? search_cell(reader, cell) : take_cell(reader, cell);
    } else if (strcmp(name, "row") == 0) {
        return reader->searching ? end_search_row(reader) : end_row(reader);
    }
    return 0;
}

/* ---- the sheet ---- */

static int walk(struct reader *reader, const struct workbook_sheet *sheet)
{
    struct workbook_walk walk = {on_start, on_end, reader};
    reader->sheet = sheet->name;
    reader->row = 0;
    reader->stopped = false;
    return workbook_walk(sheet->part, reader->file, &walk, reader->diags);
}

static int search(struct reader *reader, const struct workbook_sheet *sheet)
{
    reader->searching = true;
    reader->header = 0;
    reader->best = 0;
    reader->best_row = 0;
    reader->missing = NULL;
    reader->captions = (struct captions){.period = PERIOD_NONE};
    int r = walk(reader, sheet);
    bool is_it = reader->captions.sheet && (reader->folded.first == NULL || reader->captions.first);
    return r < 0 ? r : is_it;
}

static int refuse_sheets(
    struct reader *reader, const struct workbook_sheet *first, const struct workbook_sheet *second)
{
    char quote[QUOTE_SIZE], quote_first[QUOTE_SIZE], quote_second[QUOTE_SIZE];
    struct place place = {reader->file, 0, 0};
    payload_quote(slice_of(reader->descriptor->xlsx.sheet), quote);
    if (first == NULL) {
        diag_error(reader->diags, place, "D031", "no sheet of the workbook has the text %s near its top%s",
            quote, reader->folded.first != NULL ? ", and below it the first row of the feed" : "");
        diag_hint(reader->diags, "capital letters and blanks do not matter, but accents do");
    } else {
        diag_error(reader->diags, place, "D031", "the text %s is in two sheets, %s and %s", quote,
            payload_quote(slice_of(first->name), quote_first),
            payload_quote(slice_of(second->name), quote_second));
        diag_hint(reader->diags, "choose a longer text for xlsx.sheet");
    }
    return -EBADMSG;
}

/* The one sheet that has the text. */
static int find_sheet(struct reader *reader, const struct workbook_sheet **ret_sheet)
{
    const struct workbook_sheet *found = NULL;
    for (size_t i = 0; i < reader->workbook->sheet_len; i++) {
        const struct workbook_sheet *sheet = &reader->workbook->sheets[i];
        int r = search(reader, sheet);
        if (r < 0)
            return r;
        if (r > 0 && found != NULL)
            return refuse_sheets(reader, found, sheet);
        found = r > 0 ? sheet : found;
    }
    if (found == NULL)
        return refuse_sheets(reader, NULL, NULL);
    *ret_sheet = found;
    return search(reader, found) < 0 ? -EBADMSG : 0;
}

/* Whether the text of one unit is a part of another one that is named too: "USD" of "1000 USD". */
static bool is_part(const struct reader *reader, size_t unit)
{
    for (size_t i = 0; i < reader->descriptor->xlsx.unit_len; i++)
        if (i != unit && (reader->captions.units & 1U << i) != 0 &&
            caption_has(reader->folded.units[i], reader->folded.units[unit]))
            return true;
    return false;
}

/* The unit of the values, where the feed says that the sheet names it. */
static int check_units(struct reader *reader)
{
    const struct xlsx_unit *named = NULL;
    struct place place = place_of(reader, reader->header > 0 ? reader->header : 1, 0);
    char quote[QUOTE_SIZE], second[QUOTE_SIZE];
    for (size_t i = 0; i < reader->descriptor->xlsx.unit_len; i++) {
        const struct xlsx_unit *unit = &reader->descriptor->xlsx.units[i];
        if ((reader->captions.units & 1U << i) == 0 || is_part(reader, i))
            continue;
        if (named != NULL) {
            diag_error(reader->diags, place, "D035",
                "two units of values are named from the sheet's top to here, %s and %s",
                payload_quote(slice_of(named->says), quote), payload_quote(slice_of(unit->says), second));
            return -EBADMSG;
        }
        named = unit;
    }
    if (named == NULL && reader->descriptor->xlsx.unit_len > 0) {
        diag_error(reader->diags, place, "D035",
            "nothing from the sheet's top to here is a unit of values that the feed knows");
        diag_hint(reader->diags, "see what the sheet says and add it to xlsx.units");
        return -EBADMSG;
    }
    reader->value_scale = named != NULL ? named->scale : 0;
    return 0;
}

static int check_captions(struct reader *reader)
{
    int r = check_units(reader);
    bool one = reader->captions.period != PERIOD_NONE && !reader->captions.another_period;
    period_format(reader->captions.period, reader->period);
    if (reader->above == WANTED_MAX || one)
        return r;
    char quote[QUOTE_SIZE];
    payload_quote(reader->wanted.names[reader->above], quote);
    diag_error(reader->diags, place_of(reader, reader->header > 0 ? reader->header : 1, 0), "D036",
        reader->captions.another_period ? "two months are said from the sheet's top to here as %s"
                                        : "nothing from the sheet's top to here says the month as %s",
        quote);
    return -EBADMSG;
}

/* The sheet has to be what the feed takes it for. */
static int check_sheet(struct reader *reader)
{
    char quote[QUOTE_SIZE];
    const char *says = reader->descriptor->xlsx.says;
    if (reader->header == 0) {
        diag_error(reader->diags, place_of(reader, reader->best_row > 0 ? reader->best_row : 1, 0), "D032",
            "no row of the sheet has all names that the feed reads, each once; this one has %zu of %zu, and "
            "not %s",
            reader->best, reader->needed,
            payload_quote(
                slice_of(reader->missing != NULL ? reader->missing : reader->wanted.names[0].data), quote));
        return -EBADMSG;
    }
    if (says == NULL || reader->captions.says)
        return check_captions(reader);
    diag_error(reader->diags, place_of(reader, reader->header, 0), "D033",
        "nothing from the sheet's top to here says %s", payload_quote(slice_of(says), quote));
    diag_hint(reader->diags, "has the unit changed? then the scale of the feed is wrong");
    return -EBADMSG;
}

static int announce(struct reader *reader)
{
    struct record record = {.fields = reader->wanted.names,
        .len = reader->wanted.len,
        .line = reader->header,
        .starts = reader->columns,
        .sheet = reader->sheet};
    return reader->sink->names(reader->sink->userdata, &record) != 0 ? -EBADMSG : 0;
}

static int read_sheet(struct reader *reader)
{
    const struct workbook_sheet *sheet;
    int r = find_sheet(reader, &sheet);
    if (r == 0)
        r = check_sheet(reader);
    if (r == 0)
        r = announce(reader);
    if (r < 0)
        return r;
    reader->searching = false;
    return walk(reader, sheet) != 0 ? -EBADMSG : 0;
}

static const char *fold(struct reader *reader, const char *text)
{
    return text != NULL ? caption_fold(slice_of(text), &reader->texts) : NULL;
}

/* Which texts are looked for, and where columns stand that are named by letters. */
static void prepare(struct reader *reader)
{
    const struct descriptor *descriptor = reader->descriptor;
    reader->folded.sheet = fold(reader, descriptor->xlsx.sheet);
    reader->folded.says = fold(reader, descriptor->xlsx.says);
    reader->folded.first = fold(reader, descriptor->xlsx.first);
    reader->folded.month = fold(reader, descriptor->fields[FIELD_PERIOD].above);
    for (size_t i = 0; i < descriptor->xlsx.unit_len; i++)
        reader->folded.units[i] = fold(reader, descriptor->xlsx.units[i].says);
    reader->above = WANTED_MAX;
    for (size_t i = 0; i < reader->wanted.len; i++) {
        reader->folded.names[i] = fold(reader, reader->wanted.names[i].data);
        reader->columns[i] = descriptor->xlsx.first != NULL ? read_column(reader->wanted.names[i].data) : 0;
        if (reader->folded.month != NULL &&
            slice_equal(reader->wanted.names[i], descriptor->fields[FIELD_PERIOD].column)) {
            reader->above = i;
            reader->columns[i] = SIZE_MAX;
        }
    }
    reader->needed = reader->wanted.len - (reader->above < WANTED_MAX);
}

int decode_xlsx(const struct descriptor *descriptor, struct slice payload, const char *file,
    const struct record_sink *sink, struct diag_list *diags)
{
    struct workbook workbook;
    if (workbook_read(payload, file, &workbook, diags) < 0)
        return -EBADMSG;
    struct reader *reader = alloc_zeroed(1, sizeof *reader);
    reader->descriptor = descriptor;
    reader->workbook = &workbook;
    reader->file = file;
    reader->sink = sink;
    reader->diags = diags;
    buf_init(&reader->text, WORKBOOK_CELL_MAX);
    wanted_init(&reader->wanted, descriptor, diags);
    prepare(reader);
    int r = read_sheet(reader);
    arena_deinit(&reader->texts);
    wanted_deinit(&reader->wanted);
    buf_deinit(&reader->text);
    arena_deinit(&reader->scratch);
    alloc_free(reader);
    workbook_deinit(&workbook);
    return r;
}
