/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/basket daemon/core/code daemon/io/file daemon/io/yaml */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/basket.h"
#include "io/yaml.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct baskets baskets;
    int r;
};

static void read_text(struct fixture *f, const char *yaml)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("baskets.yaml", slice_of(yaml), &f->arena, &document, &f->diags), 0);
    f->r = baskets_read(document, &f->baskets, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    baskets_deinit(&f->baskets);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

#define TITLE "title: { vi: Ghế, en: Chairs }"

static void reads_a_basket(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "baskets:\n"
                  "  - id: chairs\n"
                  "    " TITLE "\n"
                  "    codes: [\"9401\", \"nso:chairs\"]\n"
                  "    inputs: \"44\"\n"
                  "    source: us\n");
    arena_deinit(&f.arena); /* texts are copies */
    assert_int_equal(f.r, 0);
    const struct basket *basket = baskets_find(&f.baskets, "chairs");
    assert_non_null(basket);
    assert_string_equal(basket->title.text[LANGUAGE_VI], "Ghế");
    assert_string_equal(basket->title.text[LANGUAGE_EN], "Chairs");
    assert_int_equal(basket->codes.len, 2);
    assert_string_equal(basket->codes.items[1], "nso:chairs");
    assert_int_equal(basket->inputs.len, 1);
    assert_string_equal(basket->inputs.items[0], "44");
    assert_string_equal(basket->source, "us");
    assert_string_equal(basket->place.file, "baskets.yaml");
    assert_int_equal(basket->place.line, 2);
    assert_null(baskets_find(&f.baskets, "tables"));
    fixture_deinit(&f);
}

static const struct {
    const char *name, *yaml, *code;
    int line;
} faults[] = {
    {"no list", "baskets: chairs\n", "B008", 1},
    {"nothing", "{}\n", "K002", 1},
    {"unknown key", "baskets:\n- {id: a, " TITLE ", codes: ['1'], source: s, colour: red}\n", "K001", 2},
    {"same id",
        "baskets:\n- {id: a, " TITLE ", codes: ['1'], source: s}\n- {id: a, " TITLE
        ", codes: ['2'], source: s}\n",
        "B007", 3},
    {"no codes", "baskets:\n- {id: a, " TITLE ", codes: [], source: s}\n", "B005", 2},
    {"bad code", "baskets:\n- {id: a, " TITLE ", codes: ['1 2'], source: s}\n", "B003", 2},
    {"bad input", "baskets:\n- {id: a, " TITLE ", codes: ['1'], inputs: ['ă'], source: s}\n", "B003", 2},
    {"code twice", "baskets:\n- {id: a, " TITLE ", codes: ['1', '2',\n  '1'], source: s}\n", "B004", 3},
    {"one language", "baskets:\n- {id: a, title: {vi: Ghế}, codes: ['1'], source: s}\n", "B001", 2},
    {"empty language", "baskets:\n- {id: a, title: {vi: Ghế, en: ''}, codes: ['1'], source: s}\n", "B001", 2},
    {"empty source", "baskets:\n- {id: a, " TITLE ", codes: ['1'], source: ''}\n", "B006", 2},
    {"no source", "baskets:\n- {id: a, " TITLE ", codes: ['1']}\n", "K002", 2},
};

static void each_fault_is_named_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct fixture f;
        read_text(&f, faults[i].yaml);
        if (f.r != -EINVAL || f.diags.len != 1 || strcmp(f.diags.items[0].code, faults[i].code) != 0 ||
            f.diags.items[0].line != faults[i].line) {
            for (size_t k = 0; k < f.diags.len; k++)
                print_message("%s\n", diag_line(&f.diags, &f.diags.items[k]));
            fail_msg("%s: expected %s in line %d", faults[i].name, faults[i].code, faults[i].line);
        }
        assert_null(f.baskets.items); /* untouched */
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

static void shipped_baskets_are_sound(void **state)
{
    (void)state;
    struct fixture f = {0};
    const struct node *document;
    assert_int_equal(yaml_load("feeds/baskets.yaml", &f.arena, &document, NULL, &f.diags), 0);
    assert_int_equal(baskets_read(document, &f.baskets, &f.diags), 0);
    assert_int_equal(f.diags.warnings, 0);
    assert_int_equal(f.baskets.len, 17);
    const struct basket *basket = baskets_find(&f.baskets, "computers-electronics");
    assert_non_null(basket);
    assert_int_equal(basket->inputs.len, 1);
    assert_string_equal(basket->inputs.items[0], "nso:computers-electronics");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_basket),
        cmocka_unit_test(each_fault_is_named_with_its_line),
        cmocka_unit_test(all_faults_are_reported_at_once),
        cmocka_unit_test(shipped_baskets_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
