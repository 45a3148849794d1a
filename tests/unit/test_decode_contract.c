/* link: tests/support/rows tests/support/cases tests/support/decoding tests/support/workbooks tests/support/random daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/caption feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/format feeds/ask feeds/url feeds/payload feeds/vocabulary feeds/words feeds/condition feeds/fields_check feeds/notices_form feeds/rate_columns daemon/core/rates feeds/unpack */
/* What a source may change without a word changes nothing: the order of fields, others beside them, the case
 * of letters in names, quotes, prefixes, white space, line ends, a byte order mark. The same three rows are
 * written in many such ways, the same on every machine, and read in each. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/decoding.h"
#include "tests/support/random.h"
#include "tests/support/workbooks.h"

enum { WAYS = 2000, NAMES = 6, OTHERS = 3, COLUMNS = NAMES + OTHERS, ROWS = 3, TEXT_MAX = 64 * 1024 };

#define HEAD "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\n"
#define FIELDS(at)                                                                                           \
    "fields:\n"                                                                                              \
    "  reporter: { value: VN }\n"                                                                            \
    "  flow:     { column: \"" at "Flow\", map: { X: export, M: import } }\n"                                \
    "  partner:  { column: \"" at "Partner\" }\n"                                                            \
    "  product:  { column: \"" at "Code\" }\n"                                                               \
    "  period:   { column: \"" at "Month\" }\n"                                                              \
    "  value:    { column: \"" at "Value\" }\n"                                                              \
    "  weight:   { column: \"" at "NetWeight\" }\n"

static const char *const names[COLUMNS] = {
    "Flow", "Partner", "Code", "Month", "Value", "NetWeight", "Note", "Unit", "Value2"};
static const char *const rows[ROWS][COLUMNS] = {
    {"X", "US", "0303", "2025-07", "1234.5", "17", "frozen, whole", "kg", "1"},
    {"M", "CN", "721049", "202508", "0", "", "a \"b\"", "", "2"},
    {"X", "W", "00", "2025.09", "9007199254740.993", "0", "", "t", ""},
};
static const char *const expected = "= VN export US 0303 2025-07 v=1234500 w=17000\n"
                                    "= VN import CN 721049 2025-08 v=0\n"
                                    "= VN export W 00 2025-09 v=9007199254740993 w=0\n";

/* One way of writing them. */
struct way {
    struct random random;
    size_t order[COLUMNS];
    size_t len; /* columns: all that are read, and some others */
    char names[COLUMNS][16];
};

static size_t below(struct way *way, size_t n)
{
    return (size_t)(random_uniform(&way->random) * (double)n);
}

static const char *one_of(struct way *way, const char *const *texts, size_t n)
{
    return texts[below(way, n)];
}

#define ONE_OF(way, ...)                                                                                     \
    one_of(way, (const char *const[]){__VA_ARGS__},                                                          \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void choose_way(struct way *way, uint64_t seed)
{
    *way = (struct way){.random = {seed}, .len = NAMES};
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t mode = below(way, 3);
        for (size_t k = 0; k < strlen(names[i]); k++) {
            int c = (unsigned char)names[i][k];
            way->names[i][k] = (char)(mode == 0 ? c : mode == 1 ? toupper(c) : tolower(c));
        }
    }
    for (size_t i = 0; i < NAMES; i++)
        way->order[i] = i;
    for (size_t i = NAMES; i < COLUMNS; i++)
        if (below(way, 2) == 0)
            way->order[way->len++] = i;
    for (size_t i = way->len; i-- > 1;) {
        size_t k = below(way, i + 1), kept = way->order[i];
        way->order[i] = way->order[k];
        way->order[k] = kept;
    }
}

/* Each format has a writer of a way. */
typedef void writer(struct way *way, struct buf *out);

static void check_ways(const char *feed, writer *write)
{
    for (uint64_t seed = 1; seed <= WAYS; seed++) {
        struct way way;
        struct buf payload, found;
        struct decoding decoding;
        buf_init(&payload, TEXT_MAX);
        buf_init(&found, TEXT_MAX);
        choose_way(&way, seed);
        write(&way, &payload);
        decoding_run(&decoding, feed, (struct slice){buf_text(&payload), payload.len});
        decoding_print(&decoding, &found);
        if (strcmp(buf_text(&found), expected) != 0)
            fail_msg("way %d:\n%s\ngives\n%s", (int)seed, buf_text(&payload), buf_text(&found));
        decoding_deinit(&decoding);
        buf_deinit(&payload);
        buf_deinit(&found);
    }
}

static void put_mark(struct way *way, struct buf *out)
{
    buf_puts(out, ONE_OF(way, "", "\xEF\xBB\xBF"));
}

/* ---- CSV ---- */

static void put_csv_field(struct way *way, struct buf *out, const char *text)
{
    bool quoted = below(way, 3) == 0 || strpbrk(text, ",\"") != NULL;
    buf_puts(out, quoted ? "\"" : "");
    for (const char *p = text; *p != '\0'; p++) {
        buf_puts(out, *p == '"' ? "\"" : "");
        buf_append(out, p, 1);
    }
    buf_puts(out, quoted ? "\"" : "");
}

static void write_csv(struct way *way, struct buf *out)
{
    const char *line_end = ONE_OF(way, "\n", "\r\n");
    put_mark(way, out);
    for (size_t i = 0; i < way->len; i++) {
        buf_printf(out, "%s%s", i > 0 ? "," : "", ONE_OF(way, "", "", " "));
        buf_puts(out, way->names[way->order[i]]);
    }
    buf_puts(out, line_end);
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < way->len; i++) {
            buf_puts(out, i > 0 ? "," : "");
            put_csv_field(way, out, rows[row][way->order[i]]);
        }
        buf_puts(out, line_end);
    }
}

static void csv_means_the_same_however_it_is_written(void **state)
{
    (void)state;
    check_ways(HEAD FIELDS(""), write_csv);
}

/* ---- JSON ---- */

static const char *gap(struct way *way)
{
    return ONE_OF(way, "", "", " ", "\n  ", "\r\n\t");
}

static void put_json_text(struct way *way, struct buf *out, const char *text)
{
    buf_puts(out, "\"");
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || below(way, 20) == 0)
            buf_printf(out, "\\u%04X", (unsigned char)*p);
        else
            buf_append(out, p, 1);
    }
    buf_puts(out, "\"");
}

static void put_json_value(struct way *way, struct buf *out, size_t column, const char *text)
{
    bool number = column == 4 || column == 5;
    if (number && text[0] != '\0' && below(way, 2) == 0)
        buf_puts(out, text);
    else if (text[0] == '\0' && below(way, 2) == 0)
        buf_puts(out, "null");
    else
        put_json_text(way, out, text);
}

static void write_json(struct way *way, struct buf *out)
{
    put_mark(way, out);
    buf_printf(out, "%s{%s", gap(way), ONE_OF(way, "", "\"count\":3,", "\"x\":{\"data\":[{\"Flow\":1}]},"));
    buf_printf(out, "%s\"%s\"%s:%s[", gap(way), ONE_OF(way, "data", "Data", "DATA"), gap(way), gap(way));
    for (size_t row = 0; row < ROWS; row++) {
        buf_printf(out, "%s%s{", row > 0 ? "," : "", gap(way));
        for (size_t i = 0; i < way->len; i++) {
            size_t column = way->order[i];
            if (rows[row][column][0] == '\0' && below(way, 3) == 0)
                continue; /* left out */
            buf_printf(out, "%s%s", out->data[out->len - 1] == '{' ? "" : ",", gap(way));
            put_json_text(way, out, way->names[column]);
            buf_printf(out, "%s:%s", gap(way), gap(way));
            put_json_value(way, out, column, rows[row][column]);
        }
        buf_printf(out, "%s}", gap(way));
    }
    buf_printf(out, "%s]%s}%s", gap(way), ONE_OF(way, "", ",\"error\":\"\""), gap(way));
}

static void json_means_the_same_however_it_is_written(void **state)
{
    (void)state;
    check_ways(HEAD "format: json\njson: { records: data }\n" FIELDS(""), write_json);
}

/* Lists, of which the first names the columns; a name that was asked for twice stands twice. */
static void write_json_lists(struct way *way, struct buf *out)
{
    put_mark(way, out);
    buf_puts(out, "[[");
    for (size_t i = 0; i < way->len; i++)
        buf_printf(out, "%s\"%s\"", i > 0 ? "," : "", way->names[way->order[i]]);
    bool twice = below(way, 2) == 0;
    if (twice)
        buf_printf(out, ",\"%s\"", way->names[way->order[0]]);
    for (size_t row = 0; row < ROWS; row++) {
        buf_printf(out, "],%s[", gap(way));
        for (size_t i = 0; i < way->len; i++) {
            buf_puts(out, i > 0 ? "," : "");
            put_json_value(way, out, way->order[i], rows[row][way->order[i]]);
        }
        buf_puts(out, twice ? ",\"another\"" : "");
    }
    buf_printf(out, "]]%s", gap(way));
}

static void lists_mean_the_same_however_they_are_written(void **state)
{
    (void)state;
    check_ways(HEAD "format: json\njson: { header: true }\n" FIELDS(""), write_json_lists);
}

/* ---- XML ---- */

static void put_xml_text(struct way *way, struct buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || below(way, 20) == 0)
            buf_printf(out, "&#%d;", (unsigned char)*p);
        else
            buf_append(out, p, 1);
    }
}

static void begin_xml(struct way *way, struct buf *out)
{
    put_mark(way, out);
    buf_puts(out, ONE_OF(way, "", "<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='utf-8'?>\r\n"));
    buf_puts(out, ONE_OF(way, "<Data xmlns:p='urn:p'>", "<p:Data xmlns:p=\"urn:p\">\n<Head>3</Head>",
                      "<x:data xmlns:x='u' xmlns:p='v' xmlns='w' ><!-- c -->"));
}

/* The end tag that fits the first one. */
static void end_xml(struct buf *out)
{
    const char *text = buf_text(out);
    buf_puts(out, strstr(text, "<x:data") != NULL   ? "</x:data>"
                  : strstr(text, "<p:Data") != NULL ? "</p:Data>\n"
                                                    : "</Data>");
}

static void write_attributes(struct way *way, struct buf *out)
{
    begin_xml(way, out);
    for (size_t row = 0; row < ROWS; row++) {
        buf_printf(out, "%s<%s", gap(way), ONE_OF(way, "Obs", "p:Obs", "OBS"));
        for (size_t i = 0; i < way->len; i++) {
            const char *quote = ONE_OF(way, "'", "\"");
            size_t column = way->order[i];
            if (rows[row][column][0] == '\0' && below(way, 2) == 0)
                continue;
            buf_printf(out, " %s%s%s=%s%s", gap(way), way->names[column], gap(way), gap(way), quote);
            put_xml_text(way, out, rows[row][column]);
            buf_puts(out, quote);
        }
        buf_printf(out, "%s/>", gap(way));
    }
    end_xml(out);
}

static void write_elements(struct way *way, struct buf *out)
{
    begin_xml(way, out);
    for (size_t row = 0; row < ROWS; row++) {
        const char *record = ONE_OF(way, "Obs", "p:Obs", "oBS");
        buf_printf(out, "%s<%s%s>", gap(way), record, ONE_OF(way, "", " id='1'"));
        for (size_t i = 0; i < way->len; i++) {
            const char *prefix = ONE_OF(way, "", "p:"), *name = way->names[way->order[i]];
            buf_printf(out, "<%s%s>%s", prefix, name, gap(way));
            put_xml_text(way, out, rows[row][way->order[i]]);
            buf_printf(out, "%s%s</%s%s>%s", ONE_OF(way, "", "<!-- -->"), gap(way), prefix, name, gap(way));
        }
        buf_printf(out, "</%s>", record);
    }
    end_xml(out);
}

static void xml_means_the_same_however_it_is_written(void **state)
{
    (void)state;
    check_ways(HEAD "format: xml\nxml: { record: Obs }\n" FIELDS("@"), write_attributes);
    check_ways(HEAD "format: xml\nxml: { record: Obs }\n" FIELDS(""), write_elements);
}

/* ---- XLSX ---- */

static void put_cell(struct way *way, struct buf *out, size_t at, size_t row, const char *text, bool number)
{
    char place[32] = "";
    if (below(way, 2) == 0)
        snprintf(place, sizeof place, " r=\"%c%zu\"", (char)('A' + at), row);
    if (number && text[0] != '\0' && below(way, 2) == 0) {
        buf_printf(out, "<c%s><v>%s</v></c>", place, text);
        return;
    }
    bool inner = below(way, 2) == 0;
    buf_printf(out, inner ? "<c%s t='inlineStr'><is><t>" : "<c%s t=\"str\"><v>", place);
    put_xml_text(way, out, text);
    buf_puts(out, inner ? "</t></is></c>" : "</v></c>");
}

static void write_lines(struct way *way, struct buf *out)
{
    size_t row = 1 + below(way, 5);
    buf_puts(out, ONE_OF(way, "", "stored\n"));
    buf_puts(out, ONE_OF(way, "", "sheet Other\n<row><c t=\"str\"><v>something else</v></c></row>\n"));
    buf_printf(out, "sheet %s\n<row r=\"1\"><c t=\"str\"><v>%s</v></c></row>\n",
        ONE_OF(way, "14.XK", "XK 14"),
        ONE_OF(way, "EXPORTS, IMPORTS", "Table 1: exports,\nimports", "  Exports,   imports of Viet Nam"));
    for (size_t line = 0; line <= ROWS; line++) {
        row += 1 + below(way, 2);
        buf_printf(out, "<row r=\"%zu\">", row);
        for (size_t i = 0; i < way->len; i++) {
            size_t column = way->order[i];
            put_cell(way, out, i, row, line == 0 ? way->names[column] : rows[line - 1][column],
                line > 0 && column == 5);
        }
        buf_puts(out, "</row>\n");
    }
}

static void write_workbook(struct way *way, struct buf *out)
{
    struct buf lines;
    buf_init(&lines, TEXT_MAX);
    write_lines(way, &lines);
    workbook_make((struct slice){buf_text(&lines), lines.len}, out);
    buf_deinit(&lines);
}

static void workbooks_mean_the_same_however_they_are_written(void **state)
{
    (void)state;
    check_ways(HEAD "format: xlsx\nxlsx: { sheet: \"exports, imports\" }\n" FIELDS(""), write_workbook);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_means_the_same_however_it_is_written),
        cmocka_unit_test(json_means_the_same_however_it_is_written),
        cmocka_unit_test(lists_mean_the_same_however_they_are_written),
        cmocka_unit_test(xml_means_the_same_however_it_is_written),
        cmocka_unit_test(workbooks_mean_the_same_however_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
