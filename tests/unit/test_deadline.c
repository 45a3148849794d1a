/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/basket daemon/core/row daemon/core/code daemon/core/date daemon/core/period daemon/io/file daemon/io/yaml daemon/core/measure daemon/core/deadline daemon/core/expr_lex daemon/core/expr_parse daemon/core/figure daemon/core/series_role */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/deadline.h"
#include "io/yaml.h"
#include "tests/support/fault_cases.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct deadlines deadlines;
    int r;
};

static void read_text(struct fixture *f, const char *yaml)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("deadlines.yaml", slice_of(yaml), &f->arena, &document, &f->diags), 0);
    f->r = deadlines_add(&f->deadlines, node_get(document, "deadlines"), &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    deadlines_deinit(&f->deadlines);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

#define ROW "- {market: US, after: petition, what: {vi: a, en: b}, basis: law, source: s, "

static void days_count_from_the_step(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f,
        "deadlines:\n" ROW "types: [anti-dumping, safeguard], days: 45}\n"
        "- {market: EU, after: initiation, types: anti-dumping, days: 7, what: {vi: a, en: b}, basis: l, "
        "source: s}\n");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.deadlines.len, 2);
    const struct deadline *us = &f.deadlines.items[0], *eu = &f.deadlines.items[1];
    struct measure measure = {.market = "US",
        .type = MEASURE_SAFEGUARD,
        .petition = date_make(2025, 5, 22),
        .initiation = DATE_NONE};
    assert_int_equal(deadline_day(us, &measure), date_make(2025, 7, 6));
    assert_int_equal(deadline_day(eu, &measure), DATE_NONE);
    measure.type = MEASURE_COUNTERVAILING;
    assert_int_equal(deadline_day(us, &measure), DATE_NONE);
    measure = (struct measure){
        .market = "EU", .type = MEASURE_ANTI_DUMPING, .petition = 1, .initiation = date_make(2025, 12, 28)};
    assert_int_equal(deadline_day(eu, &measure), date_make(2026, 1, 4));
    measure.initiation = DATE_NONE;
    assert_int_equal(deadline_day(eu, &measure), DATE_NONE);
    fixture_deinit(&f);
}

static const struct fault_case faults[] = {
    {"unknown type", "deadlines:\n" ROW "types: [anti-dumping, safegard], days: 1}\n", "U001", 2,
        "did you mean 'safeguard'?"},
    {"no days", "deadlines:\n" ROW "types: safeguard, days: 0}\n", "K005", 2, NULL},
    {"no country",
        "deadlines:\n- {market: USA, after: petition, types: safeguard, days: 1, what: {vi: a, en: b}, "
        "basis: l, source: s}\n",
        "L003", 2, NULL},
    {"one language",
        "deadlines:\n- {market: US, after: petition, types: safeguard, days: 1, what: {vi: a}, "
        "basis: l, source: s}\n",
        "B001", 2, NULL},
    {"no basis",
        "deadlines:\n- {market: US, after: petition, types: safeguard, days: 1, what: {vi: a, en: b}, "
        "basis: '', source: s}\n",
        "L002", 2, NULL},
    {"no list", "deadlines: {}\n", "L001", 1, NULL},
};

static void each_fault_is_named_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct fixture f;
        read_text(&f, faults[i].yaml);
        if (f.r != -EINVAL || !fault_case_holds(&faults[i], &f.diags))
            fail_msg("%s: expected %s in line %d", faults[i].name, faults[i].code, faults[i].line);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_count_from_the_step),
        cmocka_unit_test(each_fault_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
