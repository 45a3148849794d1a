/* link: tests/support/rows tests/support/cases tests/support/decoding tests/support/random daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/caption feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/format feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/condition feeds/fields_check feeds/notices_form feeds/rate_columns daemon/core/rates feeds/unpack */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/decoding.h"

/* The shape of SDMX-CSV, with points between thousands. */
static const char comext[] =
    "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\n"
    "numbers: 1.234,5\ncsv: { delimiter: ; }\n"
    "fields:\n"
    "  reporter: { column: reporter, codes: comext }\n"
    "  flow:     { column: flow, map: { \"1\": import, \"2\": export, \"3\": skip } }\n"
    "  partner:  { column: partner, codes: comext, others: skip }\n"
    "  product:  { column: product, digits: 4 }\n"
    "  period:   { column: TIME_PERIOD, digits: 4 }\n"
    "  month:    { column: month }\n"
    "  value:    { column: OBS_VALUE, map: { \":\": \"\" } }\n"
    "  quantity: { column: q, scale: 100, unit: kg }\n"
    "  flags:    { column: OBS_FLAG, map: { \"\": none, p: preliminary, c: suppressed } }\n";

static const char payload[] =
    "DATAFLOW;reporter;partner;product;flow;TIME_PERIOD;month;OBS_VALUE;q;OBS_FLAG\r\n"
    "\"DS-045409(1.0)\";AT;CN;720410;2;2025;7;1.772,90;12;p\r\n"
    "x;AT;QP;720410;2;2025;7;1;;\r\n"
    "\"a;\"\"b\"\"\r\nc\";DE;VN;7210;1;2025;08;:;;c\r\n"
    "x;DE;US;72104910;1;2025;12;-1.234.567,125;0,01;\r\n";

/* Lines of the payload that are there as a whole; inside quotes one does not end. */
static size_t whole_lines(size_t len)
{
    size_t lines = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        quoted = payload[i] == '"' ? !quoted : quoted;
        lines += payload[i] == '\n' && !quoted;
    }
    return lines;
}

static void cut_payloads_are_taken_only_at_the_end_of_a_line(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 0, 1, 1, 2, 3}; /* by lines: one is left out */
    for (size_t len = 0; len < sizeof payload; len++) {
        struct decoding decoding;
        size_t lines = whole_lines(len);
        bool whole = len > 0 && payload[len - 1] == '\n' && lines > whole_lines(len - 1);
        decoding_run(&decoding, comext, (struct slice){payload, len});
        if ((decoding.r == 0) != whole || decoding.rows.len != (whole ? rows[lines] : 0))
            fail_msg("%zu bytes give %zu rows (r = %d)", len, decoding.rows.len, decoding.r);
        decoding_deinit(&decoding);
    }
}

/* 100,000; MUTANTS in the environment makes more of them. */
static void mutants_give_rows_or_faults(void **state)
{
    (void)state;
    const char *mutants = getenv("MUTANTS");
    decoding_check_mutants(comext, slice_of(payload), mutants != NULL ? (size_t)atoi(mutants) : 100000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_payloads_are_taken_only_at_the_end_of_a_line),
        cmocka_unit_test(mutants_give_rows_or_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
