/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/code daemon/core/country daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/descriptor feeds/vocabulary feeds/ask feeds/url feeds/figure_rows feeds/rate_columns daemon/core/rates feeds/format feeds/number feeds/notices_form daemon/core/date feeds/fields_check feeds/condition feeds/unpack feeds/payload */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/country.h"
#include "feeds/descriptor.h"
#include "io/yaml.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct descriptor descriptor;
    int r;
};

static void read_text(struct fixture *f, const char *yaml)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("feed.yaml", slice_of(yaml), &f->arena, &document, &f->diags), 0);
    f->r = descriptor_read(document, &f->descriptor, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    descriptor_deinit(&f->descriptor);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

/* A sound descriptor, line by line; a case of the table replaces one line. */
static const char *const sound[] = {
    "feed: a-feed",                                                  /* 1 */
    "title: A feed",                                                 /* 2 */
    "url: https://example.org/a.csv",                                /* 3 */
    "licence: free",                                                 /* 4 */
    "interval: 1h",                                                  /* 5 */
    "csv: { delimiter: \";\" }",                                     /* 6 */
    "end: { rows_at_least: 10 }",                                    /* 7 */
    "fields:",                                                       /* 8 */
    "  reporter: { value: VN }",                                     /* 9 */
    "  flow: { column: flow, map: { X: export, M: import } }",       /* 10 */
    "  partner: { column: partner }",                                /* 11 */
    "  product: { column: group, prefix: \"nso:\" }",                /* 12 */
    "  period: { column: period }",                                  /* 13 */
    "  value: { column: value, scale: 1000 }",                       /* 14 */
    "  quantity: { column: quantity, unit: t }",                     /* 15 */
    "  weight: { column: weight, scale: 100 }",                      /* 16 */
    "  flags: { column: status, map: { p: preliminary, x: none } }", /* 17 */
};

enum { LINES = sizeof sound / sizeof *sound };

static void read_with(struct fixture *f, int line, const char *text)
{
    char yaml[4096];
    size_t n = 0;
    for (int i = 1; i <= LINES; i++)
        n += (size_t)snprintf(yaml + n, sizeof yaml - n, "%s\n", i == line ? text : sound[i - 1]);
    read_text(f, yaml);
}

static void reads_every_key(void **state)
{
    (void)state;
    struct fixture f;
    read_with(&f, 0, NULL);
    arena_deinit(&f.arena); /* texts are copies */
    assert_int_equal(f.r, 0);
    const struct descriptor *d = &f.descriptor;
    assert_string_equal(d->feed, "a-feed");
    assert_string_equal(d->title, "A feed");
    assert_string_equal(d->url, "https://example.org/a.csv");
    assert_string_equal(d->licence, "free");
    assert_string_equal(d->file, "feed.yaml");
    assert_int_equal(d->format, FEED_CSV);
    assert_int_equal(d->interval_s, 3600);
    assert_int_equal(d->rows_at_least, 10);
    assert_int_equal(d->delimiter, ';');
    assert_true(d->max_bytes > 0);
    assert_int_equal(d->publication_lag_s, 45 * 86400);
    assert_false(d->absent_is_zero);
    assert_false(d->fields[FIELD_PARTNER].has_codes);
    assert_string_equal(d->fields[FIELD_REPORTER].value, "VN");
    assert_null(d->fields[FIELD_REPORTER].column);
    assert_string_equal(d->fields[FIELD_FLOW].column, "flow");
    assert_int_equal(d->fields[FIELD_FLOW].map_len, 2);
    assert_string_equal(d->fields[FIELD_FLOW].map[1].from, "M");
    assert_string_equal(d->fields[FIELD_FLOW].map[1].to, "import");
    assert_string_equal(d->fields[FIELD_PRODUCT].prefix, "nso:");
    assert_string_equal(d->fields[FIELD_PARTNER].prefix, "");
    assert_int_equal(d->fields[FIELD_VALUE].scale, 1000);
    assert_int_equal(d->fields[FIELD_QUANTITY].scale, 1);
    assert_string_equal(d->fields[FIELD_QUANTITY].unit, "t");
    assert_false(d->fields[FIELD_UNIT].given);
    assert_true(d->fields[FIELD_FLAGS].given);
    fixture_deinit(&f);
}

static const struct {
    const char *name;
    int line;
    const char *text, *code;
} faults[] = {
    {"interval without a url", 3, "", "F010"},
    {"unknown meaning of absence", 4, "licence: l\nabsent: none", "K006"},
    {"lag without a unit", 4, "licence: l\npublication_lag: 35", "K004"},
    {"lag of years", 4, "licence: l\npublication_lag: 400d", "K005"},
    {"unknown code list", 11, "  partner: { column: partner, codes: iso }", "K006"},
    {"codes of a product", 12, "  product: { column: group, codes: iso3 }", "F003"},
    {"constant with codes", 9, "  reporter: { value: VN, codes: iso3 }", "F006"},
    {"upper-case name", 1, "feed: Nso", "K004"},
    {"long name", 1, "feed: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "F002"},
    {"empty title", 2, "title: \"\"", "F009"},
    {"empty licence", 4, "licence: \"\"", "F009"},
    {"other scheme", 3, "url: ftp://example.org/a.csv", "F001"},
    {"no scheme", 3, "url: example.org/a.csv", "F001"},
    {"no host", 3, "url: https:///a.csv", "F001"},
    {"password in the URL", 3, "url: https://me:secret@example.org/", "F001"},
    {"blank in the URL", 3, "url: https://example.org/a b", "F001"},
    {"polls too often", 5, "interval: 59s", "K005"},
    {"unknown key", 5, "intervall: 1h", "K001"},
    {"unknown delimiter", 6, "csv: { delimiter: \":\" }", "K006"},
    {"no rows promised", 7, "end: { rows_at_least: 0 }", "K005"},
    {"reporter is no country", 9, "  reporter: { value: VNM }", "F004"},
    {"constant and column", 9, "  reporter: { value: VN, column: a }", "F006"},
    {"constant with a map", 9, "  reporter: { value: VN, map: { a: VN } }", "F006"},
    {"neither", 9, "  reporter: {}", "F006"},
    {"text instead of a map", 9, "  reporter: VN", "K003"},
    {"flow means nothing", 10, "  flow: { column: flow, map: { X: exports } }", "F004"},
    {"map is a list", 10, "  flow: { column: flow, map: [export] }", "F005"},
    {"empty map", 10, "  flow: { column: flow, map: {} }", "F005"},
    {"nested map", 10, "  flow: { column: flow, map: { X: [export] } }", "F005"},
    {"constant flow is wrong", 10, "  flow: { value: X }", "F004"},
    {"scale of a text", 11, "  partner: { column: partner, scale: 10 }", "F003"},
    {"column without a name", 11, "  partner: { column: \"\" }", "F006"},
    {"prefix of no code", 12, "  product: { column: group, prefix: \"n so:\" }", "F004"},
    {"constant period", 13, "  period: { value: 2025-01 }", "F006+F003"},
    {"decimal scale", 14, "  value: { column: value, scale: 0.5 }", "K004"},
    {"negative scale", 14, "  value: { column: value, scale: -1 }", "K005"},
    {"scale of no power of ten", 14, "  value: { column: value, scale: 12 }", "F007"},
    {"unit of a value", 14, "  value: { column: value, unit: t }", "F003"},
    {"where of a text", 11, "  partner: { column: partner, where: { a: b } }", "F003"},
    {"where names no column", 14, "  value: { column: value, where: value }", "F014"},
    {"where names two columns", 14, "  value: { column: value, where: { a: b, c: d } }", "F014"},
    {"where for one of three figures", 14, "  value: { column: value, where: { a: b } }", "F014+F014"},
    {"optional figure", 14, "  value: { column: value, optional: true }", "F003"},
    {"map of a figure to a word", 14, "  value: { column: value, map: { a: word } }", "F004"},
    {"unknown notation", 4, "licence: l\nnumbers: 1 234.5", "K006"},
    {"unknown word for months to come", 4, "licence: l\nunpublished: zeros", "K006"},
    {"others without a list", 11, "  partner: { column: partner, others: skip }", "F012"},
    {"others with a map that means nothing", 12, "  product: { column: g, map: { T: skip }, others: skip }",
        "F012"},
    {"others of a period", 13, "  period: { column: p, map: { T: skip }, others: skip }", "F003+F012"},
    {"month that is none", 13, "  period: { column: y, digits: 4 }\n  month: { column: m, map: { a: 13 } }",
        "F004"},
    {"text above a table in CSV", 13, "  period: { above: \"%m/%Y\" }", "F012"},
    {"text above without a year", 13, "  period: { above: \"month %m\" }", "F006+F012"},
    {"text above and a column", 13, "  period: { above: \"%m/%Y\", column: p }", "F006+F012"},
    {"workbook of a feed that is asked", 6, "xlsx: { sheet: s }", "F011"},
    {"quantity without a unit", 15, "  quantity: { column: quantity }", "F008"},
    {"two units", 16, "  unit: { column: u }", "F008"},
    {"unit with a blank", 15, "  quantity: { column: quantity, unit: \"1 000\" }", "F008"},
    {"unit without a quantity", 15, "  unit: { column: u }", "F008"},
    {"digits of a country", 11, "  partner: { column: partner, digits: 2 }", "F003"},
    {"constant with digits", 12, "  product: { value: \"030617\", digits: 6 }", "F006"},
    {"too many digits", 12, "  product: { column: group, digits: 11 }", "K005"},
    {"unknown sum", 4, "licence: l\naggregate: mean", "K006"},
    {"unknown flag", 17, "  flags: { column: status, map: { p: provisional } }", "F004"},
};

static void each_fault_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct fixture f;
        read_with(&f, faults[i].line, faults[i].text);
        bool found = false;
        for (size_t k = 0; k < f.diags.len; k++)
            found |= strstr(faults[i].code, f.diags.items[k].code) != NULL && f.diags.items[k].line > 0 &&
                     f.diags.items[k].column > 0 && strcmp(f.diags.items[k].file, "feed.yaml") == 0;
        size_t expected = strlen(faults[i].code) / 4;
        if (f.r != -EINVAL || !found || f.diags.errors != expected) {
            for (size_t k = 0; k < f.diags.len; k++)
                print_message("%s\n", diag_line(&f.diags, &f.diags.items[k]));
            fail_msg("%s: expected %s alone", faults[i].name, faults[i].code);
        }
        assert_null(f.descriptor.feed); /* untouched */
        fixture_deinit(&f);
    }
}

static void required_fields_are_required(void **state)
{
    (void)state;
    for (int line = 9; line <= 14; line++) {
        struct fixture f;
        read_with(&f, line, "");
        assert_int_equal(f.r, -EINVAL);
        assert_string_equal(f.diags.items[0].code, "K002");
        fixture_deinit(&f);
    }
}

static void all_faults_are_reported_at_once(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "feed: A\ntitle: t\nurl: x\nlicence: l\nend: { rows_at_least: no }\nfields:\n"
                  "  reporter: { value: xx }\n  flow: { colunm: f }\n");
    assert_int_equal(f.r, -EINVAL);
    static const struct {
        int line;
        const char *code;
    } expected[] = {{1, "K004"}, {3, "F001"}, {5, "K004"}, {7, "F004"}, {8, "K001"}, {8, "F006"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        bool found = false;
        for (size_t k = 0; k < f.diags.len; k++)
            found |= f.diags.items[k].line == expected[i].line &&
                     strcmp(f.diags.items[k].code, expected[i].code) == 0;
        if (!found)
            fail_msg("no %s in line %d", expected[i].code, expected[i].line);
    }
    fixture_deinit(&f);
}

static void tab_is_a_word(void **state)
{
    (void)state;
    struct fixture f;
    read_with(&f, 6, "csv: { delimiter: tab }");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.descriptor.delimiter, '\t');
    fixture_deinit(&f);
    read_with(&f, 6, "");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.descriptor.delimiter, ',');
    fixture_deinit(&f);
}

static void unit_may_come_from_a_column(void **state)
{
    (void)state;
    struct fixture f;
    read_with(&f, 15, "  quantity: { column: q }\n  unit: { column: u, map: { TNE: t } }");
    assert_int_equal(f.r, 0);
    assert_string_equal(f.descriptor.fields[FIELD_QUANTITY].unit, "");
    assert_string_equal(f.descriptor.fields[FIELD_UNIT].column, "u");
    fixture_deinit(&f);
}

static void feed_without_a_url_is_imported_only(void **state)
{
    (void)state;
    struct fixture f;
    char yaml[2048];
    size_t n = 0;
    for (int i = 1; i <= LINES; i++)
        if (i != 3 && i != 5)
            n += (size_t)snprintf(yaml + n, sizeof yaml - n, "%s\n", sound[i - 1]);
    read_text(&f, yaml);
    assert_int_equal(f.r, 0);
    assert_null(f.descriptor.url);
    fixture_deinit(&f);
}

static void lag_and_absence_are_read(void **state)
{
    (void)state;
    struct fixture f;
    read_with(&f, 4, "licence: free\npublication_lag: 35d\nabsent: zero");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.descriptor.publication_lag_s, 35 * 86400);
    assert_true(f.descriptor.absent_is_zero);
    fixture_deinit(&f);
    read_with(&f, 4, "licence: free\nabsent: unknown");
    assert_int_equal(f.r, 0);
    assert_false(f.descriptor.absent_is_zero);
    fixture_deinit(&f);
}

static void codes_and_a_map_go_together(void **state)
{
    (void)state;
    struct fixture f;
    read_with(&f, 11, "  partner: { column: partner, codes: iso3, map: { WLD: W } }");
    assert_int_equal(f.r, 0);
    assert_true(f.descriptor.fields[FIELD_PARTNER].has_codes);
    assert_int_equal(f.descriptor.fields[FIELD_PARTNER].codes, COUNTRY_ISO3);
    assert_int_equal(f.descriptor.fields[FIELD_PARTNER].map_len, 1);
    fixture_deinit(&f);
}

static void read_shipped(struct fixture *f, const char *path)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_load(path, &f->arena, &document, NULL, &f->diags), 0);
    assert_int_equal(descriptor_read(document, &f->descriptor, &f->diags), 0);
}

static void shipped_descriptors_read(void **state)
{
    (void)state;
    struct fixture f;
    read_shipped(&f, "feeds/sample/vn-nso-sample.feed.yaml");
    assert_string_equal(f.descriptor.feed, "vn-nso-sample");
    assert_int_equal(f.descriptor.fields[FIELD_VALUE].scale, 1000);
    fixture_deinit(&f);
    read_shipped(&f, "feeds/us-census-hs2.feed.yaml");
    assert_string_equal(f.descriptor.feed, "us-census-hs2");
    assert_null(f.descriptor.url); /* nobody who has not its files is hurt by it */
    assert_true(f.descriptor.absent_is_zero);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_key),
        cmocka_unit_test(each_fault_is_named),
        cmocka_unit_test(required_fields_are_required),
        cmocka_unit_test(all_faults_are_reported_at_once),
        cmocka_unit_test(tab_is_a_word),
        cmocka_unit_test(unit_may_come_from_a_column),
        cmocka_unit_test(feed_without_a_url_is_imported_only),
        cmocka_unit_test(lag_and_absence_are_read),
        cmocka_unit_test(codes_and_a_map_go_together),
        cmocka_unit_test(shipped_descriptors_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
