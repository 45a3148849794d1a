/* link: daemon/base/alloc daemon/base/buf daemon/base/str daemon/base/arena feeds/record feeds/scan_csv */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "feeds/scan_csv.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

enum { DUMP_MAX = 1 << 20 };

static const char delimiters[] = {',', ';', '|', '\t'};

/* ---- what is found in a text, as text: "LINE:COLUMN field" for each field, then how it ends ---- */

static void put_field(struct buf *out, bool first, int line, int column, struct slice text)
{
    buf_printf(out, "%s%d:%d [", first ? "\n" : " ", line, column);
    buf_append(out, text.data, text.len);
    buf_puts(out, "]");
}

static void scan_by(enum scan_way way, struct slice text, char delimiter, struct buf *out)
{
    static struct scan scan;
    struct record record;
    int r;
    scan_init(&scan, text, delimiter, way);
    while ((r = scan_next(&scan, &record)) > 0)
        for (size_t i = 0; i < record.len; i++)
            put_field(out, i == 0, record.line, record_column(&record, i), record_field(&record, i));
    if (r < 0)
        buf_printf(out, "\n%s %zu", scan.unended ? "open" : "wrong", scan.fault);
    else
        buf_printf(out, "\n%s", scan.bad_bytes ? "bad" : "good");
    scan_deinit(&scan);
}

/* ---- the same, byte by byte ---- */

struct reader {
    struct slice text;
    char delimiter;
    size_t at;
    int line, column;
};

static bool ends_field(const struct reader *reader)
{
    char c = reader->text.data[reader->at];
    return c == reader->delimiter || c == '\n' || c == '\r';
}

static bool at_quote(const struct reader *reader)
{
    return reader->at < reader->text.len && reader->text.data[reader->at] == '"';
}

static char step(struct reader *reader)
{
    char c = reader->text.data[reader->at++];
    reader->column = c == '\n' ? 1 : reader->column + 1;
    reader->line += c == '\n';
    return c;
}

/* Reads a field up to its delimiter or line end. False: at a fault, or at the end of the text. */
static bool read_field(struct reader *reader, struct buf *field)
{
    bool quoted = at_quote(reader);
    if (quoted)
        step(reader);
    while (reader->at < reader->text.len) {
        if (at_quote(reader)) {
            if (!quoted)
                return false;
            step(reader);
            if (!at_quote(reader))
                return reader->at < reader->text.len && ends_field(reader);
        } else if (!quoted && ends_field(reader)) {
            return true;
        }
        char c = step(reader);
        buf_append(field, &c, 1);
    }
    return false;
}

static bool is_bad(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\0' || (text.data[i] == '\r' && (i + 1 == text.len || text.data[i + 1] != '\n')))
            return true;
    return !str_is_utf8(text);
}

/* A record and the byte that ends it. False: a fault is noted. */
static bool read_record(struct reader *reader, struct buf *out)
{
    int line = reader->line;
    struct buf fields, field;
    buf_init(&fields, DUMP_MAX);
    buf_init(&field, DUMP_MAX);
    bool first = true, more = true, good = true;
    while (more && good) {
        struct reader begin = *reader;
        buf_clear(&field);
        good = read_field(reader, &field);
        if (good) {
            put_field(&fields, first, line, begin.column, (struct slice){buf_text(&field), field.len});
            more = step(reader) == reader->delimiter;
        } else if (reader->at < reader->text.len) {
            buf_printf(out, "\nwrong %zu", reader->at);
        } else {
            buf_printf(out, "\nopen %zu", begin.at);
        }
        first = false;
    }
    if (good)
        buf_append(out, buf_text(&fields), fields.len);
    buf_deinit(&field);
    buf_deinit(&fields);
    return good;
}

static void read_slowly(struct slice text, char delimiter, struct buf *out)
{
    struct reader reader = {text, delimiter, 0, 1, 1};
    while (reader.at < text.len) {
        if (text.data[reader.at] == '\n' || text.data[reader.at] == '\r')
            step(&reader);
        else if (!read_record(&reader, out))
            return;
    }
    buf_printf(out, "\n%s", is_bad(text) ? "bad" : "good");
}

/* All ways agree with the slow one. The bytes end where their memory does, at any alignment. */
static void compare(struct slice text, char delimiter, size_t offset)
{
    struct buf expected, found;
    char *memory = alloc_zeroed(offset + text.len, 1);
    struct slice copy = {memory + offset, text.len};
    if (text.len > 0)
        memcpy(memory + offset, text.data, text.len);
    buf_init(&expected, DUMP_MAX);
    buf_init(&found, DUMP_MAX);
    read_slowly(copy, delimiter, &expected);
    for (enum scan_way way = SCAN_PORTABLE; way < SCAN_WAY_COUNT; way++) {
        if (!scan_has_way(way))
            continue;
        buf_clear(&found);
        scan_by(way, copy, delimiter, &found);
        if (expected.len != found.len || memcmp(buf_text(&expected), buf_text(&found), found.len) != 0)
            fail_msg("way %d, offset %zu, text <%.*s>: expected %s\nfound %s", (int)way, offset,
                (int)copy.len, copy.data, buf_text(&expected), buf_text(&found));
    }
    buf_deinit(&found);
    buf_deinit(&expected);
    alloc_free(memory);
}

/* ---- tests ---- */

/* Delimiters are written as commas. */
static const struct {
    const char *text, *expected;
} cases[] = {
    {"", "\ngood"},
    {"\n\r\n\n", "\ngood"},
    {"a\n", "\n1:1 [a]\ngood"},
    {"a,bc,\n", "\n1:1 [a] 1:3 [bc] 1:6 []\ngood"},
    {",\r\n\r\n,\r\n", "\n1:1 [] 1:2 []\n3:1 [] 3:2 []\ngood"},
    {"\"\"\n", "\n1:1 []\ngood"},
    {"\"\"\"\"\n", "\n1:1 [\"]\ngood"},
    {"\"a\",\"b,c\"\r\nd\n", "\n1:1 [a] 1:5 [b,c]\n2:1 [d]\ngood"},
    {"\"5\"\" pipe\",\"\"\"x\"\"\",e\n", "\n1:1 [5\" pipe] 1:12 [\"x\"] 1:20 [e]\ngood"},
    {"a,\"b\nc\r\n\",d\ne\n", "\n1:1 [a] 1:3 [b\nc\r\n] 1:3 [d]\n4:1 [e]\ngood"},
    {"a b, c \n", "\n1:1 [a b] 1:5 [ c ]\ngood"},
    {"Việt,\"Nam ế\"\n", "\n1:1 [Việt] 1:8 [Nam ế]\ngood"},
    {"a\rb\n", "\n1:1 [a]\n1:3 [b]\nbad"},
    {"a,\"\r\"\n", "\n1:1 [a] 1:3 [\r]\nbad"},
    {"a\xff\n", "\n1:1 [a\xff]\nbad"},
    {"\xe1\xba\n", "\n1:1 [\xe1\xba]\nbad"},
    {"\xc0\xaf,b\n", "\n1:1 [\xc0\xaf] 1:4 [b]\nbad"},
    {"a\nb\"c\n", "\n1:1 [a]\nwrong 3"},
    {"a\n\"b\"c\n", "\n1:1 [a]\nwrong 5"},
    {"\"b\" ,c\n", "\nwrong 3"},
    {"\"a\"\"\" \"\n", "\nwrong 5"},
    {"a \"b\"\n", "\nwrong 2"},
    {"a\nb", "\n1:1 [a]\nopen 2"},
    {"a\nb,", "\n1:1 [a]\nopen 4"},
    {"a\n\"b\"", "\n1:1 [a]\nopen 2"},
    {"a,\"b\nc\n", "\nopen 2"},
    {"a,\"b\nc\n\"\"", "\nopen 2"},
};

static void records_and_faults_are_what_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct buf found;
        buf_init(&found, DUMP_MAX);
        scan_by(scan_best_way(), slice_of(cases[i].text), ',', &found);
        assert_string_equal(buf_text(&found), cases[i].expected);
        buf_deinit(&found);
    }
}

/* The case's text with another delimiter, behind a line of `pad` bytes and twice over. */
static void put_shifted(const char *text, char delimiter, size_t pad, struct buf *out)
{
    for (size_t i = 0; i < pad; i++)
        buf_puts(out, i + 1 < pad ? "x" : "\n");
    for (int twice = 0; twice < 2; twice++)
        for (const char *p = text; *p != '\0'; p++)
            buf_append(out, *p == ',' ? &delimiter : p, 1);
}

static void every_way_agrees_at_every_border_of_a_block(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        for (size_t pad = 0; pad <= 2 * SCAN_BLOCK + 2; pad++) {
            struct buf text;
            char delimiter = delimiters[pad % sizeof delimiters];
            buf_init(&text, DUMP_MAX);
            put_shifted(cases[i].text, delimiter, pad, &text);
            compare((struct slice){buf_text(&text), text.len}, delimiter, pad % 33);
            buf_deinit(&text);
        }
    }
}

/* Bytes of an alphabet in which everything is met often; `rare` is how seldom a quote or a fault is. */
static size_t make_text(uint32_t *seed, size_t len, char delimiter, char *text)
{
    static const char plain[] = "ab1.,,,,\n", rich[] = "a,,\n\"\"\"\"\r\n\xe1\xba\xbf\x80 ;|\t";
    for (size_t i = 0; i < len; i++) {
        *seed = *seed * 1103515245 + 12345;
        bool is_rich = (*seed >> 28) == 0 || len % 3 == 0;
        uint32_t pick = *seed >> 8 & 0xffff;
        char c = is_rich ? rich[pick % (sizeof rich - 1)] : plain[pick % (sizeof plain - 1)];
        text[i] = c == ',' ? delimiter : c;
    }
    return len;
}

static void every_way_agrees_at_every_length(void **state)
{
    (void)state;
    char text[200];
    uint32_t seed = 1;
    for (size_t len = 0; len <= sizeof text; len++) {
        for (size_t round = 0; round < 40; round++) {
            char delimiter = delimiters[round % sizeof delimiters];
            compare((struct slice){text, make_text(&seed, len, delimiter, text)}, delimiter, round);
        }
    }
}

/* More records than the index has room for, quoted fields longer than a part of it, quotes doubled in each.
 */
static void records_go_on_where_the_index_is_filled_again(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, DUMP_MAX);
    for (int i = 0; i < 3000; i++) {
        buf_printf(&text, "%d,,\"%d\"\"%d\",\"", i, i, i);
        for (int k = 0; k < i % 97; k++)
            buf_puts(&text, k % 5 == 0 ? "\"\"" : k % 7 == 0 ? "\n" : ",");
        buf_puts(&text, "\"\r\n");
    }
    compare((struct slice){buf_text(&text), text.len}, ',', 1);
    buf_deinit(&text);
}

static void fields_past_the_maximum_are_counted(void **state)
{
    (void)state;
    struct buf text;
    static struct scan scan;
    struct record record;
    buf_init(&text, DUMP_MAX);
    buf_puts(&text, "a,b\n");
    for (int i = 0; i < 3 * SCAN_STOPS_MAX; i++)
        buf_puts(&text, ",");
    buf_puts(&text, "\nc,d\n");
    for (enum scan_way way = SCAN_PORTABLE; way < SCAN_WAY_COUNT; way++) {
        if (!scan_has_way(way))
            continue;
        scan_init(&scan, (struct slice){buf_text(&text), text.len}, ',', way);
        assert_int_equal(scan_next(&scan, &record), 1);
        assert_int_equal(record.len, 2);
        assert_int_equal(scan_next(&scan, &record), 1);
        assert_int_equal(record.len, 3 * SCAN_STOPS_MAX + 1);
        assert_int_equal(record.line, 2);
        assert_int_equal(scan_next(&scan, &record), 1);
        assert_int_equal(record.len, 2);
        assert_int_equal(record.line, 3);
        assert_memory_equal(record_field(&record, 1).data, "d", 1);
        assert_int_equal(scan_next(&scan, &record), 0);
        scan_deinit(&scan);
    }
    buf_deinit(&text);
}

/* A payload may be given out in parts that begin where records do. */
static void parts_give_what_the_whole_gives(void **state)
{
    (void)state;
    static const char text[] = "a,\"x\ny\"\nb,\"\"\"\"\n\nc,d\n";
    static const size_t starts[] = {0, 8, 15, 16, sizeof text - 1};
    size_t fields = 0;
    for (size_t i = 0; i + 1 < LEN(starts); i++) {
        static struct scan scan;
        struct record record;
        scan_init(&scan, (struct slice){text + starts[i], starts[i + 1] - starts[i]}, ',', scan_best_way());
        for (; scan_next(&scan, &record) > 0; fields += record.len)
            assert_int_equal(record_column(&record, 0), 1);
        assert_int_equal(scan.at >= scan.end, 1);
        scan_deinit(&scan);
    }
    assert_int_equal(fields, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_faults_are_what_they_are),
        cmocka_unit_test(every_way_agrees_at_every_border_of_a_block),
        cmocka_unit_test(every_way_agrees_at_every_length),
        cmocka_unit_test(records_go_on_where_the_index_is_filled_again),
        cmocka_unit_test(fields_past_the_maximum_are_counted),
        cmocka_unit_test(parts_give_what_the_whole_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
