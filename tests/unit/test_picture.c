/* link: daemon/io/picture daemon/base/alloc daemon/base/buf */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/picture.h"

/* What fontconfig keeps for as long as the process lives (tests/support/lsan.txt). */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

enum { PNG_MAX = 256 * 1024, THREADS = 4 };

static const char chart[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120\" height=\"40\" viewBox=\"0 0 120 40\">"
    "<rect width=\"120\" height=\"40\" fill=\"#ffffff\"/>"
    "<text x=\"4\" y=\"24\" font-family=\"DejaVu Sans\">ng\xc6\xb0\xe1\xbb\xa1ng \xe2\x89\xa5 30%</text>"
    "</svg>";

static unsigned width_of(const struct buf *png)
{
    const unsigned char *bytes = (const unsigned char *)png->data + 16; /* of IHDR */
    return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 | (unsigned)bytes[2] << 8 | bytes[3];
}

static void svg_becomes_png(void **state)
{
    (void)state;
    struct buf png;
    buf_init(&png, PNG_MAX);
    assert_int_equal(picture_png(chart, 2, &png), 0);
    assert_memory_equal(png.data, "\x89PNG\r\n\x1a\n", 8);
    assert_int_equal(width_of(&png), 240);
    buf_deinit(&png);
}

static void what_cannot_be_drawn_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *svg;
        size_t max;
        int expected;
    } cases[] = {
        {"", PNG_MAX, -EINVAL},
        {"<svg", PNG_MAX, -EINVAL},
        {"<html/>", PNG_MAX, -EINVAL},
        {"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90000\" height=\"9\"/>", PNG_MAX, -EINVAL},
        {chart, 100, -EMSGSIZE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf png;
        buf_init(&png, cases[i].max);
        assert_int_equal(buf_puts(&png, "x"), 0);
        assert_int_equal(picture_png(cases[i].svg, 1, &png), cases[i].expected);
        assert_int_equal(png.len, 1);
        buf_deinit(&png);
    }
}

static void *draw(void *userdata)
{
    return (void *)(intptr_t)picture_png(chart, 2, userdata);
}

static void threads_draw_the_same(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    struct buf pngs[THREADS];
    for (int i = 0; i < THREADS; i++) {
        buf_init(&pngs[i], PNG_MAX);
        assert_int_equal(pthread_create(&threads[i], NULL, draw, &pngs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *r;
        assert_int_equal(pthread_join(threads[i], &r), 0);
        assert_null(r);
        assert_int_equal(pngs[i].len, pngs[0].len);
        assert_memory_equal(pngs[i].data, pngs[0].data, pngs[0].len);
    }
    for (int i = 0; i < THREADS; i++)
        buf_deinit(&pngs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(svg_becomes_png),
        cmocka_unit_test(what_cannot_be_drawn_leaves_nothing),
        cmocka_unit_test(threads_draw_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
