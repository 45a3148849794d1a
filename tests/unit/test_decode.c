/* link: tests/support/cases tests/support/rows daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/figure_rows feeds/rate_columns daemon/core/rates feeds/caption feeds/format feeds/notices_form feeds/fields_check feeds/condition feeds/unpack */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/period.h"
#include "feeds/decode.h"
#include "io/yaml.h"
#include "tests/support/cases.h"
#include "tests/support/rows.h"

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
    size_t parts;
    const struct rates *rates;
    int r;
};

static void decode_by(
    struct fixture *f, const char *feed, const struct countries *countries, struct slice payload)
{
    const struct node *document;
    *f = (struct fixture){.parts = f->parts, .rates = f->rates};
    assert_int_equal(yaml_parse("feed.yaml", slice_of(feed), &f->arena, &document, &f->diags), 0);
    assert_int_equal(descriptor_read(document, &f->descriptor, &f->diags), 0);
    struct decode_input input = {&f->descriptor, countries, payload, "a.csv", f->parts, f->rates};
    struct datasets read;
    f->r = decode_payload(&input, &read, &f->diags);
    rows_of_payload(&read, &f->arena, &f->rows);
    datasets_deinit(&read);
}

static void decode_with(struct fixture *f, const char *feed, const char *bytes, size_t len)
{
    decode_by(f, feed, NULL, (struct slice){bytes, len});
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

/* All faults as "CODE line:column, …", in order. */
static void put_faults(const struct fixture *f, struct buf *out)
{
    for (size_t i = 0; i < f->diags.len; i++) {
        const struct diag *diag = &f->diags.items[i];
        buf_printf(out, "%s%s %d:%d", i > 0 ? ", " : "", diag->code, diag->line, diag->column);
        assert_string_equal(diag->file, "a.csv");
    }
}

static bool is_refused(const struct fixture *f)
{
    return f->r == -EBADMSG && f->rows.len == 0 && f->rows.items == NULL;
}

/* Exactly these faults, and no row. */
static void assert_faults(struct fixture *f, const char *name, const char *expected)
{
    struct buf found;
    buf_init(&found, 64 * 1024);
    put_faults(f, &found);
    if (strcmp(buf_text(&found), expected) != 0 || !is_refused(f)) {
        print_faults(f);
        fail_msg("%s: expected %s, found %s (r = %d)", name, expected, buf_text(&found), f->r);
    }
    buf_deinit(&found);
}

static void reads_rows(void **state)
{
    (void)state;
    struct fixture f = {0};
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

/* ---- payloads and figures from tests/cases/decode ---- */

/* A line of a case into bytes: \n \r \\ \xHH, @names and @good. */
static void put_payload_line(const char *text, struct buf *out)
{
    if (strcmp(text, "@names") == 0 || strcmp(text, "@good") == 0) {
        buf_puts(out, text[1] == 'n' ? NAMES : GOOD);
        return;
    }
    for (const char *p = text; *p != '\0'; p++) {
        unsigned byte = (unsigned char)*p;
        if (*p == '\\') {
            p++;
            byte = *p == 'n' ? '\n' : *p == 'r' ? '\r' : (unsigned char)*p;
            if (*p == 'x') {
                assert_int_equal(sscanf(p + 1, "%2x", &byte), 1);
                p += 2;
            }
        }
        char c = (char)byte;
        buf_append(out, &c, 1);
    }
}

/* Decodes the case's payload and compares what came of it with its last line. */
static void check_payload(struct cases *cases)
{
    struct fixture f = {0};
    struct buf payload, found;
    buf_init(&payload, 64 * 1024);
    buf_init(&found, 64 * 1024);
    for (size_t i = 0; i + 1 < cases->len; i++)
        put_payload_line(cases->lines[i].text, &payload);
    decode_with(&f, plain_feed, buf_text(&payload), payload.len);
    put_faults(&f, &found);
    if (f.r == 0)
        buf_printf(&found, "%zu rows", f.rows.len);
    const char *expected = cases->lines[cases->len - 1].text;
    bool consistent = f.r == 0 ? f.diags.len == 0 : is_refused(&f);
    if (!consistent || strncmp(expected, "= ", 2) != 0 || strcmp(expected + 2, buf_text(&found)) != 0)
        cases_fault(cases, cases->len - 1, "it is %s (r = %d)", buf_text(&found), f.r);
    fixture_deinit(&f);
    buf_deinit(&found);
    buf_deinit(&payload);
}

static void payloads_are_taken_whole_or_refused_with_places(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/decode/payloads.txt");
    while (cases_next(&cases))
        check_payload(&cases);
    cases_close(&cases);
}

/* "= 1500" or "= D016 part of the hint": whether that is what came of it. */
static bool figure_is(const struct fixture *f, const char *expected)
{
    if (expected[0] != 'D')
        return f->r == 0 && f->rows.items[0].figure[COLUMN_VALUE] == strtoll(expected, NULL, 10);
    const struct diag *diag = f->diags.len == 1 ? &f->diags.items[0] : NULL;
    const char *hint = expected + strcspn(expected, " ");
    hint += strspn(hint, " ");
    return is_refused(f) && diag != NULL && diag->line == 2 && diag->column == 19 &&
           strncmp(expected, diag->code, strlen(diag->code)) == 0 &&
           (*hint == '\0' || strstr(diag->hint, hint) != NULL);
}

static void figures_are_exact_or_refused(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/decode/figures.txt");
    while (cases_next(&cases)) {
        struct fixture f = {0};
        struct buf csv;
        buf_init(&csv, 1024);
        buf_puts(&csv, NAMES "X,US,wood,2025-07,");
        put_payload_line(cases.lines[0].text, &csv);
        buf_puts(&csv, ",\n");
        decode(&f, buf_text(&csv));
        if (cases.len != 2 || !figure_is(&f, cases.lines[1].text + 2))
            cases_fault(&cases, 1, "it is not so");
        fixture_deinit(&f);
        buf_deinit(&csv);
    }
    cases_close(&cases);
}

static void negative_figures_are_for_the_gate(void **state)
{
    (void)state;
    struct fixture f = {0};
    decode(&f, NAMES "X,US,wood,2025-07,-1.5,\n");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.rows.items[0].figure[COLUMN_VALUE], -1500 * 1000);
    fixture_deinit(&f);
}

static void missing_column_is_named_with_those_there_are(void **state)
{
    (void)state;
    struct fixture f = {0};
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
    struct fixture f = {0};
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
    struct fixture f = {0};
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
    struct fixture f = {0};
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
    struct fixture f = {0};
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
    struct fixture f = {0};
    decode_with(&f, rich_feed, csv, sizeof csv - 1);
    assert_faults(&f, "rich", "D014 2:22, D018 3:22, D014 4:22");
    fixture_deinit(&f);
}

/* ---- code lists of countries ---- */

static const char listed_feed[] = HEAD "fields:\n"
                                       "  reporter: { column: r, codes: m49 }\n"
                                       "  flow:     { value: import }\n"
                                       "  partner:  { column: p, codes: iso3, map: { WLD: W, CHN: HK } }\n"
                                       "  product:  { value: \"00\" }\n"
                                       "  period:   { column: m }\n"
                                       "  value:    { column: v }\n";

static const char list[] = "- { iso2: VN, iso3: VNM, m49: \"704\", name: Viet Nam }\n"
                           "- { iso2: CN, iso3: CHN, m49: \"156\", name: China }\n"
                           "- { iso2: US, iso3: USA, m49: \"842\", name: United States }\n"
                           "- { iso2: EU, name: European Union }\n";

static void decode_listed(struct fixture *f, bool with_list, const char *csv)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct countries countries = COUNTRIES_NULL;
    const struct node *document;
    assert_int_equal(yaml_parse("countries.yaml", slice_of(list), &arena, &document, &diags), 0);
    assert_int_equal(countries_add(&countries, document, &diags), 0);
    decode_by(f, listed_feed, with_list ? &countries : NULL, slice_of(csv));
    countries_deinit(&countries);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
}

static void countries_are_translated_by_their_list(void **state)
{
    (void)state;
    struct fixture f = {0};
    decode_listed(&f, true, "r,p,m,v\n842,VNM,2025-01,1\n842,WLD,2025-01,2\n156,CHN,2025-01,3\n");
    print_faults(&f);
    assert_int_equal(f.r, 0);
    static const char *const expected[][2] = {{"US", "VN"}, {"US", "W"}, {"CN", "HK"}}; /* the map wins */
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(f.rows.items[i].reporter, expected[i][0]);
        assert_string_equal(f.rows.items[i].partner, expected[i][1]);
    }
    fixture_deinit(&f);
}

static void codes_outside_their_list_are_refused(void **state)
{
    (void)state;
    struct fixture f = {0};
    decode_listed(&f, true, "r,p,m,v\n842,VN,2025-01,1\n999,VNM,2025-01,2\n,EU,2025-01,3\n");
    assert_faults(&f, "outside", "D019 2:5, D019 3:1, D019 4:1, D019 4:2");
    assert_string_equal(f.diags.items[0].text, "partner \"VN\" is not in the code list iso3");
    assert_non_null(strstr(f.diags.items[1].hint, "fields.reporter.map"));
    fixture_deinit(&f);
    decode_listed(&f, false, "r,p,m,v\n842,WLD,2025-01,1\n");
    assert_faults(&f, "no list", "D019 2:1");
    fixture_deinit(&f);
}

static void alpha2_codes_beside_a_map_need_no_list(void **state)
{
    (void)state;
    static const char feed[] = HEAD "fields:\n"
                                    "  reporter: { value: US }\n"
                                    "  flow:     { value: import }\n"
                                    "  partner:  { column: p, codes: iso2, map: { \"\": W } }\n"
                                    "  product:  { value: \"00\" }\n"
                                    "  period:   { column: m }\n"
                                    "  value:    { column: v }\n";
    struct fixture f = {0};
    decode_by(&f, feed, NULL, slice_of("p,m,v\nVN,2025-01,1\n,2025-01,2\n"));
    assert_int_equal(f.r, 0);
    assert_string_equal(f.rows.items[0].partner, "VN");
    assert_string_equal(f.rows.items[1].partner, "W");
    fixture_deinit(&f);
    decode_by(&f, feed, NULL, slice_of("p,m,v\nVNM,2025-01,1\n"));
    assert_faults(&f, "alpha-3", "D015 2:1");
    fixture_deinit(&f);
}

/* Re-exports and totals are left out, codes are cut, whatever else stands in such rows. */
static const char cut_feed[] = HEAD "aggregate: sum\n"
                                    "fields:\n"
                                    "  reporter: { value: EU }\n"
                                    "  flow:     { column: f, map: { \"1\": import, \"3\": skip } }\n"
                                    "  partner:  { column: p }\n"
                                    "  product:  { column: c, digits: 6, map: { TOTAL: skip } }\n"
                                    "  period:   { column: m }\n"
                                    "  value:    { column: v }\n";

static void rows_are_left_out_and_codes_cut(void **state)
{
    (void)state;
    struct fixture f = {0};
    decode_by(&f, cut_feed, NULL,
        slice_of("v,c,p,m,f\n1,03061710,VN,2025-01,1\n2,03061790,VN,2025-01,1\n3,03061710,VN,2025-01,3\n"
                 "x,03,viet nam,never,3\n4,TOTAL,VN,2025-01,1\n5,030617,VN,2025-02,1\n"));
    print_faults(&f);
    assert_int_equal(f.r, 0);
    assert_int_equal(f.rows.len, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(f.rows.items[i].product, "030617");
    assert_int_equal(f.rows.items[1].figure[COLUMN_VALUE], 2000);
    assert_int_equal(f.rows.items[2].figure[COLUMN_VALUE], 5000);
    fixture_deinit(&f);
    decode_by(&f, cut_feed, NULL, slice_of("v,c,p,m,f\n1,0306,VN,2025-01,1\n1,030617,VN,2025-01,2\n"));
    assert_faults(&f, "short code and unknown flow", "D020 2:3, D014 3:21");
    fixture_deinit(&f);
}

/* Enough rows that parts of them are worth threads: three of four have quotes. */
enum { PART_ROWS = 60000 };

static void put_many_rows(struct buf *csv, const char *odd)
{
    buf_puts(csv, NAMES);
    for (int i = 0; i < PART_ROWS; i++) {
        if (i == PART_ROWS - 10)
            buf_puts(csv, odd);
        buf_printf(csv, i % 4 == 0 ? "X,US,p%d,%d-%02d,%d,\n" : "\"X\",US,\"p%d\",\"%d-%02d\",%d,\n", i / 12,
            2025, i % 12 + 1, i);
    }
}

static void compare_parts(const char *odd, size_t parts)
{
    struct buf csv;
    struct fixture one = {.parts = 1}, many = {.parts = parts};
    buf_init(&csv, 4 * 1024 * 1024);
    put_many_rows(&csv, odd);
    decode_by(&one, plain_feed, NULL, (struct slice){csv.data, csv.len});
    decode_by(&many, plain_feed, NULL, (struct slice){csv.data, csv.len});
    assert_int_equal(one.r, many.r);
    assert_int_equal(one.rows.len, many.rows.len);
    assert_int_equal(one.diags.len, many.diags.len);
    for (size_t i = 0; i < one.diags.len; i++)
        assert_string_equal(
            diag_line(&one.diags, &one.diags.items[i]), diag_line(&many.diags, &many.diags.items[i]));
    int64_t sum = 0, sum_of_parts = 0;
    for (size_t i = 0; i < one.rows.len; i++) {
        sum += one.rows.items[i].figure[COLUMN_VALUE];
        sum_of_parts += many.rows.items[i].figure[COLUMN_VALUE];
    }
    assert_int_equal(sum, sum_of_parts);
    fixture_deinit(&one);
    fixture_deinit(&many);
    buf_deinit(&csv);
}

/* Also where a part would begin inside quotes, and where a fault's line must be counted through parts. */
static void parts_give_what_the_whole_gives(void **state)
{
    (void)state;
    static char long_field[900 * 1024];
    static const char *const odd[] = {
        "", "X,US,wood,2025-07,x,\n", "X,US,wood,2025-07,1,\n\n\n", "X,\"US\n", "X,US\n", long_field};
    snprintf(long_field, sizeof long_field, "\"");
    for (size_t n = 1; n < sizeof long_field - 40; n += 8)
        snprintf(long_field + n, sizeof long_field - n, "1234567\n");
    snprintf(long_field + strlen(long_field), 40, "\",US,wood,2025-07,1,2\n");
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (size_t parts = 2; parts <= 5; parts++)
            compare_parts(odd[i], parts);
}

/* ---- other currencies ---- */

static const char euro_feed[] =
    HEAD "fields:\n"
         "  reporter: { value: VN }\n"
         "  flow:     { column: flow, map: { X: export, M: import } }\n"
         "  partner:  { column: partner }\n"
         "  product:  { column: group, prefix: \"nso:\" }\n"
         "  period:   { column: period }\n"
         "  value:    { column: v, scale: 1000, currency: EUR, map: { \"-\": skip } }\n"
         "  quantity: { column: q, unit: t }\n";

/* EUR in 2025-07 is 1.1746 USD, in 2025-08 1.2 USD. */
static void decode_euros(struct fixture *f, const char *csv)
{
    static const struct rate known[] = {
        {"USD", 2025 * 12 + 6, INT64_C(1174600000000)}, {"USD", 2025 * 12 + 7, INT64_C(1200000000000)}};
    struct rates rates = {alloc_zeroed(1, sizeof *rates.sources), 1};
    rate_source_init(&rates.sources[0], "ecb", "EUR");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        rate_source_put(&rates.sources[0], &known[i]);
    f->rates = &rates;
    decode_by(f, euro_feed, NULL, slice_of(csv));
    f->rates = NULL;
    rates_deinit(&rates);
}

static void values_are_converted_by_their_month(void **state)
{
    (void)state;
    struct fixture f = {0};
    decode_euros(&f, NAMES "X,US,wood,2025-07,1.5,2\nX,US,wood,2025-08,1.5,2\nX,CN,wood,2025-07,0.0000004,\n"
                           "X,US,steel,2025-09,-,\nX,US,steel,2025-07,,3\n");
    print_faults(&f);
    assert_int_equal(f.r, 0);
    assert_int_equal(f.rows.len, 4);
    assert_int_equal(f.rows.items[0].figure[COLUMN_VALUE], 1761900);
    assert_int_equal(f.rows.items[0].figure[COLUMN_QUANTITY], 2000);
    assert_int_equal(f.rows.items[1].figure[COLUMN_VALUE], 1800000);
    assert_int_equal(f.rows.items[2].figure[COLUMN_VALUE], 0); /* 0.47 of a thousandth */
    assert_false(f.rows.items[3].present[COLUMN_VALUE]);
    fixture_deinit(&f);
}

/* Once for each month, and beside other faults. */
static void a_month_without_a_rate_is_said_once(void **state)
{
    (void)state;
    struct fixture f = {0};
    decode_euros(&f,
        NAMES "X,US,wood,2025-09,1,2\nX,CN,wood,2025-07,1,\nX,CN,wood,2025-09,1,\nX,JP,wood,2025-10,1,\n"
              "X,US,wood,x,1,\nX,US,wood,2025-07,1e3,\n");
    assert_faults(&f, "months", "D057 2:19, D057 5:19, D015 6:11, D016 7:19");
    assert_non_null(
        strstr(f.diags.items[0].text, "EUR to USD is known for 2025-09; the newest one is of 2025-08"));
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows),
        cmocka_unit_test(payloads_are_taken_whole_or_refused_with_places),
        cmocka_unit_test(figures_are_exact_or_refused),
        cmocka_unit_test(negative_figures_are_for_the_gate),
        cmocka_unit_test(missing_column_is_named_with_those_there_are),
        cmocka_unit_test(cited_text_is_cut_and_escaped),
        cmocka_unit_test(stops_after_two_hundred_faults),
        cmocka_unit_test(too_wide_and_too_large_payloads_are_refused),
        cmocka_unit_test(reads_units_weights_and_flags),
        cmocka_unit_test(units_and_flags_outside_the_map_are_refused),
        cmocka_unit_test(countries_are_translated_by_their_list),
        cmocka_unit_test(codes_outside_their_list_are_refused),
        cmocka_unit_test(alpha2_codes_beside_a_map_need_no_list),
        cmocka_unit_test(rows_are_left_out_and_codes_cut),
        cmocka_unit_test(values_are_converted_by_their_month),
        cmocka_unit_test(a_month_without_a_rate_is_said_once),
        cmocka_unit_test(parts_give_what_the_whole_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
