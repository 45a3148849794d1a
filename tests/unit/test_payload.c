/* link: daemon/base/counting_sort daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/fold daemon/core/gate daemon/core/numbering daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/rate_columns daemon/core/rates feeds/caption feeds/format feeds/notices_form feeds/fields_check feeds/condition feeds/unpack feeds/decode_pieces feeds/json_alike feeds/header feeds/decode_set feeds/calendar */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/gate.h"
#include "core/period.h"
#include "feeds/decode.h"
#include "io/yaml.h"

/* A payload on its way from bytes to the panel's door. */
struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct descriptor descriptor;
    struct panel *panel;
};

static void fixture_init(struct fixture *f)
{
    static const char feed[] = "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\n"
                               "end: { rows_at_least: 4 }\n"
                               "fields:\n"
                               "  reporter: { value: VN }\n"
                               "  flow:     { column: flow, map: { X: export, M: import } }\n"
                               "  partner:  { column: partner }\n"
                               "  product:  { column: group }\n"
                               "  period:   { column: period }\n"
                               "  value:    { column: value }\n";
    const struct node *document;
    *f = (struct fixture){.panel = panel_new()};
    assert_int_equal(yaml_parse("feed.yaml", slice_of(feed), &f->arena, &document, &f->diags), 0);
    assert_int_equal(descriptor_read(document, &f->descriptor, &f->diags), 0);
}

static void fixture_deinit(struct fixture *f)
{
    panel_free(f->panel);
    descriptor_deinit(&f->descriptor);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

enum outcome { REFUSED_BY_DECODER, REFUSED_BY_GATE, ACCEPTED };

/* The bytes are copied to memory of their exact size, so that reading past their end is seen. */
static enum outcome offer(struct fixture *f, struct slice bytes, size_t *ret_rows)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct datasets payload;
    struct release release = {0};
    struct gate gate = {.feed = f->descriptor.feed,
        .file = "a.csv",
        .newest_period = period_make(2025, 7),
        .min_rows = (size_t)f->descriptor.rows_at_least};
    char *exact = alloc_zeroed(bytes.len, 1);
    if (bytes.len > 0)
        memcpy(exact, bytes.data, bytes.len);
    enum outcome outcome = ACCEPTED;
    struct decode_input input = {&f->descriptor, NULL, {exact, bytes.len}, "a.csv", 1, NULL};
    if (decode_payload(&input, &payload, &diags) < 0)
        outcome = REFUSED_BY_DECODER;
    else if (gate_check(&gate, f->panel, &payload, &release, &diags) < 0)
        outcome = REFUSED_BY_GATE;
    assert_int_equal(outcome != ACCEPTED, diags.errors > 0);
    *ret_rows = payload.len > 0 ? payload.items[0].rows : 0;
    release_deinit(&release);
    datasets_deinit(&payload);
    alloc_free(exact);
    diag_list_deinit(&diags);
    return outcome;
}

static const char *const whole[] = {
    "flow,partner,group,period,value\nX,US,p1,2025-01,1234.5\nX,US,p2,2025-01,17\nM,CN,p1,2025-01,0\nM,CN,p2,"
    "2025-01,\n",
    "\xef\xbb\xbf"
    "flow,partner,group,period,value\r\nX,US,p1,2025-01,12\r\nX,US,p2,2025-01,3\r\n"
    "M,CN,p1,2025-01,4\r\nM,CN,p2,2025-01,5\r\n",
    "note,flow,partner,group,period,value\n\"gi\xc3\xa1\",X,US,p1,2025-01,12\n\"a\nb\n\",X,US,p2,2025-01,34\n"
    "\"\"\"q\"\"\n\",M,CN,p1,2025-01,56\n,M,CN,p2,2025-01,78\n",
};

/* Rows of a prefix that ends behind a record, or −1 where it ends within one. A line end within quotes ends
 * no record. */
static int whole_rows(struct slice prefix)
{
    int rows = -1;
    bool quoted = false;
    for (size_t i = 0; i < prefix.len; i++) {
        quoted ^= prefix.data[i] == '"';
        rows += prefix.data[i] == '\n' && !quoted;
    }
    bool ends = prefix.len > 0 && prefix.data[prefix.len - 1] == '\n' && !quoted;
    return ends ? rows : -1;
}

/* libcurl reports success for a body without a length that is cut off anywhere. Such a payload never gets in:
 * within a record the decoder sees it, between records the promised number of rows. */
static void payload_cut_at_any_byte_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct slice bytes = slice_of(whole[i]);
        size_t rows;
        assert_int_equal(offer(&f, bytes, &rows), ACCEPTED);
        assert_int_equal(rows, 4);
        for (size_t cut = 0; cut < bytes.len; cut++) {
            struct slice prefix = {bytes.data, cut};
            int expected_rows = whole_rows(prefix);
            enum outcome outcome = offer(&f, prefix, &rows);
            if (expected_rows < 0)
                assert_int_equal(outcome, REFUSED_BY_DECODER);
            else
                assert_int_equal(outcome, REFUSED_BY_GATE);
            assert_true(rows < 4);
            assert_int_equal(rows, expected_rows < 0 ? 0 : expected_rows);
        }
    }
    fixture_deinit(&f);
}

/* Whatever one byte is changed to: the payload is refused, or it is another payload of four rows. */
static void payload_with_any_byte_changed_is_never_partly_taken(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    char bytes[256];
    size_t len = strlen(whole[0]);
    assert_true(len < sizeof bytes);
    static const unsigned char poison[] = {
        0, '\n', '\r', '"', ',', ';', '-', ' ', '.', 'e', 0x1b, 0x80, 0xff};
    for (size_t at = 0; at < len; at++) {
        for (size_t i = 0; i < sizeof poison; i++) {
            memcpy(bytes, whole[0], len);
            bytes[at] = (char)poison[i];
            size_t rows;
            if (offer(&f, (struct slice){bytes, len}, &rows) == ACCEPTED)
                assert_int_equal(rows, 4);
        }
    }
    fixture_deinit(&f);
}

/* The same payload, doubled or with the header in the middle, as a retried or concatenated download gives it.
 */
static void payload_twice_over_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    char twice[512];
    size_t rows;
    snprintf(twice, sizeof twice, "%s%s", whole[0], whole[0]);
    assert_int_equal(offer(&f, slice_of(twice), &rows), REFUSED_BY_DECODER);
    snprintf(twice, sizeof twice, "%s<html>busy</html>\n", whole[0]);
    assert_int_equal(offer(&f, slice_of(twice), &rows), REFUSED_BY_DECODER);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payload_cut_at_any_byte_is_refused),
        cmocka_unit_test(payload_with_any_byte_changed_is_never_partly_taken),
        cmocka_unit_test(payload_twice_over_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
