/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/basket daemon/core/row daemon/core/code daemon/core/period daemon/io/file daemon/io/yaml daemon/core/reference daemon/core/measure daemon/core/quota daemon/core/country daemon/core/date daemon/core/expr_lex daemon/core/expr_parse daemon/core/figure daemon/core/series_role daemon/core/concordance daemon/core/deadline */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "core/reference.h"
#include "io/yaml.h"
#include "tests/support/fault_cases.h"

enum { DOCUMENTS_MAX = 4 };

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    int r;
};

static void read_texts(struct fixture *f, const char *const *texts, size_t n)
{
    const struct node *documents[DOCUMENTS_MAX];
    *f = (struct fixture){0};
    for (size_t i = 0; i < n; i++)
        assert_int_equal(
            yaml_parse("tables.yaml", slice_of(texts[i]), &f->arena, &documents[i], &f->diags), 0);
    f->r = reference_read(documents, n, &f->reference, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    reference_deinit(&f->reference);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

#define TOYS "baskets:\n- {id: toys, title: {vi: a, en: b}, codes: ['9503'], source: s}\n"
#define CASE                                                                                                 \
    "measures:\n- {id: A, title: t, market: US, against: VN, type: evasion, source: s, basket: toys}\n"
#define CASE_AGAIN "- {id: B, title: t, market: US, against: VN, type: evasion, source: s, basket: toys}\n"
#define LIMIT                                                                                                \
    "quotas:\n- {id: Q, title: t, market: EU, against: W, basket: toys, source: s, per: year, limit: 1}\n"
#define PLACES "countries:\n- {iso2: VN, name: Viet Nam}\n"

/* Rows come before the baskets that they name. */
static void documents_are_read_as_one(void **state)
{
    (void)state;
    static const char *const texts[] = {CASE, LIMIT PLACES, TOYS};
    struct fixture f;
    read_texts(&f, texts, 3);
    arena_deinit(&f.arena); /* texts are copies */
    assert_int_equal(f.r, 0);
    assert_int_equal(f.reference.baskets.len, 1);
    assert_int_equal(f.reference.measures.len, 1);
    assert_int_equal(f.reference.quotas.len, 1);
    assert_int_equal(f.reference.countries.len, 1);
    assert_true(measure_covers(f.reference.measures.items, &f.reference.baskets, "toys"));
    fixture_deinit(&f);
}

/* A case on 8541.40 is about the cells of today, and a basket of both sides goes over the break. */
static void codes_of_all_editions_meet(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "measures:\n- {id: A-1, title: t, market: US, against: CN, codes: ['854140'], type: anti-dumping, "
        "initiation: 2011-11-08, confidence: general, source: s}\n",
        "concordance:\n- {edition: e, from: 2022-01, before: ['854140'], after: ['854142', '854143'], "
        "source: s}\n",
        "baskets:\n- {id: cells, title: {vi: a, en: b}, codes: ['854142'], source: s}\n"
        "- {id: solar, title: {vi: a, en: b}, codes: ['854142', '854143'], source: s}\n"};
    struct fixture f;
    read_texts(&f, texts, 3);
    assert_int_equal(f.r, 0);
    assert_true(measure_covers(f.reference.measures.items, &f.reference.baskets, "cells"));
    assert_true(measure_covers(f.reference.measures.items, &f.reference.baskets, "854143"));
    assert_false(measure_covers(f.reference.measures.items, &f.reference.baskets, "854150"));
    assert_int_equal(f.reference.baskets.items[0].codes.len, 1);
    assert_int_equal(f.reference.baskets.items[1].codes.len, 3);
    fixture_deinit(&f);
}

static void no_documents_are_empty_tables(void **state)
{
    (void)state;
    struct fixture f;
    read_texts(&f, NULL, 0);
    assert_int_equal(f.r, 0);
    assert_int_equal(f.reference.baskets.len, 0);
    fixture_deinit(&f);
}

static void the_latest_day_of_all_documents_counts(void **state)
{
    (void)state;
    static const char *const texts[] = {"as_of: 2026-11-20\n", "as_of: 2026-11-26\n", "quotas: []\n"};
    struct fixture f;
    read_texts(&f, texts, 3);
    assert_int_equal(f.r, 0);
    int32_t october = period_make(2026, 10), november = period_make(2026, 11);
    assert_int_equal(f.reference.as_of, date_make(2026, 11, 26));
    assert_int_equal(reference_day(&f.reference, october, october), date_make(2026, 11, 26));
    assert_int_equal(reference_day(&f.reference, october, november), date_make(2026, 10, 31));
    assert_int_equal(reference_day(&f.reference, november, november), date_make(2026, 11, 30));
    fixture_deinit(&f);
}

static const struct fault_case faults[] = {
    {"no table", "{}\n", "L009", 1, "countries, concordance, deadlines and as_of"},
    {"no day", "as_of: soon\n", "L010", 1, NULL},
    {"unknown key", "measurs: []\n", "K001", 1, "did you mean 'measures'?"},
    {"no map", "- toys\n", "K003", 1, NULL},
    {"a basket of no file", CASE, "B011", 2, NULL},
    /* The row that names a basket with a fault has none itself. */
    {"a basket with a fault", CASE "baskets:\n- {id: toys, title: {vi: a, en: b}, codes: ['9'], source: s}\n",
        "L004", 4, NULL},
};

static void each_fault_is_named_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct fixture f;
        read_texts(&f, &faults[i].yaml, 1);
        if (f.r != -EINVAL || !fault_case_holds(&faults[i], &f.diags))
            fail_msg("%s: expected %s in line %d", faults[i].name, faults[i].code, faults[i].line);
        assert_null(f.reference.baskets.items); /* untouched */
        fixture_deinit(&f);
    }
}

static void faults_of_all_documents_are_reported(void **state)
{
    (void)state;
    static const char *const texts[] = {CASE CASE_AGAIN, "{}\n", "quotas: x\n", "countries: x\n"};
    struct fixture f;
    read_texts(&f, texts, 4);
    assert_int_equal(f.r, -EINVAL);
    assert_int_equal(f.diags.len, 5); /* two rows name no basket; L009; L001 twice */
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_read_as_one),
        cmocka_unit_test(codes_of_all_editions_meet),
        cmocka_unit_test(no_documents_are_empty_tables),
        cmocka_unit_test(the_latest_day_of_all_documents_counts),
        cmocka_unit_test(each_fault_is_named_with_its_line),
        cmocka_unit_test(faults_of_all_documents_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
