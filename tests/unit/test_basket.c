/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/basket daemon/core/row daemon/core/period daemon/core/code daemon/io/file daemon/io/yaml */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/basket.h"
#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/fault_cases.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct baskets baskets;
    int r;
};

static void read_more(struct fixture *f, const char *file, const char *yaml)
{
    const struct node *document;
    assert_int_equal(yaml_parse(file, slice_of(yaml), &f->arena, &document, &f->diags), 0);
    f->r = baskets_add(&f->baskets, node_get(document, "baskets"), &f->diags);
}

static void read_text(struct fixture *f, const char *yaml)
{
    *f = (struct fixture){0};
    read_more(f, "baskets.yaml", yaml);
}

static void fixture_deinit(struct fixture *f)
{
    baskets_deinit(&f->baskets);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

#define TITLE "title: { vi: Ghế, en: Chairs }"
#define FIRST "- {id: a, " TITLE ", source: s, codes: "

static void reads_a_basket(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "baskets:\n"
                  "  - id: chairs\n"
                  "    group: nso\n"
                  "    " TITLE "\n"
                  "    codes: [\"9401\", { code: \"854140\", until: 2021-12, ex: cells },\n"
                  "      { code: \"854143\", from: 2022-01 }, \"nso:chairs\"]\n"
                  "    inputs: \"44\"\n"
                  "    except: [\"940110\", \"9401209000\"]\n"
                  "    part_of: \"00\"\n"
                  "    source: us\n");
    arena_deinit(&f.arena); /* texts are copies */
    assert_int_equal(f.r, 0);
    const struct basket *basket = baskets_find(&f.baskets, "chairs");
    assert_non_null(basket);
    assert_string_equal(basket->group, "nso");
    assert_string_equal(basket->title.text[LANGUAGE_VI], "Ghế");
    assert_string_equal(basket->title.text[LANGUAGE_EN], "Chairs");
    assert_int_equal(basket->codes.len, 4);
    assert_string_equal(basket->codes.items[0].code, "9401");
    assert_null(basket->codes.items[0].ex);
    assert_int_equal(basket->codes.items[0].from, PERIOD_NONE);
    assert_int_equal(basket->codes.items[0].until, PERIOD_NONE);
    assert_string_equal(basket->codes.items[1].code, "854140");
    assert_string_equal(basket->codes.items[1].ex, "cells");
    assert_int_equal(basket->codes.items[1].from, PERIOD_NONE);
    assert_int_equal(basket->codes.items[1].until, period_make(2021, 12));
    assert_int_equal(basket->codes.items[2].from, period_make(2022, 1));
    assert_string_equal(basket->codes.items[3].code, "nso:chairs");
    assert_int_equal(basket->inputs.len, 1);
    assert_string_equal(basket->inputs.items[0].code, "44");
    assert_int_equal(basket->except.len, 2);
    assert_int_equal(basket->part_of.len, 1);
    assert_string_equal(basket->source, "us");
    assert_string_equal(basket->place.file, "baskets.yaml");
    assert_int_equal(basket->place.line, 2);
    assert_null(baskets_find(&f.baskets, "tables"));
    fixture_deinit(&f);
}

static const struct fault_case faults[] = {
    {"no list", "baskets: chairs\n", "L001", 1, NULL},
    {"unknown key", "baskets:\n" FIRST "['10'], colour: red}\n", "K001", 2, NULL},
    {"same id", "baskets:\n" FIRST "['10']}\n" FIRST "['20']}\n", "B007", 3, NULL},
    {"no codes", "baskets:\n" FIRST "[]}\n", "B005", 2, NULL},
    {"bad code", "baskets:\n" FIRST "['10 20']}\n", "L004", 2, NULL},
    {"dots", "baskets:\n" FIRST "['8541.40']}\n", "L004", 2, "write 854140"},
    {"odd digits", "baskets:\n" FIRST "['303']}\n", "L004", 2, "begin with 0"},
    {"too many digits", "baskets:\n" FIRST "['30311122233']}\n", "L004", 2, NULL},
    {"bad input", "baskets:\n" FIRST "['10'], inputs: ['ă']}\n", "L004", 2, NULL},
    {"code twice", "baskets:\n" FIRST "['10', '20',\n  '10']}\n", "L005", 3, NULL},
    {"code twice, once with months", "baskets:\n" FIRST "['10',\n  {code: '10', from: 2020-01}]}\n", "L005",
        3, NULL},
    {"no code in a map", "baskets:\n" FIRST "['10', {from: 2020-01}]}\n", "K002", 2, NULL},
    {"unknown key of a code", "baskets:\n" FIRST "[{code: '10', to: 2020-01}]}\n", "K001", 2, NULL},
    {"no month", "baskets:\n" FIRST "[{code: '10', from: 2020-13}]}\n", "L007", 2, NULL},
    {"months out of order", "baskets:\n" FIRST "[{code: '10', from: 2022-01, until: 2021-12}]}\n", "L008", 2,
        NULL},
    {"ex is empty", "baskets:\n" FIRST "[{code: '10', ex: ''}]}\n", "L002", 2, NULL},
    {"exception outside", "baskets:\n" FIRST "['4412'], except: ['441300']}\n", "B009", 2, NULL},
    {"exception is the whole", "baskets:\n" FIRST "['4412'], except: ['4412']}\n", "B009", 2, NULL},
    {"exception twice", "baskets:\n" FIRST "['4412'], except: ['441210', '441210']}\n", "L005", 2, NULL},
    {"bad whole", "baskets:\n" FIRST "['4412'], part_of: ['4.4']}\n", "L004", 2, "write 44"},
    {"one language", "baskets:\n- {id: a, title: {vi: Ghế}, codes: ['10'], source: s}\n", "B001", 2, NULL},
    {"empty language", "baskets:\n- {id: a, title: {vi: Ghế, en: ''}, codes: ['10'], source: s}\n", "B001", 2,
        NULL},
    {"empty source", "baskets:\n- {id: a, " TITLE ", codes: ['10'], source: ''}\n", "L002", 2, NULL},
    {"no source", "baskets:\n- {id: a, " TITLE ", codes: ['10']}\n", "K002", 2, NULL},
    {"no id", "baskets:\n- {" TITLE ", codes: ['10'], source: s}\n", "K002", 2, NULL},
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

static void all_faults_are_reported_at_once(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "baskets:\n- {id: A, title: {en: x}, codes: [], source: s}\n- {id: b}\n");
    assert_int_equal(f.r, -EINVAL);
    assert_true(f.diags.errors >= 5); /* the id, vi; title, codes and source of b */
    fixture_deinit(&f);
}

static void ids_are_unique_across_files(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "baskets:\n" FIRST "['10']}\n");
    read_more(&f, "more.yaml", "baskets:\n- {id: b, " TITLE ", source: s, codes: '20'}\n");
    assert_int_equal(f.r, 0);
    assert_int_equal(f.baskets.len, 2);
    read_more(&f, "again.yaml", "baskets:\n" FIRST "['30']}\n");
    assert_int_equal(f.r, -EINVAL);
    assert_string_equal(f.diags.items[0].file, "again.yaml");
    assert_non_null(strstr(f.diags.items[0].text, "line 2 of baskets.yaml"));
    fixture_deinit(&f);
}

#define PLYWOOD                                                                                              \
    "baskets:\n"                                                                                             \
    "- {id: plywood, " TITLE ", source: s, codes: ['4412', 'nso:wood'], except: ['441210']}\n"               \
    "- {id: bamboo, " TITLE ", source: s, codes: ['441210']}\n"                                              \
    "- {id: wood, " TITLE ", source: s, codes: ['44']}\n"                                                    \
    "- {id: toys, " TITLE ", source: s, codes: ['9503']}\n"

static void a_basket_holds_what_lies_below_its_codes(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        bool held;
    } cases[] = {
        {"4412", true},
        {"441294", true},
        {"4412941000", true},
        {"441210", false},
        {"44121000", false},
        {"44", false},
        {"4413", false},
        {"nso:wood", true},
        {"nso:wooden", false}, /* only HS numbers nest */
        {"nso:woo", false},
    };
    struct fixture f;
    read_text(&f, PLYWOOD);
    assert_int_equal(f.r, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (basket_holds(&f.baskets.items[0], cases[i].code) != cases[i].held)
            fail_msg("%s", cases[i].code);
    fixture_deinit(&f);
}

static void a_target_meets_products_above_and_below(void **state)
{
    (void)state;
    static const char *const codes[] = {"441210", "4408"};
    const struct basket_target plywood = {.basket = "plywood"}, listed = {.codes = {codes, 2}};
    static const struct {
        const char *product;
        bool plywood, listed;
    } cases[] = {
        {"plywood", true, false}, /* 441210 is its exception */
        {"bamboo", false, true},
        {"wood", true, true},
        {"toys", false, false},
        {"44", true, true},
        {"4412", true, true},
        {"441210", false, true},
        {"441294", true, false},
        {"4408100000", false, true},
        {"9503", false, false},
        {"nso:wood", true, false},
    };
    struct fixture f;
    read_text(&f, PLYWOOD);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (baskets_meet(&f.baskets, &plywood, cases[i].product) != cases[i].plywood ||
            baskets_meet(&f.baskets, &listed, cases[i].product) != cases[i].listed)
            fail_msg("%s", cases[i].product);
    fixture_deinit(&f);
}

static void shipped_baskets_are_sound(void **state)
{
    (void)state;
    struct fixture f = {0};
    const struct node *document;
    assert_int_equal(yaml_load("feeds/baskets-nso.yaml", &f.arena, &document, NULL, &f.diags), 0);
    assert_int_equal(baskets_add(&f.baskets, node_get(document, "baskets"), &f.diags), 0);
    assert_int_equal(f.diags.warnings, 0);
    assert_int_equal(f.baskets.len, 17);
    const struct basket *basket = baskets_find(&f.baskets, "computers-electronics");
    assert_non_null(basket);
    assert_int_equal(basket->inputs.len, 1);
    assert_string_equal(basket->inputs.items[0].code, "nso:computers-electronics");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_basket),
        cmocka_unit_test(each_fault_is_named_with_its_line),
        cmocka_unit_test(all_faults_are_reported_at_once),
        cmocka_unit_test(ids_are_unique_across_files),
        cmocka_unit_test(a_basket_holds_what_lies_below_its_codes),
        cmocka_unit_test(a_target_meets_products_above_and_below),
        cmocka_unit_test(shipped_baskets_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
