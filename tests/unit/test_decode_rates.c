/* link: tests/support/cases daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/notice daemon/core/period daemon/core/rates daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/decode_rates feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/rate_columns feeds/notice_text feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/caption feeds/format feeds/notices_form feeds/fields_check feeds/condition feeds/unpack feeds/decode_pieces feeds/json_alike feeds/header feeds/decode_set feeds/calendar */
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
#include "feeds/decode_rates.h"
#include "io/file.h"
#include "io/yaml.h"
#include "tests/support/cases.h"

#define HEAD "feed: f\ntitle: t\nurl: https://example.org/\nlicence: l\nend: { rows_at_least: 1 }\n"

/* The months of the cases are over in 2026-10. */
enum { LAST = 2026 * 12 + 9, TEXT_MAX = 1024 * 1024 };

static const struct {
    const char *name, *feed;
} feeds[] = {
    {"monthly", HEAD "rates: { base: EUR, month: TIME_PERIOD, currency: CURRENCY, rate: OBS_VALUE }\n"},
    {"hist", HEAD "rates: { base: EUR, day: Date, none: [N/A] }\n"},
    {"xml", HEAD "format: xml\nxml: { record: Cube@currency }\n"
                 "rates: { base: EUR, day: \"@time\", currency: \"@currency\", rate: \"@rate\" }\n"},
};

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct descriptor descriptor;
    struct rates known;
    struct rate_list list;
    int r;
};

static const char *feed_text(const char *name)
{
    for (size_t i = 0; i < sizeof feeds / sizeof *feeds; i++)
        if (strcmp(feeds[i].name, name) == 0)
            return feeds[i].feed;
    fail_msg("there is no feed %s", name);
    return NULL;
}

/* What is known: USD of 2026-05. */
static void know(struct fixture *f)
{
    struct rate usd = {"USD", 2026 * 12 + 4, RATE_SCALE};
    f->known = (struct rates){alloc_zeroed(1, sizeof *f->known.sources), 1};
    rate_source_init(&f->known.sources[0], "f", "EUR");
    rate_source_put(&f->known.sources[0], &usd);
}

static void decode(struct fixture *f, const char *feed, struct slice payload)
{
    const struct node *document;
    *f = (struct fixture){0};
    know(f);
    assert_int_equal(yaml_parse("feed.yaml", slice_of(feed), &f->arena, &document, &f->diags), 0);
    assert_int_equal(descriptor_read(document, &f->descriptor, &f->diags), 0);
    struct decode_input input = {&f->descriptor, NULL, payload, "a", 1, &f->known};
    f->r = decode_rates(&input, LAST, &f->list, &f->diags);
    assert_true((f->r == 0) == (f->diags.errors == 0));
    assert_true(f->r == 0 || f->list.items == NULL);
}

static void fixture_deinit(struct fixture *f)
{
    rate_list_deinit(&f->list);
    rates_deinit(&f->known);
    descriptor_deinit(&f->descriptor);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

static void print_found(struct fixture *f, struct buf *out)
{
    char period[PERIOD_TEXT_SIZE];
    for (size_t i = 0; i < f->list.len; i++)
        buf_printf(out, "= %s %s %lld.%012lld\n", f->list.items[i].currency,
            period_format(f->list.items[i].period, period), (long long)(f->list.items[i].rate / RATE_SCALE),
            (long long)(f->list.items[i].rate % RATE_SCALE));
    for (size_t i = 0; i < f->diags.len; i++)
        buf_printf(out, "! %s %d:%d %s\n", f->diags.items[i].code, f->diags.items[i].line,
            f->diags.items[i].column, f->diags.items[i].text);
}

/* A case is the feed's name, the payload line by line, and what comes of it: lines that begin with = or !. */
static void check_case(struct cases *cases)
{
    struct buf payload, found;
    struct fixture f;
    size_t i = 1;
    buf_init(&payload, TEXT_MAX);
    buf_init(&found, TEXT_MAX);
    for (; i < cases->len && strchr("=!", cases->lines[i].text[0]) == NULL; i++)
        buf_printf(&payload, "%s\n", cases->lines[i].text);
    decode(&f, feed_text(cases->lines[0].text), (struct slice){buf_text(&payload), payload.len});
    print_found(&f, &found);
    char *rest = NULL, *line = found.len > 0 ? strtok_r(found.data, "\n", &rest) : NULL;
    for (; i < cases->len || line != NULL; i++, line = strtok_r(NULL, "\n", &rest))
        if (i >= cases->len || line == NULL || strcmp(cases->lines[i].text, line) != 0)
            cases_fault(cases, i, "found %s", line != NULL ? line : "no more");
    fixture_deinit(&f);
    buf_deinit(&payload);
    buf_deinit(&found);
}

static void rates_of_whole_months_are_read(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/decode/rates.txt");
    while (cases_next(&cases))
        check_case(&cases);
    cases_close(&cases);
}

/* The bytes of a recorded answer; empty where the samples are not there. */
static struct slice sample(const char *name, struct arena *arena)
{
    struct slice bytes = {"", 0};
    if (file_read(arena_printf(arena, "../shared/samples/ecb/%s", name), TEXT_MAX, arena, &bytes) < 0)
        print_message("../shared/samples/ecb/%s is not there\n", name);
    return bytes;
}

static void recorded_days_are_averaged(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct slice bytes = sample("eurofxref.exchange_rates_90_day.xml", &arena);
    if (bytes.len == 0) {
        arena_deinit(&arena);
        skip();
    }
    struct fixture f;
    decode(&f, feed_text("xml"), bytes);
    assert_int_equal(f.r, 0);
    size_t usd = 0;
    for (size_t i = 0; i < f.list.len; i++)
        if (strcmp(f.list.items[i].currency, "USD") == 0 && ++usd > 0)
            assert_true(f.list.items[i].rate > RATE_SCALE && f.list.items[i].rate < 2 * RATE_SCALE);
    assert_int_equal(usd, 2); /* of March to June 2018 the months between */
    assert_int_equal(f.list.len, usd * 32);
    fixture_deinit(&f);
    arena_deinit(&arena);
}

static void recorded_answers_without_a_month_say_so(void **state)
{
    (void)state;
    static const struct {
        const char *name, *feed, *code;
    } cases[] = {
        {"eurofxref.exchange_rates.xml", "xml", "D056"},
        {"eurofxref.illegal_exchange_rates.xml", "xml", "D002"},
        {"eurofxref-daily.shape.csv", "hist", "D056"}, {"eurofxref-hist.shape.csv", "hist", "D056"},
        {"data-api-exr.shape.csv", "monthly", "D052"}, /* days, where months are expected */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_NULL;
        struct slice bytes = sample(cases[i].name, &arena);
        if (bytes.len == 0) {
            arena_deinit(&arena);
            skip();
        }
        struct fixture f;
        decode(&f, feed_text(cases[i].feed), bytes);
        if (f.diags.len != 1 || strcmp(f.diags.items[0].code, cases[i].code) != 0)
            fail_msg("%s: %s", cases[i].name, f.diags.len > 0 ? f.diags.items[0].text : "accepted");
        fixture_deinit(&f);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_of_whole_months_are_read),
        cmocka_unit_test(recorded_days_are_averaged),
        cmocka_unit_test(recorded_answers_without_a_month_say_so),
    };
    return cmocka_run_group_tests_name("decode_rates", tests, NULL, NULL);
}
