/* link: tests/support/rows tests/support/cases tests/support/decoding tests/support/workbooks tests/support/random daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/ask feeds/url feeds/payload feeds/vocabulary feeds/words feeds/figure_rows feeds/rate_columns daemon/core/rates feeds/caption feeds/format feeds/notices_form feeds/fields_check feeds/condition feeds/unpack */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/number.h"
#include "tests/support/decoding.h"
#include "tests/support/workbooks.h"

/* A sheet with a title, its unit, a header and rows, as statistics offices write them. */
static const char table[] =
    "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\nformat: xlsx\n"
    "xlsx: { sheet: \"XUẤT KHẨU\", says: \"Nghìn USD\" }\n"
    "fields:\n"
    "  reporter: { value: VN }\n"
    "  flow:     { value: export }\n"
    "  partner:  { column: \"Nước\", map: { \"Mỹ\": US, \"Trung Quốc\": CN, \"TỔNG TRỊ GIÁ\": skip } }\n"
    "  product:  { column: HS }\n"
    "  period:   { column: \"Tháng\" }\n"
    "  value:    { column: \"Trị giá\", scale: 1000 }\n";

/* One without a header: columns are letters, and the texts above say the month and the unit. */
static const char letters[] =
    "feed: f\ntitle: t\nlicence: l\nend: { rows_at_least: 1 }\nformat: xlsx\nnumbers: 1.234,5\n"
    "xlsx: { sheet: \"XUẤT KHẨU\", first: Tổng trị giá, units: { Triệu USD: 1000000, USD: 1 } }\n"
    "fields:\n"
    "  reporter: { value: VN }\n"
    "  flow:     { value: export }\n"
    "  partner:  { value: W }\n"
    "  product:  { column: A, prefix: \"nso:\", map: { TỔNG TRỊ GIÁ: total, Sắt thép: steel }, others: skip "
    "}\n"
    "  period:   { above: \"Tháng %m năm %Y\" }\n"
    "  value:    { column: C, map: { \"-\": \"0\" } }\n"
    "  flags:    { value: preliminary }\n";

/* A file that people bring in either format. */
static const char either[] = "feed: f\ntitle: t\nlicence: l\nend: { rows_at_least: 1 }\nnumbers: 1.234,5\n"
                             "csv: { delimiter: ; }\nxlsx: { sheet: EXPORTS }\n"
                             "fields:\n"
                             "  reporter: { value: VN }\n"
                             "  flow:     { value: export }\n"
                             "  partner:  { column: to, codes: census, map: { \"-\": W }, others: skip }\n"
                             "  product:  { column: hs }\n"
                             "  period:   { column: month }\n"
                             "  value:    { column: usd }\n";

static const struct decoding_feed feeds[] = {{"table", table}, {"letters", letters}};
static const struct decoding_feed either_feed = {"either", either};

static void workbooks_are_taken_whole_or_refused_with_cells(void **state)
{
    (void)state;
    decoding_check_cases("tests/cases/decode/xlsx.txt", feeds, 2, workbook_make);
}

static void files_are_taken_in_either_format(void **state)
{
    (void)state;
    decoding_check_cases("tests/cases/decode/either_csv.txt", &either_feed, 1, NULL);
    decoding_check_cases("tests/cases/decode/either_xlsx.txt", &either_feed, 1, workbook_make);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *code, *says;
    } files[] = {
        {"", "D001", "empty"},
        {"<html>", "D002", "HTML or XML, not XLSX"},
        {"{}", "D002", "JSON, not XLSX"},
        {"a,b\n", "D002", "text, not XLSX"},
        {"\xd0\xcf\x11\xe0\xa1\xb1", "D002", "an old Excel file"},
        {"PK\x03\x04", "D029", "truncated or damaged"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct decoding decoding;
        decoding_run(&decoding, table, slice_of(files[i].bytes));
        if (strcmp(decoding.diags.items[0].code, files[i].code) != 0 ||
            strstr(decoding.diags.items[0].text, files[i].says) == NULL)
            fail_msg("%zu: %s", i, diag_line(&decoding.diags, &decoding.diags.items[0]));
        decoding_deinit(&decoding);
    }
}

static void archives_that_inflate_too_much_are_refused(void **state)
{
    (void)state;
    struct buf lines, payload;
    struct decoding decoding;
    buf_init(&lines, 16 << 20);
    buf_init(&payload, 16 << 20);
    buf_puts(&lines, "part xl/x.xml\n");
    for (int i = 0; i < 80000; i++)
        buf_puts(&lines, "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                         "aaaaaaaa/>\n");
    workbook_make((struct slice){buf_text(&lines), lines.len}, &payload);
    decoding_run(&decoding, table, (struct slice){buf_text(&payload), payload.len});
    assert_string_equal(decoding.diags.items[0].code, "D030");
    decoding_deinit(&decoding);
    buf_deinit(&lines);
    buf_deinit(&payload);
}

static void numbers_are_what_was_typed(void **state)
{
    (void)state;
    static const struct {
        const char *stored, *plain;
    } numbers[] = {
        {"12", "12"},
        {"1.2E7", "12000000"},
        {"1.2e+07", "12000000"},
        {"-1.25E-3", "-0.00125"},
        {"281249.03999999998", "281249.04"},
        {"4.4999999999999997E-2", "0.04500000000000000"},
        {"0.10000000000000001", "0.1000000000000000"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"9007199254740993", "9007199254740992"},
        {"123456789012345", "123456789012345"},
        {"1E300", NULL},
        {"1E301", "1E301"},
        {"x", "x"},
        {"E5", "E5"},
        {"1E", "1E"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char buf[NUMBER_SIZE];
        int64_t a = 0, b = 0;
        struct slice plain = number_shortest(slice_of(numbers[i].stored), buf);
        if (numbers[i].plain == NULL) {
            assert_int_equal(plain.len, 301);
            continue;
        }
        /* Zeros at the end mean nothing. */
        if (str_to_fixed(slice_of(numbers[i].plain), 1000000, &a) == 0)
            assert_int_equal(str_to_fixed(plain, 1000000, &b), 0);
        assert_int_equal(a, b);
        if (strchr(numbers[i].plain, '.') == NULL && !slice_equal(plain, numbers[i].plain))
            fail_msg("%s: %.*s", numbers[i].stored, (int)plain.len, plain.data);
    }
}

/* ---- cut and mutated ---- */

static const char small_table[] =
    "stored\n"
    "strings\n"
    "<si><t>XUẤT KHẨU</t></si><si><t>Nước</t></si>\n"
    "sheet A\n"
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"str\"><v>Nghìn USD</v></c></row>\n"
    "<row><c t=\"s\"><v>1</v></c><c t=\"str\"><v>HS</v></c><c t=\"str\"><v>Tháng</v></c><c t=\"str\"><v>Trị "
    "giá</v></c></row>\n"
    "<row><c t=\"str\"><v>Mỹ</v></c><c t=\"str\"><v>72</v></c><c "
    "t=\"str\"><v>2025-01</v></c><c><v>1.5E1</v></c></row>\n";

static void cut_payloads_never_give_rows(void **state)
{
    (void)state;
    struct buf payload;
    buf_init(&payload, 1 << 20);
    workbook_make(slice_of(small_table), &payload);
    struct slice bytes = {buf_text(&payload), payload.len};
    struct decoding decoding;
    decoding_run(&decoding, table, bytes);
    assert_int_equal(decoding.rows.len, 1);
    decoding_deinit(&decoding);
    decoding_check_cuts(table, bytes, bytes.len);
    buf_deinit(&payload);
}

/* 100,000; MUTANTS in the environment makes more of them of each payload. Of the bytes of an archive most are under a checksum: so the
 * lines that it is made of are mutated too. */
static void mutants_give_rows_or_faults(void **state)
{
    (void)state;
    const char *mutants = getenv("MUTANTS");
    size_t n = mutants != NULL ? (size_t)atoi(mutants) : 80000;
    struct buf payload;
    buf_init(&payload, 1 << 20);
    workbook_make(slice_of(small_table), &payload);
    decoding_check_mutants(table, (struct slice){buf_text(&payload), payload.len}, n);
    decoding_check_made_mutants(table, slice_of(small_table), workbook_make, n / 4);
    buf_deinit(&payload);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(workbooks_are_taken_whole_or_refused_with_cells),
        cmocka_unit_test(files_are_taken_in_either_format),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(archives_that_inflate_too_much_are_refused),
        cmocka_unit_test(numbers_are_what_was_typed),
        cmocka_unit_test(cut_payloads_never_give_rows),
        cmocka_unit_test(mutants_give_rows_or_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
