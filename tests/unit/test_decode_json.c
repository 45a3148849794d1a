/* link: tests/support/rows tests/support/cases tests/support/decoding tests/support/random daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/figure_rows feeds/rate_columns daemon/core/rates feeds/caption feeds/format feeds/notices_form feeds/fields_check feeds/condition feeds/unpack */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/decoding.h"

#define HEAD                                                                                                 \
    "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\nformat: json\n"

/* The shape of UN Comtrade: an envelope, a list of objects. */
static const char comtrade[] = HEAD
    "json: { records: data }\n"
    "fields:\n"
    "  reporter: { column: reporterCode, codes: comtrade }\n"
    "  flow:     { column: flowCode, map: { X: export, M: import } }\n"
    "  partner:  { column: partnerCode, codes: comtrade }\n"
    "  product:  { column: cmdCode }\n"
    "  period:   { column: period }\n"
    "  value:    { column: primaryValue }\n"
    "  weight:   { column: netWgt }\n"
    "  flags:    { column: isNetWgtEstimated, map: { \"true\": estimated, \"false\": none, \"\": none } }\n";

/* The shape of the US Census Bureau: lists, the first with the names. */
static const char census[] = HEAD "json: { header: true }\n"
                                  "fields:\n"
                                  "  reporter: { value: US }\n"
                                  "  flow:     { value: import }\n"
                                  "  partner:  { column: CTY_CODE, codes: census }\n"
                                  "  product:  { column: I_COMMODITY }\n"
                                  "  period:   { column: time }\n"
                                  "  value:    { column: CON_VAL_MO }\n";

/* Names of several levels, with the signs that e-Stat puts into them. */
static const char nested[] = HEAD "json: { records: A.B.VALUE }\n"
                                  "fields:\n"
                                  "  reporter: { value: JP }\n"
                                  "  flow:     { value: export }\n"
                                  "  partner:  { column: to.iso }\n"
                                  "  product:  { column: \"@cat01\" }\n"
                                  "  period:   { column: \"@time\" }\n"
                                  "  value:    { column: \"$\", scale: 1000 }\n";

/* The month comes in two parts, and months to come are there with zeros. */
static const char yearly[] =
    "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\nformat: json\n"
    "unpublished: zero\njson: { records: VALUE }\n"
    "fields:\n"
    "  reporter: { value: JP }\n"
    "  flow:     { value: import }\n"
    "  partner:  { column: \"@area\", map: { \"50105\": CN } }\n"
    "  product:  { column: \"@cat01\", digits: 6 }\n"
    "  period:   { column: \"@time\", digits: 4, map: { all: skip } }\n"
    "  month:    { column: \"@cat02\", map: { \"170\": 1, \"200\": 02, \"230\": 3, \"500\": 12 }, others: "
    "skip }\n"
    "  value:    { column: $, scale: 1000, map: { \"-\": skip } }\n";

static const struct decoding_feed feeds[] = {
    {"comtrade", comtrade}, {"census", census}, {"nested", nested}, {"yearly", yearly}};

static void payloads_are_taken_whole_or_refused_with_places(void **state)
{
    (void)state;
    decoding_check_cases("tests/cases/decode/json.txt", feeds, sizeof feeds / sizeof *feeds, NULL);
}

/* A payload deep and wide enough for each limit, and one just within it. */
static void limits_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *open, *close;
        size_t good, bad;
        const char *code;
    } limits[] = {
        {"{\"a\":", "}", 61, 62, "D025"},
        {"[", "]", 61, 62, "D025"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        for (int bad = 0; bad < 2; bad++) {
            struct buf text;
            struct decoding decoding;
            buf_init(&text, 1 << 20);
            size_t n = bad ? limits[i].bad : limits[i].good;
            buf_puts(&text,
                "{\"data\":[{\"reporterCode\":704,\"flowCode\":\"X\",\"partnerCode\":156,\"cmdCode\":\"72\","
                "\"period\":\"202501\",\"primaryValue\":1,\"netWgt\":1,\"isNetWgtEstimated\":null,\"x\":");
            for (size_t k = 0; k < n; k++)
                buf_puts(&text, limits[i].open);
            buf_puts(&text, "1");
            for (size_t k = 0; k < n; k++)
                buf_puts(&text, limits[i].close);
            buf_puts(&text, "}]}");
            decoding_run(&decoding, comtrade, (struct slice){buf_text(&text), text.len});
            if (bad)
                assert_string_equal(decoding.diags.items[0].code, limits[i].code);
            else
                assert_int_equal(decoding.rows.len, 1);
            decoding_deinit(&decoding);
            buf_deinit(&text);
        }
    }
}

static void put_names(struct buf *out, size_t n)
{
    buf_puts(out, "[[");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\"n%zu\"", i > 0 ? "," : "", i);
    buf_puts(out, "]]");
}

static void too_many_names_are_refused(void **state)
{
    (void)state;
    for (size_t n = RECORD_FIELDS_MAX; n <= RECORD_FIELDS_MAX + 1; n++) {
        struct buf text;
        struct decoding decoding;
        buf_init(&text, 1 << 20);
        put_names(&text, n);
        decoding_run(&decoding, census, (struct slice){buf_text(&text), text.len});
        assert_string_equal(decoding.diags.items[0].code, n > RECORD_FIELDS_MAX ? "D009" : "D010");
        decoding_deinit(&decoding);
        buf_deinit(&text);
    }
}

/* ---- recorded payloads ---- */

#define SAMPLES "../shared/samples/"

static void decode_sample(struct decoding *decoding, const char *feed, const char *path)
{
    size_t len;
    char *bytes = decoding_read(path, &len);
    if (bytes == NULL)
        skip();
    decoding_run(decoding, feed, (struct slice){bytes, len});
    free(bytes);
}

static int64_t sum_of_values(const struct observations *rows)
{
    int64_t sum = 0;
    for (size_t i = 0; i < rows->len; i++)
        sum += rows->items[i].figure[COLUMN_VALUE];
    return sum;
}

static void recorded_months_of_the_census_bureau_are_read(void **state)
{
    (void)state;
    struct decoding decoding;
    decode_sample(&decoding, census, SAMPLES "census/imports-hs2-5700-china-ch72-73-2020-07-to-2021-07.json");
    assert_int_equal(decoding.r, 0);
    assert_int_equal(decoding.rows.len, 26);
    const struct observation *row = &decoding.rows.items[0];
    assert_string_equal(row->partner, "CN");
    assert_string_equal(row->product, "72");
    assert_int_equal(row->period, 2020 * 12 + 6);
    assert_int_equal(row->figure[COLUMN_VALUE], INT64_C(48213382) * FIGURE_SCALE);
    decoding_deinit(&decoding);
    decode_sample(&decoding, census, SAMPLES "census/imports-hs2-5520-vietnam-2021-07-all-chapters.json");
    assert_int_equal(decoding.r, 0);
    assert_int_equal(decoding.rows.items[0].figure[COLUMN_VALUE], 41630 * FIGURE_SCALE);
    assert_string_equal(decoding.rows.items[0].product, "01");
    assert_int_equal(decoding.rows.len, 96);
    assert_int_equal(sum_of_values(&decoding.rows), INT64_C(8845284013) * FIGURE_SCALE);
    decoding_deinit(&decoding);
}

/* A year is no month: recorded annual figures are refused for their period alone, and nothing else in them.
 */
static void recorded_years_of_comtrade_are_refused_for_their_period(void **state)
{
    (void)state;
    struct decoding decoding;
    decode_sample(&decoding, comtrade, SAMPLES "comtrade/get_C_A_HS_annual_total.json");
    assert_int_equal(decoding.diags.errors, 4);
    for (size_t i = 0; i < decoding.diags.len; i++)
        assert_string_equal(
            decoding.diags.items[i].text, "period \"2010\" is not a month such as 2025-07 or 202507");
    decoding_deinit(&decoding);
}

static void recorded_errors_say_what_came_instead(void **state)
{
    (void)state;
    static const struct {
        const char *feed, *path, *code, *says;
    } errors[] = {
        {comtrade, SAMPLES "comtrade/error_401_missing_key.json", "D022",
            "statusCode \"401\", message \"Access denied due to missing"},
        {comtrade, SAMPLES "comtrade/error_429.json", "D022", "statusCode \"429\", message \"Rate limit is"},
        {comtrade, SAMPLES "comtrade/error_404_unknown_path.json", "D022", "message \"Resource not found\""},
        {comtrade, SAMPLES "vietnam/GetTKHQInfo.captcha.json", "D022", "message \"Invalid Captcha\""},
        {comtrade, SAMPLES "comext/ds-045409-extraction-too-big.json", "D022", "EXTRACTION_TOO_BIG"},
        {nested, SAMPLES "japan/getStatsData-no-data.shape.json", "D022",
            "GET_STATS_DATA.RESULT.STATUS \"1\""},
        {census, SAMPLES "census/invalid_key_200.shape.html", "D002", "HTML or XML, not JSON"},
        {census, SAMPLES "census/error_400_unknown_variable.txt", "D002", "\"error: unknown variable"},
        {census, SAMPLES "comtrade/error_429.json", "D022", "no list of records; it says statusCode"},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct decoding decoding;
        decode_sample(&decoding, errors[i].feed, errors[i].path);
        assert_int_equal(decoding.diags.errors, 1);
        assert_string_equal(decoding.diags.items[0].code, errors[i].code);
        if (strstr(decoding.diags.items[0].text, errors[i].says) == NULL)
            fail_msg("%s: %s", errors[i].path, decoding.diags.items[0].text);
        decoding_deinit(&decoding);
    }
}

/* ---- cut and mutated ---- */

static const char small_census[] = "[[\"CTY_CODE\",\"CON_VAL_MO\",\"I_COMMODITY\",\"time\",\"CTY_CODE\"],\n"
                                   "[\"5700\",\"48213382\",\"72\",\"2020-07\",\"5700\"],\n"
                                   "[\"5520\",null,\"0202\\u0030\",\"2020-08\",\"5520\"]]";

static const char small_comtrade[] =
    "{\"count\":2,\"data\":[{\"reporterCode\":704,\"flowCode\":\"X\",\"partnerCode\":842,\"cmdCode\":"
    "\"7210\","
    "\"period\":\"202501\",\"primaryValue\":1.25e3,\"netWgt\":null,\"isNetWgtEstimated\":false,\"x\":{\"y\":["
    "1]}},"
    "{\"reporterCode\":704,\"flowCode\":\"M\",\"partnerCode\":156,\"cmdCode\":\"72\\u00310\",\"period\":"
    "\"202502\","
    "\"primaryValue\":7,\"netWgt\":3.5,\"isNetWgtEstimated\":true}],\"error\":\"\"}";

static void cut_payloads_never_give_rows(void **state)
{
    (void)state;
    decoding_check_cuts(census, slice_of(small_census), strlen(small_census));
    decoding_check_cuts(comtrade, slice_of(small_comtrade), strlen(small_comtrade));
}

static void cut_records_never_give_rows(void **state)
{
    (void)state;
    size_t len;
    char *bytes =
        decoding_read(SAMPLES "census/imports-hs2-5700-china-ch72-73-2020-07-to-2021-07.json", &len);
    if (bytes == NULL)
        skip();
    size_t whole = len;
    while (bytes[whole - 1] != ']')
        whole--;
    decoding_check_cuts(census, (struct slice){bytes, len}, whole);
    free(bytes);
}

/* 100,000; MUTANTS in the environment makes more of them of each payload. */
static void mutants_give_rows_or_faults(void **state)
{
    (void)state;
    const char *mutants = getenv("MUTANTS");
    size_t n = mutants != NULL ? (size_t)atoi(mutants) : 50000;
    decoding_check_mutants(census, slice_of(small_census), n);
    decoding_check_mutants(comtrade, slice_of(small_comtrade), n);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_are_taken_whole_or_refused_with_places),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(too_many_names_are_refused),
        cmocka_unit_test(recorded_months_of_the_census_bureau_are_read),
        cmocka_unit_test(recorded_years_of_comtrade_are_refused_for_their_period),
        cmocka_unit_test(recorded_errors_say_what_came_instead),
        cmocka_unit_test(cut_payloads_never_give_rows),
        cmocka_unit_test(cut_records_never_give_rows),
        cmocka_unit_test(mutants_give_rows_or_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
