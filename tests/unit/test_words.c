/* link: daemon/base/alloc daemon/base/arena daemon/base/map daemon/base/str feeds/words */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "feeds/words.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

/* Texts that are alike in what is taken of them: ends, middle, length, zeros. */
static const struct {
    const char *data;
    size_t len;
} texts[] = {
    {"", 0},
    {"\0", 1},
    {"\0\0", 2},
    {"a", 1},
    {"aa", 2},
    {"aaa", 3},
    {"aba", 3},
    {"aaaa", 4},
    {"aaaaa", 5},
    {"aaaaaa", 6},
    {"aaaaaaa", 7},
    {"aaaaaaaa", 8},
    {"aaaaaaab", 8},
    {"baaaaaaa", 8},
    {"aaabaaaa", 8},
    {"aaaabaaa", 8},
    {"aaaaaaaaa", 9},
    {"aaaaaaaab", 9},
    {"aaaaaaaaaaaaaaaaaaaa", 20},
};

/* In memory of its own, so that reading past its end is seen. */
static struct slice text_of(size_t i)
{
    struct slice text = {alloc_zeroed(1, texts[i].len), texts[i].len};
    memcpy((char *)(uintptr_t)text.data, texts[i].data, texts[i].len);
    return text;
}

static void texts_are_told_apart(void **state)
{
    (void)state;
    struct words words = WORDS_NULL;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct slice text = text_of(i);
        uint32_t word;
        assert_false(words_find(&words, text, &word));
        words_add(&words, text, (uint32_t)i);
        for (size_t k = 0; k < LEN(texts); k++) {
            struct slice other = text_of(k);
            bool found = words_find(&words, other, &word);
            assert_int_equal(found, k <= i);
            assert_true(!found || word == k);
            alloc_free((void *)(uintptr_t)other.data);
        }
        alloc_free((void *)(uintptr_t)text.data);
    }
    words_deinit(&words);
}

static void many_texts_are_kept(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct words words = WORDS_NULL;
    char text[16];
    uint32_t word;
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "%u", i * 7919);
        words_add(&words, slice_of(text), i);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "%u", i * 7919);
        assert_true(words_find(&words, slice_of(text), &word));
        assert_int_equal(word, i);
    }
    assert_false(words_find(&words, slice_of("1"), &word));
    words_deinit(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_told_apart),
        cmocka_unit_test(many_texts_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
