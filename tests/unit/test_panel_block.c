/* link: daemon/core/panel_block daemon/base/alloc */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/panel_block.h"

enum { ROUNDS = 4000, COLUMN_BITS = (1 << COLUMN_COUNT) - 1 };

/* SplitMix64: the same on every machine. */
static uint64_t draw(uint64_t *random, uint64_t below)
{
    uint64_t x = *random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (x ^ x >> 31) % below;
}

/* Figures of one size and unit, with now and then one of the ends of what there is. */
static int64_t draw_figure(uint64_t *random, unsigned bits, int64_t unit, bool extremes)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -1000, -129, -128, -1, 0, 1, 127, 128, 255,
        INT32_MAX, INT64_MAX / 1000 * 1000, INT64_MAX};
    if (extremes && draw(random, 4) == 0)
        return ends[draw(random, sizeof ends / sizeof *ends)];
    int64_t number = (int64_t)draw(random, UINT64_C(1) << bits);
    return extremes && draw(random, 2) == 0 ? -number * unit : number * unit;
}

static struct panel_month draw_month(uint64_t *random)
{
    static const int64_t all_units[] = {1, 10, 100, 1000};
    struct panel_month month = {{0}, {0}, {{0}}};
    uint64_t density = draw(random, 9), columns = draw(random, 3), flags = draw(random, 3);
    unsigned bits = (unsigned)draw(random, 53);
    int64_t unit = all_units[draw(random, 4)];
    bool extremes = draw(random, 3) == 0;
    for (unsigned at = 0; at < PANEL_BLOCK; at++) {
        if (draw(random, 8) >= density)
            continue;
        month.known[at] = PANEL_ROW;
        if (flags > 0 && draw(random, 30 * flags) < 8)
            month.flags[at] = (uint8_t)draw(random, 256);
        for (int column = 0; column < COLUMN_COUNT; column++)
            if (columns == 0 || draw(random, 3) < columns) {
                month.known[at] |= (uint8_t)(1U << column);
                month.figures[column][at] = draw_figure(random, bits, unit, extremes);
            }
    }
    return month;
}

static void assert_gets_as(const struct panel_block *block, const struct panel_month *month)
{
    for (unsigned at = 0; at < PANEL_BLOCK; at++) {
        assert_int_equal(panel_block_flags(block, at), month->flags[at]);
        for (int column = 0; column < COLUMN_COUNT; column++) {
            int64_t figure = 4711;
            bool known = (month->known[at] >> column & 1) != 0;
            assert_int_equal(panel_block_get(block, at, (enum column)column, &figure), known);
            assert_true(figure == (known ? month->figures[column][at] : 4711));
        }
    }
}

static void what_is_packed_comes_back(void **state)
{
    (void)state;
    uint64_t random = 20260131;
    for (int round = 0; round < ROUNDS; round++) {
        struct panel_month month = draw_month(&random), again;
        memset(&again, 0xff, sizeof again);
        struct panel_block *block = panel_block_pack(&month);
        panel_block_unpack(block, &again);
        assert_memory_equal(&again, &month, sizeof month);
        assert_gets_as(block, &month);
        panel_block_free(block);
    }
}

static void nothing_is_no_block(void **state)
{
    (void)state;
    struct panel_month month = {{0}, {0}, {{0}}}, again;
    assert_null(panel_block_pack(&month));
    assert_int_equal(panel_block_size(NULL), 0);
    memset(&again, 0xff, sizeof again);
    panel_block_unpack(NULL, &again);
    assert_memory_equal(&again, &month, sizeof month);
    assert_gets_as(NULL, &month);
    panel_block_free(NULL);
}

static void equal_months_are_equal_bytes(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int round = 0; round < 200; round++) {
        struct panel_month month = draw_month(&random);
        struct panel_block *a = panel_block_pack(&month), *b = panel_block_pack(&month);
        assert_int_equal(panel_block_size(a), panel_block_size(b));
        if (a != NULL)
            assert_memory_equal(a, b, panel_block_size(a));
        panel_block_free(a);
        panel_block_free(b);
    }
}

/* Rows of a month in every `step`th series, in thousandths. */
static size_t size_of_typical(unsigned step, unsigned columns, int64_t below, int64_t unit)
{
    uint64_t random = 99;
    struct panel_month month = {{0}, {0}, {{0}}};
    for (unsigned at = 0; at < PANEL_BLOCK; at += step) {
        month.known[at] = (uint8_t)(PANEL_ROW | columns);
        for (int column = 0; column < COLUMN_COUNT; column++)
            if ((columns >> column & 1) != 0)
                month.figures[column][at] = (int64_t)draw(&random, (uint64_t)below) * unit;
    }
    struct panel_block *block = panel_block_pack(&month);
    size_t size = panel_block_size(block);
    panel_block_free(block);
    return size;
}

static void typical_blocks_are_small(void **state)
{
    (void)state;
    static const struct {
        unsigned step, columns;
        int64_t below, unit;
        size_t bytes; /* a row, at most */
    } cases[] = {
        {1, COLUMN_BITS, 1000000000, 1000, 13}, /* whole dollars and kilograms */
        {4, COLUMN_BITS, 1000000000, 1000, 14},
        {16, COLUMN_BITS, 1000000000, 1000, 17}, /* one series of 16 trades in a month */
        {1, COLUMN_BITS, 8000000, 10, 10},       /* cents */
        {1, 1 << COLUMN_VALUE, 1000000000, 1000, 5},
        {1, COLUMN_BITS, INT64_C(1) << 60, 1, 25}, /* as dense as can be */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t rows = (PANEL_BLOCK + cases[i].step - 1) / cases[i].step;
        size_t size = size_of_typical(cases[i].step, cases[i].columns, cases[i].below, cases[i].unit);
        if (size > rows * cases[i].bytes)
            fail_msg("case %zu: %zu bytes for %zu rows", i, size, rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(nothing_is_no_block),
        cmocka_unit_test(equal_months_are_equal_bytes),
        cmocka_unit_test(typical_blocks_are_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
