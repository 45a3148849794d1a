/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/code daemon/core/country daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/calendar feeds/descriptor feeds/vocabulary feeds/ask feeds/url feeds/rate_columns daemon/core/rates feeds/format feeds/number feeds/notices_form daemon/core/date feeds/fields_check feeds/condition feeds/unpack feeds/payload feeds/descriptor_lint feeds/gather feeds/answer feeds/named_text feeds/detector feeds/pages feeds/pick feeds/scan_csv daemon/base/digest */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "feeds/descriptor_lint.h"
#include "io/yaml.h"

/* A descriptor of which nothing is to be said; each case replaces a line, or takes it away. */
static const char *const sound[] = {
    "feed: a-feed",
    "title: A feed",
    "url: https://example.org/a?t={period:%Y}",
    "licence: Statistics Office, CC BY 4.0",
    "interval: 6h",
    "publication_lag: 35d",
    "grace: 10d",
    "periods: { from: 2015-01, window: 12 }",
    "limits: { pause: 1s, per_day: 100 }",
    "fields:",
    "  reporter: { value: US }",
    "  flow: { value: import }",
    "  partner: { column: partner }",
    "  product: { column: hs6 }",
    "  period: { column: month }",
    "  value: { column: usd }",
    "end: { rows_at_least: 10 }",
};

enum { LINES = sizeof sound / sizeof *sound };

static const struct {
    const char *line, *instead, *codes;
} cases[] = {
    {NULL, NULL, ""},
    {"licence:", "licence: unknown", "F101 "},
    {"licence:", "licence: CC", "F101 "},
    {"grace:", "", "F102 "},
    {"publication_lag:", "", "F103 "},
    {"publication_lag:", "calendar: { day: 8 }", ""},
    {"publication_lag:", "calendar: { days: [2025-12-08] }", "F104 "},
    {"publication_lag:", "publication_lag: 35d\ncalendar: { days: [2026-01-08, 2026-03-05] }", ""},
    {"url:", "url: https://example.org/a?t={first:%Y}", "F105 "},
    {"url:", "url: https://example.org/a?t={first:%Y}&u={last:%Y}", ""},
    {"limits:", "", "F106 "},
    {"interval:", "interval: 5m", "F107 "},
    {"limits:", "limits: { per_day: 11 }", "F108 "},
    {"periods:", "periods: { from: 2000-01, window: 240 }", "F108 "},
};

static void read_case(size_t i, char *yaml, size_t size)
{
    yaml[0] = '\0';
    for (size_t line = 0; line < LINES; line++) {
        bool replaced = cases[i].line != NULL && str_starts(sound[line], cases[i].line);
        snprintf(yaml + strlen(yaml), size - strlen(yaml), "%s\n", replaced ? cases[i].instead : sound[line]);
    }
}

static void what_will_hardly_do_is_warned_about(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_NULL;
        struct diag_list diags = DIAG_LIST_NULL;
        struct descriptor descriptor;
        const struct node *document;
        char yaml[2000], codes[100] = "";
        read_case(i, yaml, sizeof yaml);
        assert_int_equal(yaml_parse("a.feed.yaml", slice_of(yaml), &arena, &document, &diags), 0);
        if (descriptor_read(document, &descriptor, &diags) < 0)
            fail_msg("%zu: %s", i, diags.items[0].text);
        descriptor_lint(document, &descriptor, period_make(2025, 12), &diags);
        for (size_t n = 0; n < diags.len; n++)
            snprintf(codes + strlen(codes), sizeof codes - strlen(codes), "%s ", diags.items[n].code);
        if (strcmp(codes, cases[i].codes) != 0)
            fail_msg("%s: %s", cases[i].instead != NULL ? cases[i].instead : "sound", codes);
        descriptor_deinit(&descriptor);
        diag_list_deinit(&diags);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_will_hardly_do_is_warned_about)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
