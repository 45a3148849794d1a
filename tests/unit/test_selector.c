/* link: daemon/core/selector daemon/core/basket daemon/core/row daemon/core/period daemon/core/code daemon/io/yaml daemon/io/file daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/selector.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static struct basket items[] = {{.id = "plywood"}, {.id = "steel"}};
static const struct baskets baskets = {.items = items, .len = 2};

static bool read(const char *text, struct arena *arena, struct selector *ret_selector)
{
    return selector_read(text, &baskets, arena, ret_selector);
}

static void texts_are_baskets_codes_or_beginnings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        enum selector_kind kind;
        const char *rest;
    } cases[] = {
        {"baskets", true, SELECT_BASKETS, ""},
        {"baskets of cbam", true, SELECT_BASKETS, "cbam"},
        {"0301-0307", true, SELECT_RANGE, "0301"},
        {"\"72-73\"", true, SELECT_RANGE, "72"},
        {"hs6", true, SELECT_LEVEL, ""},
        {"hs2 in 72", true, SELECT_LEVEL, "72"},
        {"hs6 in 72-73", true, SELECT_LEVEL, "72"},
        {"hs6 in \"72-73\"", true, SELECT_LEVEL, "72"},
        {"baskets of ", false, 0, NULL},
        {"basketsx", false, 0, NULL},
        {"0307-0301", false, 0, NULL},
        {"03-0307", false, 0, NULL},
        {"\"72-73", false, 0, NULL},
        {"hs5", false, 0, NULL},
        {"hs6 in", false, 0, NULL},
        {"hs6 in steel", false, 0, NULL},
        {"plywood", true, SELECT_BASKET, "plywood"},
        {"7210", true, SELECT_CODE, "7210"},
        {"72", true, SELECT_CODE, "72"},
        {"7210123456", true, SELECT_CODE, "7210123456"},
        {"nso:toys", true, SELECT_CODE, "nso:toys"},
        {"72*", true, SELECT_PREFIX, "72"},
        {"7*", true, SELECT_PREFIX, "7"},
        {"nso:*", true, SELECT_PREFIX, "nso:"},
        {"plywod", false, 0, NULL},
        {"", false, 0, NULL},
        {"*", false, 0, NULL},
        {"7", false, 0, NULL},
        {"72101234567", false, 0, NULL},
        {"72101234567*", false, 0, NULL},
        {"72.10", false, 0, NULL},
        {"72**", false, 0, NULL},
        {"nso*", false, 0, NULL},
        {"nso:đồ chơi", false, 0, NULL},
        {"nso:toys and games", false, 0, NULL},
        {"nso:a-code-that-is-far-longer-than-any-code-the-panel-could-ever-keep", false, 0, NULL},
    };
    struct arena arena = ARENA_NULL;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct selector selector = {0};
        bool good = read(cases[i].text, &arena, &selector);
        if (good != cases[i].good || (good && selector.kind != cases[i].kind))
            fail_msg("'%s'", cases[i].text);
        if (good)
            assert_string_equal(selector.text, cases[i].rest);
    }
    arena_deinit(&arena);
}

static void selects_what_it_names(void **state)
{
    (void)state;
    static const char *const products[] = {"plywood", "steel", "7210", "721012", "7310", "nso:toys"};
    static const struct {
        const char *text, *selected; /* a letter for each product */
    } cases[] = {
        {"baskets", "yy...."},
        {"plywood", "y....."},
        {"7210", "..y..."},
        {"72*", "..yy.."},
        {"7*", "..yyy."},
        {"nso:*", ".....y"},
    };
    struct arena arena = ARENA_NULL;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct selector selector;
        assert_true(read(cases[i].text, &arena, &selector));
        for (size_t k = 0; k < LEN(products); k++)
            if (selector_matches(&selector, &baskets, products[k]) != (cases[i].selected[k] == 'y'))
                fail_msg("%s: %s", cases[i].text, products[k]);
    }
    arena_deinit(&arena);
}

static void overlap_is_mutual(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool overlaps;
    } cases[] = {
        {"baskets", "plywood", true},
        {"baskets", "baskets", true},
        {"plywood", "plywood", true},
        {"plywood", "steel", false},
        {"baskets", "72*", false},
        {"plywood", "7210", false},
        {"7210", "7210", true},
        {"7210", "7211", false},
        {"72*", "7210", true},
        {"72*", "7310", false},
        {"72*", "7*", true},
        {"72*", "73*", false},
        {"nso:*", "nso:toys", true},
    };
    struct arena arena = ARENA_NULL;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct selector a, b;
        assert_true(read(cases[i].a, &arena, &a) && read(cases[i].b, &arena, &b));
        if (selector_overlaps(&a, &b, &baskets) != cases[i].overlaps ||
            selector_overlaps(&b, &a, &baskets) != cases[i].overlaps)
            fail_msg("%s, %s", cases[i].a, cases[i].b);
    }
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_baskets_codes_or_beginnings),
        cmocka_unit_test(selects_what_it_names),
        cmocka_unit_test(overlap_is_mutual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
