/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/basket daemon/core/code daemon/core/concordance daemon/core/country daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "core/concordance.h"
#include "core/period.h"
#include "io/yaml.h"

/* Solar cells, PET, plywood that went two ways and on, a code that only became narrower. */
static const char table[] =
    "- { edition: HS 2022, from: 2022-01, before: [854140], after: [854141, 854142, 854143, 854149], source: "
    "s }\n"
    "- { edition: HS 2017, from: 2017-01, before: [390760], after: [390761, 390769], source: s }\n"
    "- { edition: HS 2017, from: 2017-01, before: [871190], after: [871160, 871190], source: s }\n"
    "- { edition: HS 2022, from: 2022-01, before: [441294, 441299], after: [441241, 441251, 441299], source: "
    "s }\n"
    "- { edition: HS 2028, from: 2028-01, before: [390761], after: [390762, 390763], source: s }\n";

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct concordance concordance;
    struct baskets baskets;
    int r;
};

static void read_table(struct fixture *f, const char *yaml)
{
    const struct node *list;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("t.yaml", slice_of(yaml), &f->arena, &list, &f->diags), 0);
    f->r = concordance_add(&f->concordance, list, &f->diags);
}

static void end(struct fixture *f)
{
    concordance_deinit(&f->concordance);
    baskets_deinit(&f->baskets);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void read_baskets(struct fixture *f, const char *codes)
{
    const struct node *list;
    const char *yaml =
        arena_printf(&f->arena, "- { id: b, title: { vi: a, en: b }, source: s, codes: %s }\n", codes);
    assert_int_equal(yaml_parse("b.yaml", slice_of(yaml), &f->arena, &list, &f->diags), 0);
    assert_int_equal(baskets_add(&f->baskets, list, &f->diags), 0);
}

/* "854140..2021-12 854141@2022-01.." */
static void print_codes(const struct basket_codes *codes, struct buf *out)
{
    char from[PERIOD_TEXT_SIZE], until[PERIOD_TEXT_SIZE];
    for (size_t i = 0; i < codes->len; i++)
        buf_printf(out, "%s%s %s..%s", i > 0 ? ", " : "", codes->items[i].code,
            period_format(codes->items[i].from, from), period_format(codes->items[i].until, until));
}

static const struct {
    const char *codes, *except, *followed;
} products[] = {
    /* the whole of one side */
    {"[854140]", "",
        "854140 ..2021-12, 854141 2022-01.., 854142 2022-01.., 854143 2022-01.., 854149 2022-01.."},
    {"[854149, 854141, 854143, 854142]", "",
        "854149 2022-01.., 854141 2022-01.., 854143 2022-01.., 854142 2022-01.., 854140 ..2021-12"},
    /* a part of it: nothing is guessed */
    {"[854142, 854143]", "", "854142 .., 854143 .."},
    /* as its writer has dated it */
    {"[{ code: 854140, until: 2021-12 }, { code: 854142, from: 2022-01 }]", "",
        "854140 ..2021-12, 854142 2022-01.."},
    /* by a code above, which stays */
    {"[8541]", "", "8541 .."},
    {"[8541]", "854142", "8541 .."},
    {"[854140]", "85414010", "854140 .."},
    /* twice */
    {"[390760]", "",
        "390760 ..2016-12, 390761 2017-01..2027-12, 390769 2017-01.., 390762 2028-01.., 390763 2028-01.."},
    {"[390762, 390763, 390769]", "",
        "390762 2028-01.., 390763 2028-01.., 390769 2017-01.., 390761 2017-01..2027-12, 390760 ..2016-12"},
    /* a code on both sides */
    {"[871190]", "", "871190 .., 871160 2017-01.."},
    {"[871160, 871190]", "", "871160 2017-01.., 871190 .."},
    {"[441294]", "", "441294 .."},
    {"[441294, 441299]", "", "441294 ..2021-12, 441299 .., 441241 2022-01.., 441251 2022-01.."},
    {"[\"nso:wood\", 7210]", "", "nso:wood .., 7210 .."},
};

static void products_go_on_where_a_side_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        struct fixture f;
        struct buf out;
        const char *except = products[i].except;
        read_table(&f, table);
        assert_int_equal(f.r, 0);
        concordance_seal(&f.concordance);
        read_baskets(&f, products[i].codes);
        struct texts exceptions = {&except, except[0] != '\0'};
        struct basket_codes followed =
            concordance_follow(&f.concordance, &f.baskets.items[0].codes, &exceptions, &f.arena);
        buf_init(&out, 1000);
        print_codes(&followed, &out);
        if (strcmp(buf_text(&out), products[i].followed) != 0)
            fail_msg("%s gives %s", products[i].codes, buf_text(&out));
        buf_deinit(&out);
        end(&f);
    }
}

static void a_single_code_has_its_history(void **state)
{
    (void)state;
    struct fixture f;
    read_table(&f, table);
    concordance_seal(&f.concordance);
    assert_int_equal(concordance_history(&f.concordance, "854140")->len, 5);
    assert_int_equal(concordance_history(&f.concordance, "390760")->len, 5);
    assert_int_equal(concordance_history(&f.concordance, "390761")->len, 3);
    assert_null(concordance_history(&f.concordance, "854142"));
    assert_null(concordance_history(&f.concordance, "7210"));
    end(&f);
}

static void lists_of_another_edition_are_widened(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        size_t len;
    } lists[] = {{"854140", 5}, {"854143", 2}, {"8541", 6}, {"85414010", 1}, {"390760", 5}, {"390762", 3},
        {"7210", 1}};
    struct fixture f;
    read_table(&f, table);
    concordance_seal(&f.concordance);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct texts wide = concordance_widen(&f.concordance, &(struct texts){&lists[i].code, 1}, &f.arena);
        if (wide.len != lists[i].len)
            fail_msg("%s: %zu codes", lists[i].code, wide.len);
    }
    end(&f);
}

static void halves_are_warned_about(void **state)
{
    (void)state;
    static const struct {
        const char *codes, *says;
    } baskets[] = {
        {"[854142, 854143]", "begin with HS 2022: 854140 became 854141, 854142, 854143, 854149 in 2022-01"},
        {"[441294]", "end with HS 2022"},
        {"[854140]", NULL},
        {"[8541]", NULL},
        {"[{ code: 854140, until: 2021-12 }, { code: 854142, from: 2022-01 }]", NULL},
        {"[{ code: 854140, until: 2021-12 }]", "end with HS 2022"},
        {"[7210]", NULL},
    };
    for (size_t i = 0; i < sizeof baskets / sizeof *baskets; i++) {
        static const struct texts nothing = {0};
        struct fixture f;
        read_table(&f, table);
        concordance_seal(&f.concordance);
        read_baskets(&f, baskets[i].codes);
        f.baskets.items[0].codes =
            concordance_follow(&f.concordance, &f.baskets.items[0].codes, &nothing, &f.arena);
        concordance_lint(&f.concordance, &f.baskets, "other.yaml", &f.diags);
        assert_int_equal(f.diags.len, 0);
        concordance_lint(&f.concordance, &f.baskets, "b.yaml", &f.diags);
        bool right = baskets[i].says == NULL
                         ? f.diags.len == 0
                         : f.diags.len == 1 && strstr(f.diags.items[0].text, baskets[i].says) != NULL;
        if (!right)
            fail_msg("%s: %s", baskets[i].codes, f.diags.len > 0 ? f.diags.items[0].text : "nothing");
        end(&f);
    }
}

static void each_fault_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *code;
    } faults[] = {
        {"- { edition: e, from: 2022-01, before: [], after: [1], source: s }", "V001"},
        {"- { edition: e, from: 2022-01, before: [\"nso:a\"], after: [7210], source: s }", "V001"},
        {"- { edition: e, from: 2022-01, before: [7210, 7210], after: [7211], source: s }", "L005"},
        {"- { edition: e, from: 2022-13, before: [7210], after: [7211], source: s }", "L007"},
        {"- { edition: e, from: 2022-01, before: [7210], after: [7211], source: \"\" }", "L002"},
        {"- { edition: e, from: 2022-01, before: [7210], after: [7211] }", "K002"},
        {"- { edition: e, from: 2022-01, before: [7210], after: [7211], source: s }\n"
         "- { edition: e, from: 2022-01, before: [7209, 7210], after: [7212], source: s }",
            "V002"},
        {"- x", "K003"},
        {"x", "L"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct fixture f;
        read_table(&f, faults[i].yaml);
        bool found = false;
        for (size_t k = 0; k < f.diags.len; k++)
            found |= strncmp(f.diags.items[k].code, faults[i].code, strlen(faults[i].code)) == 0;
        if (f.r == 0 || !found)
            fail_msg("%s: %s", faults[i].yaml, f.diags.len > 0 ? f.diags.items[0].code : "nothing");
        end(&f);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_go_on_where_a_side_is_whole),
        cmocka_unit_test(a_single_code_has_its_history),
        cmocka_unit_test(lists_of_another_edition_are_widened),
        cmocka_unit_test(halves_are_warned_about),
        cmocka_unit_test(each_fault_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
