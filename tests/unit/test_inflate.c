/* link: daemon/base/alloc daemon/base/buf daemon/io/inflate */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "io/inflate.h"

struct bytes {
    unsigned char *data;
    size_t len;
};

enum { GZIP = 15 + 16, RAW_ZLIB = 15 };

static struct bytes compress_as(int window_bits, const void *data, size_t len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    struct bytes out = {alloc_zeroed(len + 1024, 1), 0};
    z.next_in = (unsigned char *)(uintptr_t)data;
    z.avail_in = (uInt)len;
    z.next_out = out.data;
    z.avail_out = (uInt)len + 1024;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.len = z.total_out;
    deflateEnd(&z);
    return out;
}

/* Text that compresses about as well as a trade table. */
static struct bytes sample(size_t len)
{
    struct bytes text = {alloc_zeroed(len, 1), len};
    uint32_t x = 1;
    for (size_t i = 0; i < len; i++) {
        x = x * 1103515245 + 12345;
        text.data[i] = (unsigned char)"0123456789,.;\nAB"[x >> 28];
    }
    return text;
}

static int feed(struct bytes in, size_t step, size_t max, struct buf *out, bool *ret_complete)
{
    struct inflate *inflate = inflate_new();
    buf_init(out, max);
    int r = 0;
    for (size_t i = 0; i < in.len && r == 0; i += step)
        r = inflate_feed(inflate, in.data + i, in.len - i < step ? in.len - i : step, out);
    *ret_complete = inflate_is_complete(inflate);
    inflate_free(inflate);
    return r;
}

static void body_comes_out_whole_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct bytes text = sample(100000);
    struct bytes gz = compress_as(GZIP, text.data, text.len);
    const size_t steps[] = {1, 7, 1000, gz.len};
    for (size_t i = 0; i < 4; i++) {
        struct buf out;
        bool complete;
        assert_int_equal(feed(gz, steps[i], 1 << 20, &out, &complete), 0);
        assert_true(complete);
        assert_int_equal(out.len, text.len);
        assert_memory_equal(out.data, text.data, text.len);
        buf_deinit(&out);
    }
    alloc_free(gz.data);
    alloc_free(text.data);
}

static void cut_anywhere_is_not_complete(void **state)
{
    (void)state;
    struct bytes text = sample(3000);
    struct bytes gz = compress_as(GZIP, text.data, text.len);
    for (size_t len = 0; len < gz.len; len++) {
        struct buf out;
        bool complete;
        assert_int_equal(feed((struct bytes){gz.data, len}, len + 1, 1 << 20, &out, &complete), 0);
        assert_false(complete);
        buf_deinit(&out);
    }
    alloc_free(gz.data);
    alloc_free(text.data);
}

static void damage_is_reported(void **state)
{
    (void)state;
    struct bytes text = sample(3000);
    struct bytes gz = compress_as(GZIP, text.data, text.len);
    struct bytes zlib = compress_as(RAW_ZLIB, text.data, text.len);
    struct bytes garbage = {(unsigned char *)(uintptr_t) "<html>no gzip at all</html>", 27};
    struct buf out;
    bool complete;
    for (size_t i = 1; i <= 8; i++) { /* checksum and length, RFC 1952, 2.3.1 */
        gz.data[gz.len - i] ^= 1;
        assert_int_equal(feed(gz, gz.len, 1 << 20, &out, &complete), -EBADMSG);
        assert_false(complete);
        buf_deinit(&out);
        gz.data[gz.len - i] ^= 1;
    }
    assert_int_equal(feed(zlib, zlib.len, 1 << 20, &out, &complete), -EBADMSG);
    buf_deinit(&out);
    assert_int_equal(feed(garbage, garbage.len, 1 << 20, &out, &complete), -EBADMSG);
    buf_deinit(&out);
    alloc_free(zlib.data);
    alloc_free(gz.data);
    alloc_free(text.data);
}

static void members_in_a_row_are_one_body_and_other_bytes_behind_are_not(void **state)
{
    (void)state;
    struct bytes a = compress_as(GZIP, "first ", 6);
    struct bytes b = compress_as(GZIP, "second", 6);
    struct bytes both = {alloc_zeroed(a.len + b.len + 8, 1), a.len + b.len};
    memcpy(both.data, a.data, a.len);
    memcpy(both.data + a.len, b.data, b.len);
    struct buf out;
    bool complete;
    assert_int_equal(feed(both, both.len, 100, &out, &complete), 0);
    assert_true(complete);
    assert_string_equal(buf_text(&out), "first second");
    buf_deinit(&out);
    memcpy(both.data + both.len, "trailing", 8);
    both.len += 8;
    assert_int_equal(feed(both, both.len, 100, &out, &complete), -EBADMSG);
    buf_deinit(&out);
    alloc_free(both.data);
    alloc_free(b.data);
    alloc_free(a.data);
}

static void output_stops_at_the_maximum(void **state)
{
    (void)state;
    struct bytes text = sample(50000);
    struct bytes gz = compress_as(GZIP, text.data, text.len);
    struct buf out;
    bool complete;
    assert_int_equal(feed(gz, gz.len, 49999, &out, &complete), -EMSGSIZE);
    assert_true(out.len <= 49999);
    buf_deinit(&out);
    assert_int_equal(feed(gz, gz.len, 50000, &out, &complete), 0);
    buf_deinit(&out);
    alloc_free(gz.data);
    alloc_free(text.data);
}

static void bomb_is_stopped_near_a_mebibyte(void **state)
{
    (void)state;
    struct bytes zeros = {alloc_zeroed(32 << 20, 1), 32 << 20};
    struct bytes gz = compress_as(GZIP, zeros.data, zeros.len);
    struct buf out;
    bool complete;
    assert_int_equal(feed(gz, 1024, 64 << 20, &out, &complete), -EMSGSIZE);
    assert_true(out.len <= INFLATE_RATIO_FROM);
    buf_deinit(&out);
    alloc_free(gz.data);
    alloc_free(zeros.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_comes_out_whole_in_pieces_of_any_size),
        cmocka_unit_test(cut_anywhere_is_not_complete),
        cmocka_unit_test(damage_is_reported),
        cmocka_unit_test(members_in_a_row_are_one_body_and_other_bytes_behind_are_not),
        cmocka_unit_test(output_stops_at_the_maximum),
        cmocka_unit_test(bomb_is_stopped_near_a_mebibyte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
