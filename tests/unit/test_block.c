/* link: daemon/io/block daemon/base/alloc daemon/base/buf */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/alloc.h"
#include "io/block.h"

struct fixture {
    struct block_codec *codec;
    struct block *block, *back;
    struct buf bytes;
    uint64_t seed;
};

static int setup(void **state)
{
    struct fixture *f = alloc_zeroed(1, sizeof *f);
    f->codec = block_codec_new();
    f->block = alloc_zeroed(1, sizeof *f->block);
    f->back = alloc_zeroed(1, sizeof *f->back);
    f->seed = 20250801;
    buf_init(&f->bytes, BLOCK_BYTES_MAX);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    block_codec_free(f->codec);
    alloc_free(f->block);
    alloc_free(f->back);
    buf_deinit(&f->bytes);
    alloc_free(f);
    return 0;
}

/* splitmix64, so that every run sees the same data */
static uint64_t next_random(struct fixture *f)
{
    uint64_t x = f->seed += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void put(struct fixture *f, size_t slot, enum column column, int64_t figure)
{
    f->block->known[slot] |= (uint8_t)(1 << column);
    f->block->figures[column][slot] = figure;
}

static struct slice encoded(struct fixture *f)
{
    buf_clear(&f->bytes);
    assert_int_equal(block_encode(f->codec, f->block, &f->bytes), 0);
    return (struct slice){f->bytes.data, f->bytes.len};
}

static void assert_round_trip(struct fixture *f)
{
    struct slice bytes = encoded(f);
    memset(f->back, 0x5a, sizeof *f->back);
    assert_int_equal(block_decode(f->codec, bytes, f->back), 0);
    assert_memory_equal(f->back, f->block, sizeof *f->block);
}

static void empty_block_is_a_few_bytes(void **state)
{
    struct fixture *f = *state;
    assert_round_trip(f);
    assert_true(f->bytes.len <= 12);
}

static void every_int64_comes_back(void **state)
{
    static const int64_t figures[] = {0, 1, -1, 9, 10, 99, 100, 1000, 1001, 999000, -1000, INT64_MAX,
        INT64_MIN, INT64_MAX - 7, INT64_MIN + 1, INT64_MAX / 1000 * 1000, INT64_C(1) << 53,
        (INT64_C(1) << 53) + 1, FIGURE_MAX};
    struct fixture *f = *state;
    size_t n = sizeof figures / sizeof *figures;
    for (size_t i = 0; i < n; i++)
        for (int column = 0; column < COLUMN_COUNT; column++)
            put(f, i * 7, (enum column)column, figures[(i + (size_t)column) % n]);
    assert_round_trip(f);
}

static void powers_of_two_and_ten_come_back(void **state)
{
    struct fixture *f = *state;
    int64_t ten = 1;
    for (size_t i = 0; i < 63; i++)
        for (int64_t k = -1; k <= 1; k++)
            put(f, i * 3 + (size_t)(k + 1), COLUMN_VALUE, (INT64_C(1) << i) + k);
    for (size_t i = 0; i < 19; i++, ten = i < 19 ? ten * 10 : ten)
        put(f, i, COLUMN_WEIGHT, ten);
    assert_round_trip(f);
}

static void known_zero_is_not_absent(void **state)
{
    struct fixture *f = *state;
    put(f, 3, COLUMN_VALUE, 0);
    put(f, 4, COLUMN_QUANTITY, 0);
    f->block->flags[5] = OBSERVATION_SUPPRESSED;
    assert_round_trip(f);
    assert_int_equal(f->back->known[3], 1 << COLUMN_VALUE);
    assert_int_equal(f->back->known[4], 1 << COLUMN_QUANTITY);
    assert_int_equal(f->back->known[5], 0);
    assert_int_equal(f->back->flags[5], OBSERVATION_SUPPRESSED);
}

static void first_and_last_slot_come_back(void **state)
{
    struct fixture *f = *state;
    put(f, 0, COLUMN_VALUE, 5);
    put(f, BLOCK_SERIES - 1, COLUMN_WEIGHT, 6);
    f->block->flags[BLOCK_SERIES - 1] = BLOCK_FLAGS_MAX;
    assert_round_trip(f);
}

static void flags_that_do_not_fit_are_refused(void **state)
{
    struct fixture *f = *state;
    f->block->flags[9] = BLOCK_FLAGS_MAX + 1;
    assert_int_equal(block_encode(f->codec, f->block, &f->bytes), -EINVAL);
}

static void too_small_buffer_is_refused(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 100; i++)
        put(f, i, COLUMN_VALUE, (int64_t)(next_random(f) >> 1));
    size_t need = encoded(f).len;
    for (size_t max = 0; max < need; max++) {
        buf_deinit(&f->bytes);
        buf_init(&f->bytes, max);
        assert_int_equal(block_encode(f->codec, f->block, &f->bytes), -EMSGSIZE);
    }
}

/* Each bit equally likely: the worst case for size. */
static void full_random_block_fits_its_bound(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < BLOCK_SERIES; i++) {
        f->block->flags[i] = (uint8_t)(next_random(f) & BLOCK_FLAGS_MAX);
        for (int column = 0; column < COLUMN_COUNT; column++)
            put(f, i, (enum column)column, (int64_t)next_random(f));
    }
    assert_round_trip(f);
}

static void random_blocks_come_back(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 200; round++) {
        memset(f->block, 0, sizeof *f->block);
        uint64_t density = next_random(f) % 101;
        for (size_t i = 0; i < BLOCK_SERIES; i++) {
            if (next_random(f) % 100 >= density)
                continue;
            f->block->flags[i] = (uint8_t)(next_random(f) % 8);
            for (int column = 0; column < COLUMN_COUNT; column++)
                if (next_random(f) % 3 != 0)
                    put(f, i, (enum column)column, (int64_t)(next_random(f) >> next_random(f) % 64));
        }
        assert_round_trip(f);
    }
}

/* Zipf-like: the number of digits is even, and the digits are. Thousandths of whole numbers. */
static int64_t typical_figure(struct fixture *f)
{
    uint64_t bits = 6 + next_random(f) % 16;
    return (int64_t)((UINT64_C(1) << bits | next_random(f) % (UINT64_C(1) << bits)) * FIGURE_SCALE);
}

/* Bytes per observation of typical trade data stay within the goal; entropy alone is 2.1 a figure here. */
static void typical_blocks_are_compact(void **state)
{
    static const struct {
        const char *name;
        uint64_t density, measured; /* % of series, % of those with quantity and weight */
        double most;                /* bytes per observation */
    } cases[] = {
        {"dense, value only", 100, 0, 2.4},
        {"dense, all columns", 100, 100, 7.0},
        {"sparse, 30 % with quantity and weight", 25, 30, 4.5},
        {"sparse, all columns", 25, 100, 7.5},
        {"very sparse", 2, 30, 7.5},
    };
    struct fixture *f = *state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        memset(f->block, 0, sizeof *f->block);
        size_t observations = 0;
        for (size_t i = 0; i < BLOCK_SERIES; i++) {
            if (next_random(f) % 100 >= cases[c].density)
                continue;
            observations++;
            put(f, i, COLUMN_VALUE, typical_figure(f));
            if (next_random(f) % 100 >= cases[c].measured)
                continue;
            put(f, i, COLUMN_QUANTITY, typical_figure(f));
            put(f, i, COLUMN_WEIGHT, typical_figure(f));
        }
        assert_round_trip(f);
        double size = (double)f->bytes.len / (double)observations;
        if (size > cases[c].most)
            fail_msg("%s: %.2f bytes per observation, at most %.2f", cases[c].name, size, cases[c].most);
    }
}

static void weight_that_is_the_quantity_costs_nothing(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < BLOCK_SERIES; i++)
        put(f, i, COLUMN_QUANTITY, typical_figure(f));
    size_t alone = encoded(f).len;
    for (size_t i = 0; i < BLOCK_SERIES; i++)
        put(f, i, COLUMN_WEIGHT, f->block->figures[COLUMN_QUANTITY][i]);
    assert_round_trip(f);
    assert_true(f->bytes.len < alone + 64);
}

static void encoding_is_the_same_each_time(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < BLOCK_SERIES; i += 3)
        put(f, i, COLUMN_VALUE, typical_figure(f));
    encoded(f);
    char *first = buf_take(&f->bytes);
    struct slice again = encoded(f);
    assert_memory_equal(first, again.data, again.len);
    alloc_free(first);
}

static void small_block(struct fixture *f)
{
    for (size_t i = 0; i < 40; i++)
        put(f, i * i, (enum column)(i % 3), typical_figure(f) - 1);
}

static void every_flipped_bit_is_found(void **state)
{
    struct fixture *f = *state;
    small_block(f);
    struct slice bytes = encoded(f);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        f->bytes.data[bit / 8] = (char)(f->bytes.data[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(block_decode(f->codec, bytes, f->back), -EUCLEAN);
        f->bytes.data[bit / 8] = (char)(f->bytes.data[bit / 8] ^ 1 << bit % 8);
    }
}

static void every_cut_is_found(void **state)
{
    struct fixture *f = *state;
    small_block(f);
    struct slice bytes = encoded(f);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(block_decode(f->codec, (struct slice){bytes.data, len}, f->back), -EUCLEAN);
    assert_int_equal(buf_append(&f->bytes, "x", 1), 0);
    assert_int_equal(block_decode(f->codec, (struct slice){f->bytes.data, bytes.len + 1}, f->back), -EUCLEAN);
}

static void sign(struct slice bytes, char *data)
{
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)data + 5, (uInt)(bytes.len - 5));
    for (int i = 0; i < 4; i++)
        data[1 + i] = (char)(crc >> 8 * i);
}

/* Behind a right checksum: damage must not be trusted for lengths and places. The heap checker watches. */
static void damage_behind_a_right_checksum_is_survived(void **state)
{
    struct fixture *f = *state;
    small_block(f);
    struct slice bytes = encoded(f);
    char *copy = alloc_zeroed(bytes.len, 1);
    size_t refused = 0;
    for (int round = 0; round < 20000; round++) {
        memcpy(copy, bytes.data, bytes.len);
        for (uint64_t i = 0; i < 1 + next_random(f) % 3; i++)
            copy[5 + next_random(f) % (bytes.len - 5)] = (char)next_random(f);
        sign(bytes, copy);
        int r = block_decode(f->codec, (struct slice){copy, bytes.len}, f->back);
        assert_true(r == 0 || r == -EUCLEAN);
        refused += r < 0;
    }
    alloc_free(copy);
    assert_true(refused > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(empty_block_is_a_few_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(every_int64_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(powers_of_two_and_ten_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(known_zero_is_not_absent, setup, teardown),
        cmocka_unit_test_setup_teardown(first_and_last_slot_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(flags_that_do_not_fit_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(too_small_buffer_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(full_random_block_fits_its_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(random_blocks_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(typical_blocks_are_compact, setup, teardown),
        cmocka_unit_test_setup_teardown(weight_that_is_the_quantity_costs_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(encoding_is_the_same_each_time, setup, teardown),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(every_cut_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_behind_a_right_checksum_is_survived, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
