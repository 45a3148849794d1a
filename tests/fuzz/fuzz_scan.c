/* link: daemon/base/alloc daemon/base/buf daemon/base/str daemon/base/arena feeds/record feeds/scan_csv */
/* Arbitrary bytes through the scanner and through libcsv: the same records and fields, and both refuse at the
 * same byte or neither does. The first byte chooses delimiter and way. */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "feeds/scan_csv.h"

enum { TEXT_MAX = 64 * 1024 * 1024 };

static const char delimiters[] = {',', ';', '|', '\t'};

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "property broken: %s\n", what);
    abort();
}

/* Each field with its length before it, each record with record_end behind it: no two lists look alike. */
static const size_t record_end = SIZE_MAX;

static void put_number(struct buf *out, size_t number)
{
    must(buf_append(out, &number, sizeof number) == 0, "room for a number");
}

static void put_field(struct buf *out, const void *text, size_t len)
{
    put_number(out, len);
    must(len == 0 || buf_append(out, text, len) == 0, "room for a field");
}

/* ---- libcsv ---- */

struct oracle {
    struct buf ended, open; /* records, and the fields of the one that is open */
};

static void on_field(void *text, size_t len, void *userdata)
{
    struct oracle *oracle = userdata;
    put_field(&oracle->open, text, len);
}

static void on_record(int line_end, void *userdata)
{
    (void)line_end;
    struct oracle *oracle = userdata;
    put_number(&oracle->open, record_end);
    must(buf_append(&oracle->ended, oracle->open.data, oracle->open.len) == 0, "room for a record");
    buf_clear(&oracle->open);
}

static int is_no_space(unsigned char c)
{
    (void)c;
    return 0;
}

/* Returns the offset of the byte that it refuses, or the length. */
static size_t ask_libcsv(struct slice text, char delimiter, struct oracle *oracle, bool *ret_open)
{
    struct csv_parser parser;
    must(csv_init(&parser, CSV_STRICT) == 0, "a parser");
    csv_set_delim(&parser, (unsigned char)delimiter);
    csv_set_space_func(&parser, is_no_space);
    size_t n = csv_parse(&parser, text.data, text.len, on_field, on_record, oracle);
    *ret_open = parser.pstate != 0; /* a record has begun */
    csv_free(&parser);
    return n;
}

/* ---- the scanner ---- */

static int ask_scanner(struct scan *scan, struct buf *out)
{
    struct record record;
    int r, line = 0;
    while ((r = scan_next(scan, &record)) > 0) {
        must(record.line > line || memchr(scan->text.data, '\r', scan->text.len) != NULL, "lines rise");
        must(record_column(&record, 0) == 1 || memchr(scan->text.data, '\r', scan->text.len) != NULL,
            "records begin their line");
        line = record.line;
        for (size_t i = 0; i < record.len && record.len <= RECORD_FIELDS_MAX; i++)
            put_field(out, record_field(&record, i).data, record_field(&record, i).len);
        put_number(out, record_end);
        if (record.len > RECORD_FIELDS_MAX)
            return 1;
    }
    return r;
}

static bool has_lone_return(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\r' && (i + 1 == text.len || text.data[i + 1] != '\n'))
            return true;
    return false;
}

/* `refused` and `open` are libcsv's. */
static void compare(const struct scan *scan, int r, size_t refused, bool open)
{
    struct slice text = scan->text;
    must(r != 0 || (refused == text.len && !open), "the scanner ends where libcsv does");
    must(r == 0 || refused < text.len || open, "both refuse");
    must(r == 0 || scan->unended == (refused == text.len), "the same fault");
    must(r == 0 || scan->unended || scan->fault == refused, "at the same byte");
    must(r == 0 || scan->fault <= text.len, "in the text");
    must(r < 0 || scan->bad_bytes == (memchr(text.data, '\0', text.len) != NULL || !str_is_utf8(text) ||
                                         has_lone_return(text)),
        "bad bytes are seen");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct scan scan;
    if (len < 2)
        return 0;
    char delimiter = delimiters[bytes[0] % 4];
    enum scan_way way = (enum scan_way)(bytes[0] / 4 % SCAN_WAY_COUNT);
    struct slice text = {(const char *)bytes + 1, len - 1};
    struct oracle oracle;
    struct buf found;
    bool open;
    buf_init(&oracle.ended, TEXT_MAX);
    buf_init(&oracle.open, TEXT_MAX);
    buf_init(&found, TEXT_MAX);
    size_t refused = ask_libcsv(text, delimiter, &oracle, &open);
    scan_init(&scan, text, delimiter, scan_has_way(way) ? way : SCAN_PORTABLE);
    int r = ask_scanner(&scan, &found);
    if (r <= 0) { /* else a record is too wide to be cut */
        compare(&scan, r, refused, open);
        must(found.len == oracle.ended.len &&
                 memcmp(buf_text(&found), buf_text(&oracle.ended), found.len) == 0,
            "the same records");
    }
    scan_deinit(&scan);
    buf_deinit(&found);
    buf_deinit(&oracle.open);
    buf_deinit(&oracle.ended);
    return 0;
}
