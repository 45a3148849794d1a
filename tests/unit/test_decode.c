/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/code daemon/core/period daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/descriptor feeds/payload feeds/vocabulary */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "core/period.h"
#include "feeds/decode.h"
#include "io/yaml.h"

#define HEAD                                                                                                 \
    "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\n"                  \
    "max_bytes: 1MiB\n"

/* Column by column what the sample feed has, and a scale of 1000. */
#define FIELDS                                                                                               \
    "fields:\n"                                                                                              \
    "  reporter: { value: VN }\n"                                                                            \
    "  flow:     { column: flow, map: { X: export, M: import } }\n"                                          \
    "  partner:  { column: partner }\n"                                                                      \
    "  product:  { column: group, prefix: \"nso:\" }\n"                                                      \
    "  period:   { column: period }\n"                                                                       \
    "  value:    { column: v, scale: 1000 }\n"                                                               \
    "  quantity: { column: q, unit: t }\n"

#define NAMES "flow,partner,group,period,v,q\n"
#define GOOD  "X,US,wood,2025-07,1.5,2\n"

static const char plain_feed[] = HEAD FIELDS;

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct descriptor descriptor;
    struct observations rows;
    int r;
};

static void decode_with(struct fixture *f, const char *feed, const char *bytes, size_t len)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("feed.yaml", slice_of(feed), &f->arena, &document, &f->diags), 0);
    assert_int_equal(descriptor_read(document, &f->descriptor, &f->diags), 0);
    f->r =
        decode_payload(&f->descriptor, (struct slice){bytes, len}, "a.csv", &f->arena, &f->rows, &f->diags);
}

static void decode(struct fixture *f, const char *csv)
{
    decode_with(f, plain_feed, csv, strlen(csv));
}

static void fixture_deinit(struct fixture *f)
{
    descriptor_deinit(&f->descriptor);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

static void print_faults(struct fixture *f)
{
    for (size_t i = 0; i < f->diags.len; i++)
        print_message("%s\n", diag_line(&f->diags, &f->diags.items[i]));
}

/* Exactly these faults, "code line:column", in order. */
static void assert_faults(struct fixture *f, const char *name, const char *expected)
{
    struct buf found;
    buf_init(&found, 64 * 1024);
    for (size_t i = 0; i < f->diags.len; i++) {
        const struct diag *diag = &f->diags.items[i];
        buf_printf(&found, "%s%s %d:%d", i > 0 ? ", " : "", diag->code, diag->line, diag->column);
        assert_string_equal(diag->file, "a.csv");
    }
    bool refused = f->r == -EBADMSG && f->rows.len == 0 && f->rows.items == NULL;
    if (strcmp(buf_text(&found), expected) != 0 || !refused) {
        print_faults(f);
        fail_msg("%s: expected %s, found %s (r = %d)", name, expected, buf_text(&found), f->r);
    }
    buf_deinit(&found);
}

static void reads_rows(void **state)
{
    (void)state;
    struct fixture f;
    decode(&f, NAMES "X,US,wood,2025-07,281249.04,\nM,CN,iron-steel,202412,0,12.5\n");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.rows.len, 2);
    const struct observation *a = &f.rows.items[0], *b = &f.rows.items[1];
    assert_string_equal(a->reporter, "VN");
    assert_string_equal(a->partner, "US");
    assert_string_equal(a->product, "nso:wood");
    assert_int_equal(a->flow, FLOW_EXPORT);
    assert_int_equal(a->period, period_make(2025, 7));
    assert_true(a->present[COLUMN_VALUE]);
    assert_int_equal(a->figure[COLUMN_VALUE], INT64_C(281249040) * FIGURE_SCALE);
    assert_false(a->present[COLUMN_QUANTITY]);
    assert_false(a->present[COLUMN_WEIGHT]);
    assert_int_equal(a->line, 2);
    assert_int_equal(b->flow, FLOW_IMPORT);
    assert_true(b->present[COLUMN_VALUE]); /* zero is not absent */
    assert_int_equal(b->figure[COLUMN_VALUE], 0);
    assert_int_equal(b->figure[COLUMN_QUANTITY], 12500);
    assert_string_equal(b->unit, "t");
    assert_int_equal(b->line, 3);
    fixture_deinit(&f);
}

static const struct {
    const char *name, *csv;
    size_t rows;
} accepted[] = {
    {"CR LF", "flow,partner,group,period,v,q\r\nX,US,wood,2025-07,1.5,2\r\n", 1},
    {"byte order mark", "\xef\xbb\xbf" NAMES GOOD, 1},
    {"quoted header", "\"flow\",\"partner\",\"group\",\"period\",\"v\",\"q\"\n" GOOD, 1},
    {"quoted fields", NAMES "\"X\",\"US\",\"wood\",\"2025-07\",\"1.5\",\"\"\n", 1},
    {"another order and more columns",
        "note,q,v,period,group,partner,flow\n\"a, \"\"b\"\"\nc\",2,1,2025-07,wood,US,X\n", 1},
    {"empty lines", NAMES "\n" GOOD "\n", 1},
    {"no row", NAMES, 0},
    {"world", NAMES "X,W,wood,2025-07,1,\n", 1},
    {"blank figure", NAMES "X,US,wood,2025-07, ,  \n", 1},
};

static void accepts_what_the_shape_allows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct fixture f;
        decode(&f, accepted[i].csv);
        if (f.r != 0 || f.rows.len != accepted[i].rows || f.diags.len != 0) {
            print_faults(&f);
            fail_msg("%s: r = %d, %zu rows", accepted[i].name, f.r, f.rows.len);
        }
        fixture_deinit(&f);
    }
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *name, *bytes;
    size_t len;
    const char *faults;
} refused[] = {
    /* no payload of the feed at all */
    {"empty", BYTES(""), "D001 0:0"},
    {"blank", BYTES(" \r\n\t\n"), "D001 0:0"},
    {"byte order mark alone", BYTES("\xef\xbb\xbf"), "D001 0:0"},
    {"HTML", BYTES("\n <!DOCTYPE html><html>busy</html>\n"), "D002 2:2"},
    {"XML", BYTES("<?xml version=\"1.0\"?>\n<error/>\n"), "D002 1:1"},
    {"HTML behind a mark", BYTES("\xef\xbb\xbf<html>"), "D002 1:1"},
    {"JSON object", BYTES("{\"error\":1}"), "D002 1:1"},
    {"JSON list", BYTES("[]\n"), "D002 1:1"},
    {"UTF-16",
        BYTES("\xff\xfe"
              "f\0l\0o\0w\0\n\0"),
        "D003 1:4"},
    {"NUL in a field", BYTES(NAMES "X,U\0S,wood,2025-07,1,\n"), "D003 2:4"},
    {"cut in a line", BYTES(NAMES GOOD "X,US,wo"), "D004 3:7"},
    {"cut before the line end", BYTES(NAMES "X,US,wood,2025-07,1,"), "D004 2:20"},
    {"cut between CR and LF", BYTES(NAMES "X,US,wood,2025-07,1,\r"), "D004 2:21"},
    {"Latin-1", BYTES(NAMES GOOD "X,US,caf\xe9,2025-07,1,\n"), "D005 3:9"},
    {"overlong UTF-8", BYTES("\xc0\xaf,b\n"), "D005 1:1"},
    {"gzip", BYTES("\x1f\x8b\x08\x01\n"), "D005 1:2"},
    {"CR line ends", BYTES("flow,partner\rX,US\r\n"), "D006 1:13"},
    /* CSV */
    {"quote inside a field", BYTES(NAMES "X,U\"S,wood,2025-07,1,\n"), "D008 2:4"},
    {"text behind a quoted field", BYTES(NAMES "X,\"US\"a,wood,2025-07,1,\n"), "D008 2:7"},
    {"blank behind a quoted field", BYTES(NAMES "X,\"US\" ,wood,2025-07,1,\n"), "D008 2:7"},
    {"quote that never ends", BYTES(NAMES GOOD "X,\"US,wood,2025-07,1,\n" GOOD), "D008 3:3"},
    {"too few fields", BYTES(NAMES "X,US,wood,2025-07,1\n"), "D012 2:1"},
    {"too many fields", BYTES(NAMES "X,US,wood,2025-07,1,2,\n"), "D012 2:1"},
    {"decimal comma makes a field", BYTES(NAMES "X,US,wood,2025-07,1,5,2\n"), "D012 2:1"},
    /* header */
    {"missing column", BYTES("flow,partner,group,period,value,q\n" GOOD), "D010 1:1"},
    {"missing columns", BYTES("a,b\n1,2\n"), "D010 1:1, D010 1:1, D010 1:1, D010 1:1, D010 1:1, D010 1:1"},
    {"other delimiter", BYTES("flow;partner;group;period;v;q\n"),
        "D010 1:1, D010 1:1, D010 1:1, D010 1:1, D010 1:1, D010 1:1"},
    {"upper-case column", BYTES("Flow,partner,group,period,v,q\n"), "D010 1:1"},
    {"column twice", BYTES("flow,partner,group,period,v,q,v\n"), "D011 1:31"},
    {"blank in a name", BYTES("flow, partner,group,period,v,q\n"), "D010 1:1"},
    /* texts */
    {"unknown flow", BYTES(NAMES "E,US,wood,2025-07,1,\n"), "D014 2:1"},
    {"blank before a text", BYTES(NAMES " X,US,wood,2025-07,1,\n"), "D014 2:1"},
    {"three letters", BYTES(NAMES "X,USA,wood,2025-07,1,\n"), "D015 2:3"},
    {"lower-case country", BYTES(NAMES "X,us,wood,2025-07,1,\n"), "D015 2:3"},
    {"no country", BYTES(NAMES "X,,wood,2025-07,1,\n"), "D015 2:3"},
    {"swapped columns", BYTES(NAMES "X,wood,US,2025-07,1,\n"), "D015 2:3"},
    {"product with a blank", BYTES(NAMES "X,US,a b,2025-07,1,\n"), "D015 2:6"},
    {"product of 60 bytes",
        BYTES(NAMES "X,US,aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff,2025-07,1,\n"),
        "D015 2:6"},
    {"thirteenth month", BYTES(NAMES "X,US,wood,2025-13,1,\n"), "D015 2:11"},
    {"a day", BYTES(NAMES "X,US,wood,2025-07-01,1,\n"), "D015 2:11"},
    /* places */
    {"place behind a quoted line end",
        BYTES("note,flow,partner,group,period,v,q\n\"a\nb\",X,US,wood,2025-07,x,\n"
              "n,X,US,wood,2025-07,y,\n"),
        "D016 2:22, D016 4:21"},
    {"place behind CR LF", BYTES("flow,partner,group,period,v,q\r\n\r\nX,US,wood,2025-07,x,y\r\n"),
        "D016 3:19, D016 3:21"},
    {"several faults of several rows", BYTES(NAMES "E,USA,wood,2025-07,1,\n" GOOD "X,US,wood,2025,n,1\nX\n"),
        "D014 2:1, D015 2:3, D015 4:11, D016 4:16, D012 5:1"},
};

static void refuses_poison_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct fixture f;
        decode_with(&f, plain_feed, refused[i].bytes, refused[i].len);
        assert_faults(&f, refused[i].name, refused[i].faults);
        fixture_deinit(&f);
    }
}

static const struct {
    const char *text;
    int64_t figure;    /* in thousandths, scale 1000; −1: refused */
    const char *fault; /* code */
    const char *hint;  /* part of it */
} figures[] = {
    {"0", 0, NULL, NULL},
    {"1", 1000 * 1000, NULL, NULL},
    {"+1", 1000 * 1000, NULL, NULL},
    {"0.000001", 1, NULL, NULL},
    {"0.0000005", 1, NULL, NULL},
    {"281249.04", INT64_C(281249040000), NULL, NULL},
    {"9007199254740.993", INT64_C(9007199254740993000), NULL, NULL}, /* beyond a double's 2^53 */
    {"0007", 7000 * 1000, NULL, NULL},
    {"9223372036854.775808", -1, "D017", NULL},
    {"99999999999999999999", -1, "D017", NULL},
    {"1e3", -1, "D016", "exponent"},
    {"1E400", -1, "D016", "exponent"},
    {"NaN", -1, "D016", "empty"},
    {"inf", -1, "D016", "empty"},
    {"-", -1, "D016", "empty"},
    {"n/a", -1, "D016", "empty"},
    {":", -1, "D016", "empty"},
    {"\"1,234\"", -1, "D016", "thousands"},
    {"\"281249,04\"", -1, "D016", "decimals"},
    {"1 234", -1, "D016", "thousands"},
    {"1\xc2\xa0"
     "234",
        -1, "D016", "thousands"},
    {"1'234", -1, "D016", "thousands"},
    {"1.234.567", -1, "D016", "thousands"},
    {"1.", -1, "D016", "decimals"},
    {".5", -1, "D016", "decimals"},
    {" 1", -1, "D016", "thousands"},
    {"0x10", -1, "D016", "digits"},
    {"12p", -1, "D016", "digits"},
    {"1_000", -1, "D016", "digits"},
    {"--1", -1, "D016", NULL},
};

static void figures_are_exact_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char csv[256];
        snprintf(csv, sizeof csv, NAMES "X,US,wood,2025-07,%s,\n", figures[i].text);
        struct fixture f;
        decode(&f, csv);
        if (figures[i].fault != NULL) {
            char expected[32];
            snprintf(expected, sizeof expected, "%s 2:19", figures[i].fault);
            assert_faults(&f, figures[i].text, expected);
            if (figures[i].hint != NULL && strstr(f.diags.items[0].hint, figures[i].hint) == NULL)
                fail_msg("%s: hint \"%s\"", figures[i].text, f.diags.items[0].hint);
        } else if (f.r != 0 || f.rows.items[0].figure[COLUMN_VALUE] != figures[i].figure) {
            fail_msg("%s: not read exactly", figures[i].text);
        }
        fixture_deinit(&f);
    }
}

static void negative_figures_are_for_the_gate(void **state)
{
    (void)state;
    struct fixture f;
    decode(&f, NAMES "X,US,wood,2025-07,-1.5,\n");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.rows.items[0].figure[COLUMN_VALUE], -1500 * 1000);
    fixture_deinit(&f);
}

static void missing_column_is_named_with_those_there_are(void **state)
{
    (void)state;
    struct fixture f;
    decode(&f, "flow,partner,group,perod,v,q\n");
    assert_faults(&f, "perod", "D010 1:1");
    assert_string_equal(f.diags.items[0].text, "the payload has no column \"period\"; it has \"flow\", "
                                               "\"partner\", \"group\", \"perod\", \"v\", \"q\"");
    assert_non_null(strstr(f.diags.items[0].hint, "\"perod\""));
    fixture_deinit(&f);
}

static void cited_text_is_cut_and_escaped(void **state)
{
    (void)state;
    struct fixture f;
    decode(&f, NAMES "X,US,wood,2025-07,\x1b[31m\x7f,\n"
                     "X,US,wood,2025-07,abcdefghijabcdefghijabcdefghijabcdefghijx,\n"
                     "X,US,wood,2025-07,bcdefghijabcdefghijabcdefghijabcdefghij\xe1\xba\xbfx,\n");
    assert_faults(&f, "cited", "D016 2:19, D016 3:19, D016 4:19");
    assert_string_equal(f.diags.items[0].text, "value \"\\x1b[31m\\x7f\" is not a number");
    assert_string_equal(
        f.diags.items[1].text, "value \"abcdefghijabcdefghijabcdefghijabcdefghij…\" is not a number");
    assert_string_equal(
        f.diags.items[2].text, "value \"bcdefghijabcdefghijabcdefghijabcdefghij…\" is not a number");
    fixture_deinit(&f);
}

static void stops_after_two_hundred_faults(void **state)
{
    (void)state;
    struct buf csv;
    buf_init(&csv, 1 << 20);
    buf_puts(&csv, NAMES);
    for (int i = 0; i < 5000; i++)
        buf_puts(&csv, "X,US,wood,2025-07,x,\n");
    struct fixture f;
    decode(&f, buf_text(&csv));
    assert_int_equal(f.r, -EBADMSG);
    assert_int_equal(f.diags.errors, DIAG_MAX);
    fixture_deinit(&f);
    buf_deinit(&csv);
}

static void too_wide_and_too_large_payloads_are_refused(void **state)
{
    (void)state;
    struct buf csv;
    buf_init(&csv, 4 << 20);
    for (int i = 0; i <= RECORD_FIELDS_MAX; i++)
        buf_printf(&csv, "c%d%s", i, i < RECORD_FIELDS_MAX ? "," : "\n");
    struct fixture f;
    decode(&f, buf_text(&csv));
    assert_faults(&f, "wide", "D009 1:1");
    fixture_deinit(&f);
    buf_clear(&csv);
    while (csv.len <= 1 << 20)
        buf_puts(&csv, NAMES);
    decode(&f, buf_text(&csv));
    assert_faults(&f, "large", "D007 0:0");
    fixture_deinit(&f);
    buf_deinit(&csv);
}

static const char rich_feed[] =
    HEAD "csv: { delimiter: \";\" }\n"
         "fields:\n"
         "  reporter: { column: r, map: { VNM: VN } }\n"
         "  flow:     { value: import }\n"
         "  partner:  { value: W }\n"
         "  product:  { column: hs }\n"
         "  period:   { column: p }\n"
         "  value:    { column: v }\n"
         "  quantity: { column: q, scale: 10 }\n"
         "  weight:   { column: w, scale: 100 }\n"
         "  unit:     { column: u, map: { TNE: t, NMB: pcs } }\n"
         "  flags:    { column: s, map: { \"\": none, p: preliminary, c: suppressed } }\n";

static void reads_units_weights_and_flags(void **state)
{
    (void)state;
    static const char csv[] = "r;hs;p;v;q;w;u;s\n"
                              "VNM;7210;202501;1;2;3.5;TNE;p\n"
                              "VNM;8501;202501;;4;;NMB;\n"
                              "VNM;8502;202501;;;;;c\n";
    struct fixture f;
    decode_with(&f, rich_feed, csv, sizeof csv - 1);
    assert_int_equal(f.r, 0);
    assert_int_equal(f.rows.len, 3);
    const struct observation *rows = f.rows.items;
    assert_string_equal(rows[0].reporter, "VN");
    assert_string_equal(rows[0].partner, "W");
    assert_int_equal(rows[0].flow, FLOW_IMPORT);
    assert_string_equal(rows[0].product, "7210");
    assert_int_equal(rows[0].figure[COLUMN_VALUE], 1000);
    assert_int_equal(rows[0].figure[COLUMN_QUANTITY], 20 * 1000);
    assert_int_equal(rows[0].figure[COLUMN_WEIGHT], 350 * 1000);
    assert_string_equal(rows[0].unit, "t");
    assert_int_equal(rows[0].flags, OBSERVATION_PRELIMINARY);
    assert_string_equal(rows[1].unit, "pcs");
    assert_int_equal(rows[1].flags, 0);
    assert_string_equal(rows[2].unit, "");
    assert_int_equal(rows[2].flags, OBSERVATION_SUPPRESSED);
    assert_false(rows[2].present[COLUMN_VALUE]);
    fixture_deinit(&f);
}

static void units_and_flags_outside_the_map_are_refused(void **state)
{
    (void)state;
    static const char csv[] = "r;hs;p;v;q;w;u;s\n"
                              "VNM;7210;202501;1;2;;KGM;\n"
                              "VNM;7210;202501;1;2;;;\n"
                              "VNM;7210;202501;1;;;;z\n";
    struct fixture f;
    decode_with(&f, rich_feed, csv, sizeof csv - 1);
    assert_faults(&f, "rich", "D014 2:22, D018 3:22, D014 4:22");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows),
        cmocka_unit_test(accepts_what_the_shape_allows),
        cmocka_unit_test(refuses_poison_with_its_place),
        cmocka_unit_test(figures_are_exact_or_refused),
        cmocka_unit_test(negative_figures_are_for_the_gate),
        cmocka_unit_test(missing_column_is_named_with_those_there_are),
        cmocka_unit_test(cited_text_is_cut_and_escaped),
        cmocka_unit_test(stops_after_two_hundred_faults),
        cmocka_unit_test(too_wide_and_too_large_payloads_are_refused),
        cmocka_unit_test(reads_units_weights_and_flags),
        cmocka_unit_test(units_and_flags_outside_the_map_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
