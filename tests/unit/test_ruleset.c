/* link: daemon/io/yaml daemon/io/file daemon/core/ruleset daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/clock_text daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/probe daemon/core/quality_flag daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/program_run daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/gather */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/ruleset.h"
#include "io/yaml.h"

#define RULE(id, when)                                                                                       \
    "  - id: " id "\n"                                                                                       \
    "    title: { en: a, vi: b }\n"                                                                          \
    "    advice: { en: a, vi: b }\n"                                                                         \
    "    severity: watch\n"                                                                                  \
    "    scope: { product: baskets, market: US }\n"                                                          \
    "    when: " when "\n"

#define GOOD "growth(exports, 3m) > 5%"

static struct basket_code plywood_codes[] = {{.code = "4412"}};
static struct basket plywood_basket = {.id = "plywood", .codes = {plywood_codes, 1}};
static const struct reference reference = {.baskets = {.items = &plywood_basket, .len = 1}};

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct ruleset *ruleset;
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.ruleset = ruleset_new()};
}

static void fixture_deinit(struct fixture *f)
{
    ruleset_free(f->ruleset);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void add(struct fixture *f, const char *file, const char *yaml, const struct reference *with)
{
    const struct node *document;
    assert_int_equal(yaml_parse(file, slice_of(yaml), &f->arena, &document, &f->diags), 0);
    ruleset_add(f->ruleset, document, slice_of(yaml), with, &f->diags);
}

static void rules_of_all_files_are_found_by_id(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    add(&f, "a.yaml", "rules:\n" RULE("one", GOOD) RULE("two", GOOD), &reference);
    add(&f, "b.yaml", "rules:\n" RULE("three", GOOD), &reference);
    assert_int_equal(ruleset_seal(f.ruleset, &f.diags), 0);
    assert_int_equal(f.ruleset->len, 3);
    assert_string_equal(ruleset_find(f.ruleset, "two")->id, "two");
    assert_string_equal(ruleset_find(f.ruleset, "three")->place.file, "b.yaml");
    assert_null(ruleset_find(f.ruleset, "four"));
    assert_int_equal(f.ruleset->digest.hex[DIGEST_SIZE - 1], '\0');
    assert_int_equal(strlen(f.ruleset->digest.hex), DIGEST_SIZE - 1);
    fixture_deinit(&f);
    ruleset_free(NULL);
}

static void empty_set_is_a_set(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    add(&f, "a.yaml", "rules: []\n", &reference);
    assert_int_equal(ruleset_seal(f.ruleset, &f.diags), 0);
    assert_int_equal(f.ruleset->len, 0);
    fixture_deinit(&f);
}

static void all_faults_of_all_files_are_seen_in_one_run(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    add(&f, "a.yaml", "rules:\n" RULE("one", "growth(exports, 3m)") RULE("two", GOOD) RULE("3", "5%"),
        &reference);
    add(&f, "b.yaml", "rules: none\n", &reference);
    add(&f, "c.yaml", "ruels: []\n", &reference);
    add(&f, "d.yaml", "rules:\n  - surge\n", &reference);
    add(&f, "e.yaml", "rules:\n" RULE("two", GOOD), &reference);
    assert_int_equal(ruleset_seal(f.ruleset, &f.diags), -EINVAL);
    static const char *const lines[] = {"a.yaml:7:11: error[R024]", "a.yaml:19:11: error[R024]",
        "b.yaml:1:8: error[R031]", "c.yaml:1:1: error[K001]", "c.yaml:1:1: error[K002]",
        "d.yaml:2:5: error[K003]", "e.yaml:2:5: error[R033]"};
    assert_int_equal(f.diags.len, sizeof lines / sizeof *lines);
    for (size_t i = 0; i < f.diags.len; i++)
        if (!str_starts(diag_line(&f.diags, &f.diags.items[i]), lines[i]))
            fail_msg("%s", diag_line(&f.diags, &f.diags.items[i]));
    assert_string_equal(f.diags.items[6].hint, "the first is at a.yaml:8");
    assert_int_equal(f.ruleset->len, 2); /* the good ones are there */
    fixture_deinit(&f);
}

static struct digest digest_with(const char *file, const char *yaml, const struct reference *with)
{
    struct fixture f;
    fixture_init(&f);
    add(&f, file, yaml, with);
    assert_int_equal(ruleset_seal(f.ruleset, &f.diags), 0);
    struct digest digest = f.ruleset->digest;
    fixture_deinit(&f);
    return digest;
}

static void digest_tells_rule_sets_apart(void **state)
{
    (void)state;
    static const char one[] = "rules:\n" RULE("one", GOOD), two[] = "rules:\n" RULE("two", GOOD);
    struct digest digest = digest_with("a.yaml", one, &reference);
    assert_string_equal(digest_with("a.yaml", one, &reference).hex, digest.hex);
    assert_string_equal(digest_with("/elsewhere/a.yaml", one, &reference).hex, digest.hex);
    assert_string_not_equal(digest_with("b.yaml", one, &reference).hex, digest.hex);
    assert_string_not_equal(digest_with("a.yaml", two, &reference).hex, digest.hex);
}

/* A table is kept beside the rules: the same rules over another table judge otherwise. */
static void digest_covers_what_is_kept(void **state)
{
    (void)state;
    static const char one[] = "rules:\n" RULE("one", GOOD);
    struct digest digests[3];
    for (size_t i = 0; i < 3; i++) {
        static const char *const tables[] = {"baskets: [a]", "baskets: [a]", "baskets: [b]"};
        struct fixture f;
        fixture_init(&f);
        ruleset_keep(f.ruleset, (struct place){.file = "baskets.yaml"}, slice_of(tables[i]), &f.diags);
        add(&f, "a.yaml", one, &reference);
        assert_int_equal(ruleset_seal(f.ruleset, &f.diags), 0);
        digests[i] = f.ruleset->digest;
        fixture_deinit(&f);
    }
    assert_string_equal(digests[0].hex, digests[1].hex);
    assert_string_not_equal(digests[0].hex, digests[2].hex);
}

static void files_are_found_again_in_what_is_kept(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "rules:\n" RULE("one", GOOD), "rules: []\n", "rules:\n" RULE("two", GOOD)};
    static const char *const files[] = {"/etc/rules/a.yaml", "b.yaml", "c.yaml"}, *const names[] = {"a.yaml",
                                                                                      "b.yaml", "c.yaml"};
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < 3; i++)
        add(&f, files[i], texts[i], &reference);
    struct slice kept = {buf_text(&f.ruleset->files), f.ruleset->files.len}, text;
    size_t offset = 0;
    const char *name;
    for (size_t i = 0; i < 3; i++) {
        assert_true(ruleset_next_file(kept, &offset, &name, &text));
        assert_string_equal(name, names[i]);
        assert_true(slice_equal(text, texts[i]));
    }
    assert_false(ruleset_next_file(kept, &offset, &name, &text));
    fixture_deinit(&f);
}

/* What the store gives back is not trusted: any cut or changed byte ends the walk, and nothing outside is
 * read. */
static void damaged_files_end_the_walk(void **state)
{
    (void)state;
    static const char kept[] = "a.yaml\0"
                               "5\0"
                               "12345"
                               "b.yaml\0"
                               "3\0"
                               "123";
    static const struct slice bad[] = {{"a\0-1\0xx", 7},
        {"a\0"
         "99\0xx",
            7},
        {"a\0x\0xx", 6},
        {"a\0"
         "99999999999999999999\0xx",
            25}};
    const char *name;
    struct slice text;
    size_t offset = 0;
    assert_false(ruleset_next_file((struct slice){NULL, 0}, &offset, &name, &text));
    for (size_t len = 0; len < sizeof kept; len++) {
        size_t n = 0;
        for (offset = 0; ruleset_next_file((struct slice){kept, len}, &offset, &name, &text); n++)
            assert_true(text.data + text.len <= kept + len);
        assert_int_equal(n, len < 14 ? 0 : len < 26 ? 1 : 2);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        offset = 0;
        assert_false(ruleset_next_file(bad[i], &offset, &name, &text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_of_all_files_are_found_by_id),
        cmocka_unit_test(empty_set_is_a_set),
        cmocka_unit_test(all_faults_of_all_files_are_seen_in_one_run),
        cmocka_unit_test(digest_tells_rule_sets_apart),
        cmocka_unit_test(digest_covers_what_is_kept),
        cmocka_unit_test(files_are_found_again_in_what_is_kept),
        cmocka_unit_test(damaged_files_end_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
