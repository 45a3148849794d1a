/* CSV (RFC 4180) on libcsv.
 *
 * libcsv does not say where a field stands. It is therefore fed in pieces that end at a delimiter, a quote or
 * a line end: a field can end only with a piece, so after each piece the reader knows its place. */
#include <csv.h>
#include <errno.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "feeds/decode.h"

struct reader {
    const struct record_sink *sink;
    struct diag_list *diags;
    struct place place;  /* of the next byte */
    struct place record; /* where the record begins */
    struct place field;  /* where the field begins */
    bool in_record;
    bool named; /* the header line has passed */
    bool stopped;
    struct buf text; /* the record's fields, one after another */
    size_t ends[RECORD_FIELDS_MAX];
    int columns[RECORD_FIELDS_MAX];
    size_t len; /* fields so far; those past the maximum are only counted */
};

static void on_field(void *text, size_t len, void *userdata)
{
    struct reader *reader = userdata;
    if (reader->len < RECORD_FIELDS_MAX) {
        if (len > 0 && buf_append(&reader->text, text, len) < 0)
            reader->stopped = true; /* cannot be: the buffer holds a whole payload */
        reader->ends[reader->len] = reader->text.len;
        reader->columns[reader->len] = reader->field.column;
    }
    reader->len++;
}

static void give_record(struct reader *reader)
{
    struct slice fields[RECORD_FIELDS_MAX];
    const char *text = buf_text(&reader->text);
    for (size_t i = 0, start = 0; i < reader->len; start = reader->ends[i++])
        fields[i] = (struct slice){text + start, reader->ends[i] - start};
    struct record record = {fields, reader->len, reader->record.line, reader->columns};
    int (*take)(void *, const struct record *) = reader->named ? reader->sink->record : reader->sink->names;
    reader->named = true;
    if (take(reader->sink->userdata, &record) != 0)
        reader->stopped = true;
}

static void on_record(int line_end, void *userdata)
{
    (void)line_end;
    struct reader *reader = userdata;
    if (reader->len <= RECORD_FIELDS_MAX) {
        give_record(reader);
    } else {
        diag_error(reader->diags, reader->record, "D009", "the line has %zu fields; at most %d are read",
            reader->len, RECORD_FIELDS_MAX);
        reader->stopped = true;
    }
    buf_clear(&reader->text);
    reader->len = 0;
    reader->in_record = false;
}

/* Bytes up to the next one at which libcsv may act, that one included. */
static size_t piece_length(struct slice rest, char delimiter)
{
    size_t i = 0;
    while (i < rest.len && rest.data[i] != delimiter && rest.data[i] != '"' && rest.data[i] != '\r' &&
           rest.data[i] != '\n')
        i++;
    return i < rest.len ? i + 1 : i;
}

static void step_place(struct reader *reader, struct slice piece)
{
    reader->place.column += (int)piece.len;
    if (piece.len > 0 && piece.data[piece.len - 1] == '\n') {
        reader->place.line++;
        reader->place.column = 1;
    }
}

/* Feeds one piece. 0, or -EBADMSG when it breaks the rules of quoting. */
static int take_piece(struct reader *reader, struct csv_parser *parser, struct slice piece)
{
    bool line_end = piece.data[0] == '\r' || piece.data[0] == '\n';
    if (!reader->in_record && !line_end) { /* a line end here is the LF of CR LF, or an empty line */
        reader->in_record = true;
        reader->record = reader->field = reader->place;
    }
    size_t fields = reader->len;
    size_t n = csv_parse(parser, piece.data, piece.len, on_field, on_record, reader);
    if (n != piece.len) {
        reader->place.column += (int)n;
        diag_error(reader->diags, reader->place, "D008", "a quote or text where the field cannot go on");
        diag_hint(reader->diags, "a field with quotes is written in quotes, each quote inside doubled: "
                                 "\"5\"\" pipe\"");
        return -EBADMSG;
    }
    step_place(reader, piece);
    if (reader->len > fields)
        reader->field = reader->place;
    return 0;
}

static int read_all(struct reader *reader, struct csv_parser *parser, struct slice rest, char delimiter)
{
    while (rest.len > 0 && !reader->stopped) {
        struct slice piece = {rest.data, piece_length(rest, delimiter)};
        int r = take_piece(reader, parser, piece);
        if (r < 0)
            return r;
        rest.data += piece.len;
        rest.len -= piece.len;
    }
    if (reader->stopped)
        return -EBADMSG;
    if (reader->in_record) { /* the payload ends in a line end, so only a quoted field can still be open */
        diag_error(reader->diags, reader->field, "D008", "the quoted field that begins here never ends");
        return -EBADMSG;
    }
    return 0;
}

static void *resize(void *p, size_t size)
{
    return alloc_resize(p, size, 1);
}

/* Blanks belong to their field: " 12" is a fault of the source, not 12. */
static int is_no_space(unsigned char c)
{
    (void)c;
    return 0;
}

int decode_csv(const struct descriptor *descriptor, struct slice payload, const char *file,
    const struct record_sink *sink, struct diag_list *diags)
{
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT); /* cannot fail: the parser is not NULL */
    csv_set_delim(&parser, (unsigned char)descriptor->delimiter);
    csv_set_space_func(&parser, is_no_space);
    csv_set_realloc_func(&parser, resize);
    csv_set_free_func(&parser, alloc_free);
    struct reader reader = {.sink = sink, .diags = diags, .place = {file, 1, 1}};
    buf_init(&reader.text, payload.len);
    int r = read_all(&reader, &parser, payload, descriptor->delimiter);
    buf_deinit(&reader.text);
    csv_free(&parser);
    return r;
}
