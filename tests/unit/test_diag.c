/* link: daemon/base/alloc daemon/base/arena daemon/base/diag daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"

static const struct place place = {"rules.yaml", 3, 9};

static void line_says_where_what_and_how_bad(void **state)
{
    (void)state;
    struct diag_list list = DIAG_LIST_NULL;
    diag_error(&list, place, "R017", "expected %s", "a ratio");
    diag_warning(&list, (struct place){"x.yaml", 0, 0}, "R018", "unused");
    diag_error(&list, (struct place){0}, "R019", "nowhere");
    assert_string_equal(diag_line(&list, &list.items[0]), "rules.yaml:3:9: error[R017]: expected a ratio");
    assert_string_equal(diag_line(&list, &list.items[1]), "x.yaml: warning[R018]: unused");
    assert_string_equal(diag_line(&list, &list.items[2]), "-: error[R019]: nowhere");
    assert_int_equal(list.errors, 2);
    assert_int_equal(list.warnings, 1);
    diag_list_deinit(&list);
}

static void hint_belongs_to_the_newest_finding(void **state)
{
    (void)state;
    struct diag_list list = DIAG_LIST_NULL;
    diag_hint(&list, "for nobody");
    diag_error(&list, place, "R001", "one");
    diag_error(&list, place, "R002", "two");
    diag_hint(&list, "did you mean '%s'?", "three");
    assert_null(list.items[0].hint);
    assert_string_equal(list.items[1].hint, "did you mean 'three'?");
    diag_list_deinit(&list);
}

static void keeps_so_many_and_counts_the_rest(void **state)
{
    (void)state;
    struct diag_list list = DIAG_LIST_NULL;
    for (int i = 0; i < DIAG_MAX + 50; i++) {
        diag_error(&list, place, "R001", "number %d", i);
        diag_hint(&list, "hint %d", i);
    }
    assert_int_equal(list.len, DIAG_MAX);
    assert_int_equal(list.errors, DIAG_MAX + 50);
    assert_string_equal(list.items[DIAG_MAX - 1].text, "number 199");
    assert_string_equal(list.items[DIAG_MAX - 1].hint, "hint 199");
    diag_list_deinit(&list);
}

/* What a feed sent must not drive the terminal of who reads about it, nor forge a line. */
static void control_bytes_are_replaced(void **state)
{
    (void)state;
    struct diag_list list = DIAG_LIST_NULL;
    diag_error(&list, place, "G001", "found '%s'", "\x1b[2J\nrules.yaml:1:1: error[X]\x7f");
    assert_string_equal(list.items[0].text, "found '?[2J?rules.yaml:1:1: error[X]?'");
    diag_list_deinit(&list);
}

static void long_text_is_cut_between_characters(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct diag_list list = DIAG_LIST_NULL;
        char text[3000] = "";
        memset(text, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "ệ", 3);
        diag_error(&list, place, "R001", "%s", text);
        size_t len = strlen(list.items[0].text);
        assert_true(str_is_utf8(slice_of(list.items[0].text)));
        assert_in_range(len, 1020, 1023);
        diag_list_deinit(&list);
    }
}

static char *printed(const struct diag *diag, const char *source)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    diag_print(out, diag, slice_of(source));
    fclose(out);
    return text;
}

static void caret_stands_under_the_column(void **state)
{
    (void)state;
    struct diag_list list = DIAG_LIST_NULL;
    diag_error(&list, (struct place){"r.yaml", 2, 9}, "T010", "wrong type");
    diag_hint(&list, "did you mean 5%%?");
    char *text = printed(&list.items[0], "rules:\n\tà ê: x 5 MUSD\nend");
    assert_string_equal(text, "r.yaml:2:9: error[T010]: wrong type\n"
                              "    2 | \tà ê: x 5 MUSD\n"
                              "      | \t     ^\n"
                              "      = hint: did you mean 5%?\n");
    free(text);
    diag_list_deinit(&list);
}

static void place_past_the_source_prints_an_empty_line(void **state)
{
    (void)state;
    struct diag_list list = DIAG_LIST_NULL;
    diag_error(&list, (struct place){"r.yaml", 9, 40}, "T010", "wrong");
    char *text = printed(&list.items[0], "one\ntwo\n");
    assert_string_equal(text, "r.yaml:9:40: error[T010]: wrong\n    9 | \n      | ^\n");
    free(text);
    text = printed(&list.items[0], "");
    assert_string_equal(text, "r.yaml:9:40: error[T010]: wrong\n");
    free(text);
    diag_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_says_where_what_and_how_bad),
        cmocka_unit_test(hint_belongs_to_the_newest_finding),
        cmocka_unit_test(keeps_so_many_and_counts_the_rest),
        cmocka_unit_test(control_bytes_are_replaced),
        cmocka_unit_test(long_text_is_cut_between_characters),
        cmocka_unit_test(caret_stands_under_the_column),
        cmocka_unit_test(place_past_the_source_prints_an_empty_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
