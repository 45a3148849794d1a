/* link: tests/support/cases daemon/core/matchers daemon/core/alert daemon/core/selector daemon/core/basket daemon/core/row daemon/core/period daemon/core/code daemon/base/alloc daemon/base/arena daemon/base/diag daemon/base/buf daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/matchers.h"
#include "tests/support/cases.h"

static struct basket_code steel[] = {{.code = "7208"}, {.code = "721012"}}, wood[] = {{.code = "4412"}},
                          mixed[] = {{.code = "7208"}, {.code = "4412"}};
static struct basket items[] = {
    {.id = "steel", .codes = {steel, 2}},
    {.id = "plywood", .group = "wood", .codes = {wood, 1}},
    {.id = "mixed", .codes = {mixed, 2}},
};
static const struct baskets baskets = {.items = items, .len = 3};

/* "rule=a product=hs6 in 72": a label begins a new value. */
static void read_labels(const char *line, struct arena *arena, struct matcher_texts *texts)
{
    static const char *const labels[] = {"rule=", "product=", "market=", "origin=", "severity="};
    const char **values[] = {&texts->rule, &texts->product, &texts->market, &texts->origin, &texts->severity};
    for (size_t i = 0; i < 5; i++) {
        const char *at = strstr(line, labels[i]);
        if (at == NULL)
            continue;
        at += strlen(labels[i]);
        size_t len = strlen(at);
        for (size_t k = 0; k < 5; k++) {
            const char *next = strstr(at, labels[k]);
            if (next != NULL && (size_t)(next - at) < len)
                len = (size_t)(next - at) - 1;
        }
        *values[i] = arena_strndup(arena, at, len);
    }
}

struct alert_words {
    char rule[32], product[32], market[8], origin[8], severity[16];
};

static enum severity severity_of(const char *name)
{
    int severity = 0;
    while (severity < SEVERITY_CRITICAL && !str_equal(severity_name((enum severity)severity), name))
        severity++;
    return (enum severity)severity;
}

static bool read_alert(const char *line, struct alert_words *words)
{
    int n = sscanf(line, "%31s %31s %7s %7s %15s", words->rule, words->product, words->market, words->origin,
        words->severity);
    if (str_equal(words->origin, "-"))
        words->origin[0] = '\0';
    return n == 5;
}

static void run_line(struct cases *cases, size_t line, struct arena *arena)
{
    char *text = arena_strdup(arena, cases->lines[line].text);
    char *alert = cases_split(text, ';'), *expected = alert != NULL ? cases_split(alert, ';') : NULL;
    struct alert_words words;
    if (expected == NULL || !read_alert(alert, &words)) {
        cases_fault(cases, line, "cannot be read");
        return;
    }
    struct matcher_texts texts = {0};
    struct matchers matchers;
    const char *found = "";
    read_labels(text, arena, &texts);
    if (matchers_read(&texts, &baskets, arena, &matchers, &found) == 0) {
        struct alert_scope scope = {words.rule, words.product, words.market, words.origin};
        bool holds = matchers_hold(&matchers, &baskets, &scope, severity_of(words.severity));
        found = holds ? "yes" : "no";
    }
    if (!str_starts(found, expected))
        cases_fault(cases, line, "found: %s", found);
}

static void matchers_mean_what_lies_in_them(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/matchers/holds.txt");
    while (cases_next(&cases))
        for (size_t i = 0; i < cases.len; i++) {
            struct arena arena = ARENA_NULL;
            run_line(&cases, i, &arena);
            arena_deinit(&arena);
        }
    cases_close(&cases);
}

static void nothing_given_means_everything(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct matchers matchers;
    const char *fault = NULL;
    struct matcher_texts none = {.rule = ""}, some = {.market = "US", .product = "72*"};
    assert_true(matcher_texts_are_empty(&none));
    assert_false(matcher_texts_are_empty(&some));
    assert_int_equal(matchers_read(&none, &baskets, &arena, &matchers, &fault), 0);
    struct alert_scope scope = {"surge", "steel", "US", ""};
    assert_true(matchers_hold(&matchers, &baskets, &scope, SEVERITY_WATCH));
    assert_string_equal(matcher_texts_format(&none, &arena), "everything");
    assert_string_equal(matcher_texts_format(&some, &arena), "product=72* market=US");
    arena_deinit(&arena);
}

static void control_characters_and_long_texts_are_refused(void **state)
{
    (void)state;
    static char longest[5000];
    struct arena arena = ARENA_NULL;
    struct matchers matchers;
    memset(longest, 'a', sizeof longest - 1);
    const char *const texts[] = {"a\x1b[31m", "a\nb", longest};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *fault = NULL;
        struct matcher_texts given = {.rule = texts[i]};
        assert_true(matchers_read(&given, &baskets, &arena, &matchers, &fault) < 0);
        assert_non_null(fault);
    }
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matchers_mean_what_lies_in_them),
        cmocka_unit_test(nothing_given_means_everything),
        cmocka_unit_test(control_characters_and_long_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
