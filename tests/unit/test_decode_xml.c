/* link: tests/support/rows tests/support/cases tests/support/decoding tests/support/random daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/figure_rows feeds/rate_columns daemon/core/rates feeds/caption feeds/format feeds/notices_form feeds/fields_check feeds/condition feeds/unpack */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/decoding.h"

#define HEAD                                                                                                 \
    "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\nformat: xml\n"

/* The shape of Korea's customs service: an element for each field, and a row of totals. */
static const char korea[] = HEAD "xml: { record: item }\n"
                                 "fields:\n"
                                 "  reporter: { value: KR }\n"
                                 "  flow:     { value: export }\n"
                                 "  partner:  { column: statCd, map: { \"-\": skip }, codes: iso2 }\n"
                                 "  product:  { column: hsCd }\n"
                                 "  period:   { column: year }\n"
                                 "  value:    { column: expDlr }\n"
                                 "  weight:   { column: expWgt }\n";

/* The shape of SDMX-ML: attributes, those of a series for all its observations. */
static const char sdmx[] = HEAD "xml: { record: Obs }\n"
                                "fields:\n"
                                "  reporter: { column: \"@REPORTER\", codes: m49 }\n"
                                "  flow:     { value: import }\n"
                                "  partner:  { column: \"@PARTNER\", codes: m49 }\n"
                                "  product:  { column: \"@PRODUCTCODE\" }\n"
                                "  period:   { column: \"@TIME_PERIOD\" }\n"
                                "  value:    { column: \"@OBS_VALUE\" }\n";

/* Fields of two levels. */
static const char nested[] = HEAD "xml: { record: row }\n"
                                  "fields:\n"
                                  "  reporter: { value: VN }\n"
                                  "  flow:     { value: import }\n"
                                  "  partner:  { column: to.iso }\n"
                                  "  product:  { column: \"@hs\" }\n"
                                  "  period:   { column: month }\n"
                                  "  value:    { column: value }\n";

static const struct decoding_feed feeds[] = {{"korea", korea}, {"sdmx", sdmx}, {"nested", nested}};

static void payloads_are_taken_whole_or_refused_with_places(void **state)
{
    (void)state;
    decoding_check_cases("tests/cases/decode/xml.txt", feeds, sizeof feeds / sizeof *feeds, NULL);
}

static void decode_nested(struct decoding *decoding, size_t n)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < n; i++)
        buf_puts(&text, "<a>");
    buf_puts(&text, "<row hs='72'><to><iso>CN</iso></to><month>2025-01</month><value>1</value></row>");
    for (size_t i = 0; i < n; i++)
        buf_puts(&text, "</a>");
    decoding_run(decoding, nested, (struct slice){buf_text(&text), text.len});
    buf_deinit(&text);
}

static void depth_is_limited(void **state)
{
    (void)state;
    struct decoding decoding;
    decode_nested(&decoding, 61);
    assert_int_equal(decoding.rows.len, 1);
    decoding_deinit(&decoding);
    decode_nested(&decoding, 62);
    assert_string_equal(decoding.diags.items[0].code, "D025");
    decoding_deinit(&decoding);
}

static void long_fields_are_refused(void **state)
{
    (void)state;
    static const char *const ends[][2] = {
        {"<r><row hs='72'><value>", "</value></row></r>"}, {"<r><row hs='", "'><value>1</value></row></r>"}};
    for (size_t i = 0; i < 2; i++) {
        struct buf text;
        struct decoding decoding;
        buf_init(&text, 1 << 20);
        buf_puts(&text, ends[i][0]);
        for (size_t n = 0; n <= 64 * 1024; n++)
            buf_puts(&text, "1");
        buf_puts(&text, ends[i][1]);
        decoding_run(&decoding, nested, (struct slice){buf_text(&text), text.len});
        assert_string_equal(decoding.diags.items[0].code, "D026");
        decoding_deinit(&decoding);
        buf_deinit(&text);
    }
}

/* ---- recorded payloads ---- */

#define SAMPLES "../shared/samples/"

static void recorded_answers_say_what_came_instead(void **state)
{
    (void)state;
    static const struct {
        const char *feed, *path, *code, *says;
    } errors[] = {
        {korea, SAMPLES "korea/error-key-not-registered.shape.xml", "D022",
            "the payload has no element \"item\"; it says OpenAPI_ServiceResponse.cmmMsgHeader.errMsg "
            "\"SERVICE ERROR\""},
        {korea, SAMPLES "comext/async-queued.shape.xml", "D022", "queued.status \"SUBMITTED\""},
        {korea, SAMPLES "comext/legacy-footer-413.xml", "D022", ""},
        {korea, SAMPLES "census/invalid_key_200.shape.html", "D002", "the payload is HTML, not XML"},
        {korea, SAMPLES "ecb/eurofxref.illegal_exchange_rates.xml", "D002", "not XML"},
        {korea, SAMPLES "comtrade/error_429.json", "D002", "the payload is JSON, not XML"},
        {sdmx, SAMPLES "wto/wits-trains-structurespecific.shape.xml", "D019", "partner \"000\""},
        {sdmx, SAMPLES "ecb/sdmx21-generic-EXR-M.USD.EUR.SP00.A.xml", "D010", "no record has \"@REPORTER\""},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        size_t len;
        struct decoding decoding;
        char *bytes = decoding_read(errors[i].path, &len);
        if (bytes == NULL)
            skip();
        decoding_run(&decoding, errors[i].feed, (struct slice){bytes, len});
        free(bytes);
        if (strcmp(decoding.diags.items[0].code, errors[i].code) != 0 ||
            strstr(decoding.diags.items[0].text, errors[i].says) == NULL)
            fail_msg("%s: %s", errors[i].path, diag_line(&decoding.diags, &decoding.diags.items[0]));
        decoding_deinit(&decoding);
    }
}

/* Its one item is the row of totals, which the feed leaves out. */
static void recorded_totals_of_korea_are_left_out(void **state)
{
    (void)state;
    size_t len;
    struct decoding decoding;
    char *bytes = decoding_read(SAMPLES "korea/nitemtrade-getNitemtradeList.excerpt.xml", &len);
    if (bytes == NULL)
        skip();
    decoding_run(&decoding, korea, (struct slice){bytes, len});
    free(bytes);
    assert_int_equal(decoding.r, 0);
    assert_int_equal(decoding.rows.len, 0);
    decoding_deinit(&decoding);
}

/* ---- cut and mutated ---- */

static const char small_korea[] =
    "<?xml version=\"1.0\" "
    "encoding=\"UTF-8\"?>\n<response><header><resultCode>00</resultCode></header><body><items>"
    "<item><expDlr>447515</expDlr><expWgt>111885</expWgt><hsCd>7210490000</hsCd><statCd>VN</"
    "statCd><year>2026.01"
    "</year></item><item><hsCd>-</hsCd><statCd>-</statCd><year>\xec\xb4\x9d\xea\xb3\x84</year><expDlr>1</"
    "expDlr>"
    "</item></items></body></response>";

static const char small_sdmx[] =
    "<m:D xmlns:m='urn:x'><s:Series xmlns:s='urn:y' REPORTER='704' PARTNER='156' PRODUCTCODE='0901&#49;1'>"
    "<s:Obs TIME_PERIOD='2025-01' OBS_VALUE='17.2'/><!-- x --><s:Obs TIME_PERIOD=\"2025-02\" OBS_VALUE=\"\"/>"
    "</s:Series></m:D>";

static void cut_payloads_never_give_rows(void **state)
{
    (void)state;
    decoding_check_cuts(korea, slice_of(small_korea), strlen(small_korea));
    decoding_check_cuts(sdmx, slice_of(small_sdmx), strlen(small_sdmx));
}

/* 100,000; MUTANTS in the environment makes more of them of each payload. */
static void mutants_give_rows_or_faults(void **state)
{
    (void)state;
    const char *mutants = getenv("MUTANTS");
    size_t n = mutants != NULL ? (size_t)atoi(mutants) : 50000;
    decoding_check_mutants(korea, slice_of(small_korea), n);
    decoding_check_mutants(sdmx, slice_of(small_sdmx), n);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_are_taken_whole_or_refused_with_places),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(long_fields_are_refused),
        cmocka_unit_test(recorded_answers_say_what_came_instead),
        cmocka_unit_test(recorded_totals_of_korea_are_left_out),
        cmocka_unit_test(cut_payloads_never_give_rows),
        cmocka_unit_test(mutants_give_rows_or_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
