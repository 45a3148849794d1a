/* link: daemon/io/rfc2047 daemon/base/alloc daemon/base/buf daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "io/rfc2047.h"

enum { COLUMN = 9 /* "Subject: " */, MAX = 8192 };

static char *encode(const char *text, size_t column)
{
    struct buf out;
    buf_init(&out, MAX);
    assert_int_equal(rfc2047_encode(text, column, &out), 0);
    return buf_take(&out);
}

/* Decodes encoded-words as a reader does: blanks between them vanish. Checks each word on its way. */
static char *decode(const char *encoded, size_t column)
{
    struct buf out;
    buf_init(&out, MAX);
    bool first = true;
    for (const char *p = encoded; *p != '\0'; first = false) {
        size_t word = strcspn(p, " ");
        assert_true(word <= 75);
        assert_true(!first || column + word <= 76);
        assert_memory_equal(p, "=?UTF-8?B?", 10);
        assert_memory_equal(p + word - 2, "?=", 2);
        unsigned char bytes[64];
        int n = EVP_DecodeBlock(bytes, (const unsigned char *)p + 10, (int)(word - 12));
        assert_true(n > 0);
        size_t kept = (size_t)n; /* padding decodes to NUL, which no text here holds */
        while (kept > 0 && bytes[kept - 1] == '\0')
            kept--;
        assert_true(str_is_utf8((struct slice){(const char *)bytes, kept}));
        assert_int_equal(buf_append(&out, bytes, kept), 0);
        p += word;
        p += *p == ' ';
    }
    return buf_take(&out);
}

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "[Warning 3/4] Plywood: up 231%", "a = b ? c : d"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *encoded = encode(texts[i], COLUMN);
        assert_string_equal(encoded, texts[i]);
        alloc_free(encoded);
    }
}

static void known_word_is_exact(void **state)
{
    (void)state;
    char *encoded = encode("Cảnh báo", COLUMN);
    assert_string_equal(encoded, "=?UTF-8?B?Q+G6o25oIGLDoW8=?=");
    alloc_free(encoded);
}

static void words_are_short_whole_and_decode_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Gỗ dán: nhập khẩu của Hoa Kỳ từ Việt Nam tăng 231%, đơn giá giảm",
        "=?UTF-8?B?YQ==?= is not a word here",
        "ữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữữ",
        "a€😀b€😀c€😀d€😀e€😀f€😀g€😀h€😀i€😀j€😀k€😀l€😀m€😀",
        "x\ny",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *encoded = encode(texts[i], COLUMN), *decoded = decode(encoded, COLUMN);
        assert_string_equal(decoded, texts[i]);
        alloc_free(encoded);
        alloc_free(decoded);
    }
}

/* Every length around a word's end, with characters of one to four bytes before it. */
static void no_length_splits_a_character(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 100; lead++) {
        char text[512] = "";
        memset(text, 'a', lead);
        strcpy(text + lead, "😀ữđ😀ữđ😀ữđ😀ữđ😀ữđ😀ữđ");
        char *encoded = encode(text, COLUMN), *decoded = decode(encoded, COLUMN);
        assert_string_equal(decoded, text);
        alloc_free(encoded);
        alloc_free(decoded);
    }
}

static void line_ends_never_come_out(void **state)
{
    (void)state;
    char *encoded = encode("a\r\nBcc: x@y", COLUMN);
    assert_null(strpbrk(encoded, "\r\n"));
    assert_null(strstr(encoded, "Bcc"));
    alloc_free(encoded);
}

static void full_buffer_is_reported(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 20);
    assert_int_equal(rfc2047_encode("Cảnh báo sớm", COLUMN, &out), -EMSGSIZE);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(known_word_is_exact),
        cmocka_unit_test(words_are_short_whole_and_decode_back),
        cmocka_unit_test(no_length_splits_a_character),
        cmocka_unit_test(line_ends_never_come_out),
        cmocka_unit_test(full_buffer_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
