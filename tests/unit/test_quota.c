/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/basket daemon/core/row daemon/core/code daemon/core/period daemon/io/file daemon/io/yaml daemon/core/quota daemon/core/expr_lex daemon/core/expr_parse daemon/core/figure daemon/core/series_role */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "core/quota.h"
#include "io/yaml.h"
#include "tests/support/fault_cases.h"

static const char baskets_text[] =
    "baskets:\n- {id: steel, title: {vi: a, en: b}, codes: ['72'], except: ['7204'], source: s}\n";

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct baskets baskets;
    struct quotas quotas;
    int r;
};

static const struct node *parse(struct fixture *f, const char *file, const char *yaml)
{
    const struct node *document;
    assert_int_equal(yaml_parse(file, slice_of(yaml), &f->arena, &document, &f->diags), 0);
    return document;
}

static void read_text(struct fixture *f, const char *yaml)
{
    *f = (struct fixture){0};
    const struct node *list = node_get(parse(f, "baskets.yaml", baskets_text), "baskets");
    assert_int_equal(baskets_add(&f->baskets, list, &f->diags), 0);
    list = node_get(parse(f, "quotas.yaml", yaml), "quotas");
    f->r = quotas_add(&f->quotas, list, &f->baskets, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    baskets_deinit(&f->baskets);
    quotas_deinit(&f->quotas);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

#define ROW "- {id: Q, title: t, market: EU, against: W, basket: steel, source: s, "

static void reads_a_quota(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "quotas:\n"
                  "  - id: \"09.8601\"\n"
                  "    title: Hot-rolled sheets\n"
                  "    market: EU\n"
                  "    against: VN\n"
                  "    codes: [\"7208\", \"721114\"]\n"
                  "    limit: 1234.5 t\n"
                  "    per: quarter\n"
                  "    starts: 7\n"
                  "    from: 2018-07\n"
                  "    to: 2019-06\n"
                  "    source: Regulation (EU) 2019/159\n");
    arena_deinit(&f.arena); /* texts are copies */
    assert_int_equal(f.r, 0);
    assert_int_equal(f.quotas.len, 1);
    const struct quota *quota = f.quotas.items;
    assert_string_equal(quota->id, "09.8601");
    assert_string_equal(quota->title, "Hot-rolled sheets");
    assert_string_equal(quota->market, "EU");
    assert_string_equal(quota->against, "VN");
    assert_null(quota->basket);
    assert_int_equal(quota->codes.len, 2);
    assert_int_equal(quota->column, COLUMN_WEIGHT);
    assert_int_equal(quota->limit, INT64_C(1234500000)); /* grams */
    assert_int_equal(quota->months, 3);
    assert_int_equal(quota->starts, 7);
    assert_int_equal(quota->from, period_make(2018, 7));
    assert_int_equal(quota->to, period_make(2019, 6));
    assert_string_equal(quota->source, "Regulation (EU) 2019/159");
    assert_string_equal(quota->place.file, "quotas.yaml");
    assert_true(quota_covers(quota, &f.baskets, "steel"));
    assert_true(quota_covers(quota, &f.baskets, "72081000"));
    assert_false(quota_covers(quota, &f.baskets, "7209"));
    fixture_deinit(&f);
}

static void a_limit_says_what_it_limits(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        enum column column;
        int64_t limit;
    } cases[] = {
        {"quotas:\n" ROW "per: year, limit: 5 kg}\n", COLUMN_WEIGHT, 5000},
        {"quotas:\n" ROW "per: year, limit: 5 MUSD}\n", COLUMN_VALUE, INT64_C(5000000000)},
        {"quotas:\n" ROW "per: year, limit: 1000}\n", COLUMN_QUANTITY, 1000000},
        {"quotas:\n" ROW "per: year, limit: 0.25}\n", COLUMN_QUANTITY, 250},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        read_text(&f, cases[i].yaml);
        assert_int_equal(f.r, 0);
        assert_int_equal(f.quotas.items[0].column, cases[i].column);
        assert_int_equal(f.quotas.items[0].limit, cases[i].limit);
        assert_int_equal(f.quotas.items[0].starts, 1);
        fixture_deinit(&f);
    }
}

static const struct fault_case faults[] = {
    {"no list", "quotas: 5 t\n", "L001", 1, NULL},
    {"unknown key", "quotas:\n" ROW "per: year, limit: 5 t, volume: 5}\n", "K001", 2, NULL},
    {"no limit", "quotas:\n" ROW "per: year}\n", "K002", 2, NULL},
    {"limit is a ratio", "quotas:\n" ROW "per: year, limit: 5%}\n", "Q001", 2, "1234 t"},
    {"limit is nothing", "quotas:\n" ROW "per: year, limit: 0 t}\n", "Q001", 2, NULL},
    {"limit is below nothing", "quotas:\n" ROW "per: year, limit: -1 t}\n", "Q001", 2, NULL},
    {"limit is too large", "quotas:\n" ROW "per: year, limit: 100000 BUSD}\n", "Q002", 2, NULL},
    {"per", "quotas:\n" ROW "per: month, limit: 5 t}\n", "K006", 2, NULL},
    {"starts", "quotas:\n" ROW "per: year, limit: 5 t, starts: 13}\n", "K005", 2, NULL},
    {"no month", "quotas:\n" ROW "per: year, limit: 5 t, from: 2016}\n", "L007", 2, NULL},
    {"months out of order", "quotas:\n" ROW "per: year, limit: 5 t, from: 2016-10, to: 2016-09}\n", "L008", 2,
        NULL},
    {"two at a time",
        "quotas:\n" ROW "per: year, limit: 5 t, to: 2016-09}\n" ROW "per: year, limit: 5 t, from: 2016-09}\n",
        "Q003", 3, NULL},
    {"unknown basket",
        "quotas:\n- {id: Q, title: t, market: EU, against: W, basket: steal, source: s, per: year, limit: "
        "1}\n",
        "B011", 2, "did you mean 'steel'?"},
    {"neither", "quotas:\n- {id: Q, title: t, market: EU, against: W, source: s, per: year, limit: 1}\n",
        "B010", 2, NULL},
    {"market",
        "quotas:\n- {id: Q, title: t, market: W, against: W, basket: steel, source: s, per: year, limit: "
        "1}\n",
        "L003", 2, NULL},
    {"source",
        "quotas:\n- {id: Q, title: t, market: EU, against: W, basket: steel, source: '', per: year, limit: "
        "1}\n",
        "L002", 2, NULL},
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

static void a_number_may_have_another_limit_later(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f,
        "quotas:\n" ROW "per: year, limit: 5 t, to: 2016-09}\n" ROW "per: year, limit: 6 t, from: 2016-10}\n"
        "- {id: Q, title: t, market: EU, against: VN, basket: steel, source: s, per: year, limit: 1}\n");
    assert_int_equal(f.r, 0);
    const struct quota *old = &f.quotas.items[0], *new = &f.quotas.items[1];
    assert_true(quota_is_in_force(old, period_make(1990, 1)));
    assert_true(quota_is_in_force(old, period_make(2016, 9)));
    assert_false(quota_is_in_force(old, period_make(2016, 10)));
    assert_false(quota_is_in_force(new, period_make(2016, 9)));
    assert_true(quota_is_in_force(new, period_make(2016, 10)));
    assert_true(quota_is_in_force(new, period_make(2100, 1)));
    fixture_deinit(&f);
}

static void a_quota_begins_with_its_year_or_quarter(void **state)
{
    (void)state;
    static const struct {
        int months, starts, year, month, start_year, start_month;
    } cases[] = {
        {12, 1, 2020, 1, 2020, 1},
        {12, 1, 2020, 12, 2020, 1},
        {12, 7, 2020, 6, 2019, 7},
        {12, 7, 2020, 7, 2020, 7},
        {3, 1, 2020, 3, 2020, 1},
        {3, 1, 2020, 4, 2020, 4},
        {3, 7, 2020, 12, 2020, 10},
        {3, 2, 2020, 1, 2019, 11}, /* February, May, August, November */
        {3, 2, 2020, 2, 2020, 2},
        {3, 12, 2020, 2, 2019, 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct quota quota = {.months = cases[i].months, .starts = cases[i].starts};
        assert_int_equal(quota_start(&quota, period_make(cases[i].year, cases[i].month)),
            period_make(cases[i].start_year, cases[i].start_month));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_quota),
        cmocka_unit_test(a_limit_says_what_it_limits),
        cmocka_unit_test(each_fault_is_named_with_its_line),
        cmocka_unit_test(a_number_may_have_another_limit_later),
        cmocka_unit_test(a_quota_begins_with_its_year_or_quarter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
