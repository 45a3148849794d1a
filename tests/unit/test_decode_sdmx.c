/* link: tests/support/rows tests/support/cases tests/support/decoding tests/support/random daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/figure_rows feeds/rate_columns daemon/core/rates feeds/caption feeds/format feeds/notices_form feeds/fields_check feeds/condition feeds/unpack */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/decoding.h"

#define HEAD "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\n"

/* The fields of a Comext answer: each row is one figure, and `indicators` says which. */
#define FIELDS                                                                                               \
    "fields:\n"                                                                                              \
    "  reporter: { column: reporter, codes: comext, map: { EU27_2020: EU } }\n"                              \
    "  flow:     { column: flow, map: { \"1\": import, \"2\": export, \"3\": skip } }\n"                     \
    "  partner:  { column: partner, codes: comext, map: { WORLD: W } }\n"                                    \
    "  product:  { column: product }\n"                                                                      \
    "  period:   { column: TIME_PERIOD }\n"                                                                  \
    "  value:    { column: OBS_VALUE, where: { indicators: VALUE_IN_EUROS }, map: { \":\": none, \": c\": "  \
    "suppressed } }\n"                                                                                       \
    "  weight:   { column: OBS_VALUE, where: { indicators: QUANTITY_IN_100KG }, scale: 100, map: { \":\": "  \
    "none, \": c\": suppressed } }\n"                                                                        \
    "  flags:    { column: OBS_FLAG, optional: true, map: { \"\": none, p: preliminary, c: suppressed } }\n" \
    "  confidentiality: { column: CONF_STATUS, optional: true, map: { \"\": none, F: none, C: suppressed } " \
    "}\n"

static const char csv[] = HEAD FIELDS;
static const char json[] = HEAD "format: json\n" FIELDS;
static const char xml[] = HEAD "format: xml\nxml: { record: Obs }\n" FIELDS;

static const struct decoding_feed feeds[] = {{"csv", csv}, {"json", json}, {"xml", xml}};

static void a_row_is_one_figure_of_its_observation(void **state)
{
    (void)state;
    decoding_check_cases("tests/cases/decode/sdmx.txt", feeds, sizeof feeds / sizeof *feeds, NULL);
}

static void the_recorded_answer_is_read(void **state)
{
    (void)state;
    size_t len;
    char *bytes =
        decoding_read("../shared/samples/comext/ds-045409-m-7204-2023-09.sdmx-csv.excerpt.csv", &len);
    if (bytes == NULL)
        skip();
    struct decoding decoding;
    decoding_run(&decoding, csv, (struct slice){bytes, len});
    assert_int_equal(decoding.r, 0);
    assert_int_equal(decoding.rows.len, 2);
    const struct observation *weight = &decoding.rows.items[0], *value = &decoding.rows.items[1];
    assert_int_equal(weight->figure[COLUMN_WEIGHT], INT64_C(177290) * FIGURE_SCALE);
    assert_false(weight->present[COLUMN_VALUE]);
    assert_int_equal(value->figure[COLUMN_VALUE], INT64_C(204548) * FIGURE_SCALE);
    assert_false(value->present[COLUMN_WEIGHT]);
    decoding_deinit(&decoding);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_one_figure_of_its_observation),
        cmocka_unit_test(the_recorded_answer_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
