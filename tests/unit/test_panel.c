/* link: daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/release daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/map daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/panel.h"
#include "core/period.h"

static int32_t month(int number)
{
    return period_make(2024, 1) + number - 1;
}

static const struct series_key wood = {"nso", "VN", FLOW_EXPORT, "W", "nso:wood"};

static void figures_are_there_or_not(void **state)
{
    (void)state;
    struct panel *panel = panel_new();
    uint32_t id = panel_add_series(panel, &wood, "t");
    int64_t figure = 42;
    assert_false(panel_get(panel, id, COLUMN_VALUE, month(1), &figure));
    assert_int_equal(figure, 42);
    panel_set(panel, id, COLUMN_VALUE, month(1), 0);
    assert_true(panel_get(panel, id, COLUMN_VALUE, month(1), &figure));
    assert_int_equal(figure, 0); /* zero is a figure */
    assert_false(panel_get(panel, id, COLUMN_QUANTITY, month(1), &figure));
    assert_false(panel_get(panel, id, COLUMN_VALUE, 0, &figure));
    assert_false(panel_get(panel, id, COLUMN_VALUE, INT32_MAX, &figure));
    panel_clear(panel, id, COLUMN_VALUE, month(1));
    panel_clear(panel, id, COLUMN_VALUE, month(1));
    assert_false(panel_get(panel, id, COLUMN_VALUE, month(1), &figure));
    panel_free(panel);
    panel_free(NULL);
}

static void series_differ_in_any_part_of_the_key(void **state)
{
    (void)state;
    static const struct series_key keys[] = {
        {"nso", "VN", FLOW_EXPORT, "W", "nso:wood"},
        {"us", "VN", FLOW_EXPORT, "W", "nso:wood"},
        {"nso", "US", FLOW_EXPORT, "W", "nso:wood"},
        {"nso", "VN", FLOW_IMPORT, "W", "nso:wood"},
        {"nso", "VN", FLOW_EXPORT, "US", "nso:wood"},
        {"nso", "VN", FLOW_EXPORT, "W", "nso:woods"},
    };
    struct panel *panel = panel_new();
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(panel_find(panel, &keys[i]), SERIES_NONE);
        assert_int_equal(panel_add_series(panel, &keys[i], ""), i); /* numbers in order */
    }
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(panel_find(panel, &keys[i]), i);
        assert_int_equal(panel_add_series(panel, &keys[i], ""), i);
        assert_string_equal(panel_series(panel, i)->key.product, keys[i].product);
    }
    assert_int_equal(panel_series_count(panel), 6);
    panel_free(panel);
}

static void unit_becomes_known_once(void **state)
{
    (void)state;
    struct panel *panel = panel_new();
    uint32_t id = panel_add_series(panel, &wood, "");
    panel_add_series(panel, &wood, "t");
    assert_string_equal(panel_series(panel, id)->unit, "t");
    panel_add_series(panel, &wood, "kg");
    assert_string_equal(panel_series(panel, id)->unit, "t");
    panel_free(panel);
}

static void first_and_last_follow_the_figures(void **state)
{
    (void)state;
    struct panel *panel = panel_new();
    assert_int_equal(panel_first(panel), PERIOD_NONE);
    assert_int_equal(panel_last(panel), PERIOD_NONE);
    uint32_t id = panel_add_series(panel, &wood, "");
    assert_int_equal(panel_first(panel), PERIOD_NONE);
    panel_set(panel, id, COLUMN_VALUE, month(5), 1);
    panel_set(panel, id, COLUMN_WEIGHT, month(2), 1);
    panel_set(panel, id, COLUMN_VALUE, month(9), 1);
    assert_int_equal(panel_first(panel), month(2));
    assert_int_equal(panel_last(panel), month(9));
    panel_clear(panel, id, COLUMN_VALUE, month(9));
    panel_clear(panel, id, COLUMN_WEIGHT, month(2));
    assert_int_equal(panel_series(panel, id)->first, month(5));
    assert_int_equal(panel_series(panel, id)->last, month(5));
    panel_clear(panel, id, COLUMN_VALUE, month(5));
    assert_int_equal(panel_first(panel), PERIOD_NONE);
    assert_int_equal(panel_last(panel), PERIOD_NONE);
    panel_free(panel);
}

static void window_sum_is_exact_and_counts_gaps(void **state)
{
    (void)state;
    struct panel *panel = panel_new();
    uint32_t id = panel_add_series(panel, &wood, "");
    int missing;
    for (int i = 0; i < 900; i++)
        panel_set(panel, id, COLUMN_VALUE, month(1) - i, FIGURE_MAX);
    assert_true(
        panel_window_sum(panel, id, COLUMN_VALUE, month(1) - 899, month(1), &missing) == 900 * FIGURE_MAX);
    assert_int_equal(missing, 0);
    panel_clear(panel, id, COLUMN_VALUE, month(-3));
    assert_true(panel_window_sum(panel, id, COLUMN_VALUE, month(-4), month(3), &missing) == 5 * FIGURE_MAX);
    assert_int_equal(missing, 3);
    assert_int_equal(panel_window_sum(panel, id, COLUMN_QUANTITY, month(1), month(3), &missing), 0);
    assert_int_equal(missing, 3);
    panel_free(panel);
}

/* ---- apply and revert ---- */

enum { PRODUCTS = 600, FIRST = 0, SPAN = 40 };

/* Everything that can be asked of the panel, as one text. */
static char *dump(const struct panel *panel)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (uint32_t id = 0; id < panel_series_count(panel); id++) {
        const struct series *series = panel_series(panel, id);
        fprintf(out, "%s %s %d %s %s [%s] %d-%d", series->key.source, series->key.reporter,
            (int)series->key.flow, series->key.partner, series->key.product, series->unit, series->first,
            series->last);
        for (int32_t period = month(FIRST); period < month(FIRST + SPAN); period++) {
            int64_t figure;
            for (int column = 0; column < COLUMN_COUNT; column++)
                if (panel_get(panel, id, (enum column)column, period, &figure))
                    fprintf(out, " %d.%d=%lld", period, column, (long long)figure);
            if (panel_flags(panel, id, period) != 0)
                fprintf(out, " %d!%u", period, panel_flags(panel, id, period));
        }
        fprintf(out, " @%u\n", (unsigned)(panel_find(panel, &series->key) == id));
    }
    fclose(out);
    return text;
}

static char products[PRODUCTS][8];

static struct observation random_row(int products_used)
{
    struct observation row = {
        .reporter = "VN",
        .partner = rand() % 2 ? "W" : "US",
        .product = products[rand() % products_used],
        .unit = rand() % 3 ? "t" : "",
        .flow = rand() % 2 ? FLOW_EXPORT : FLOW_IMPORT,
        .period = month(FIRST + rand() % SPAN),
        .flags = rand() % 4 ? 0 : (unsigned)(rand() % 8),
    };
    for (int column = 0; column < COLUMN_COUNT; column++) {
        row.present[column] = rand() % 3 != 0;
        row.figure[column] = rand() % 5;
    }
    return row;
}

static struct observations random_rows(size_t n, int products_used)
{
    struct observations rows = {.items = alloc_zeroed(n, sizeof *rows.items), .len = n, .cap = n};
    for (size_t i = 0; i < n; i++)
        rows.items[i] = random_row(products_used);
    return rows;
}

static void reverting_leaves_the_panel_as_it_was(void **state)
{
    (void)state;
    srand(20250731);
    for (size_t i = 0; i < PRODUCTS; i++)
        snprintf(products[i], sizeof products[i], "%04zu", i);
    struct panel *panel = panel_new();
    for (int round = 0; round < 60; round++) {
        struct observations rows = random_rows((size_t)(rand() % 400), 1 + round * 9);
        struct panel_changes changes;
        char *before = dump(panel);
        panel_apply(panel, "nso", &rows, &changes);
        char *applied = dump(panel);
        panel_revert(panel, &changes);
        char *after = dump(panel);
        assert_string_equal(after, before);
        panel_changes_deinit(&changes);
        panel_apply(panel, "nso", &rows, &changes); /* and what was undone can be done again */
        char *again = dump(panel);
        assert_string_equal(again, applied);
        panel_changes_deinit(&changes);
        alloc_free(rows.items);
        free(before);
        free(applied);
        free(after);
        free(again);
    }
    panel_free(panel);
}

static struct observations one_row(struct observation *row)
{
    return (struct observations){row, 1, 1};
}

static void only_new_and_different_figures_are_changes(void **state)
{
    (void)state;
    struct panel *panel = panel_new();
    struct observation row = {
        .reporter = "VN", .partner = "W", .product = "1", .unit = "", .period = month(1)};
    row.present[COLUMN_VALUE] = row.present[COLUMN_WEIGHT] = true;
    row.figure[COLUMN_VALUE] = 10;
    struct observations rows = one_row(&row);
    struct panel_changes changes;
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(changes.len, 0); /* the whole block is new */
    assert_int_equal(changes.block_len, 1);
    assert_int_equal(changes.blocks[0].group, 0);
    assert_int_equal(changes.blocks[0].period, month(1));
    assert_int_equal(changes.added, 2);
    assert_int_equal(changes.revised, 0);
    assert_int_equal(changes.first_new_series, 0);
    panel_changes_deinit(&changes);
    row.figure[COLUMN_VALUE] = 11;
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(changes.len, 1);
    assert_int_equal(changes.block_len, 0);
    assert_int_equal(changes.added, 0);
    assert_int_equal(changes.revised, 1);
    assert_true(changes.items[0].had_old);
    assert_int_equal(changes.items[0].old, 10);
    assert_int_equal(changes.items[0].figure, 11);
    assert_int_equal(changes.first_new_series, 1);
    panel_changes_deinit(&changes);
    row.present[COLUMN_QUANTITY] = true; /* a figure that is new in a block that was there */
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(changes.len, 1);
    assert_false(changes.items[0].had_old);
    assert_int_equal(changes.added, 1);
    panel_changes_deinit(&changes);
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(changes.len + changes.block_len + changes.added + changes.revised, 0);
    panel_changes_deinit(&changes);
    panel_free(panel);
}

/* A month that the source calls confidential holds no figure, and that is news too. */
static void flags_without_figures_are_a_change(void **state)
{
    (void)state;
    struct panel *panel = panel_new();
    struct observation row = {
        .reporter = "VN", .partner = "W", .product = "1", .unit = "", .period = month(1)};
    row.flags = OBSERVATION_SUPPRESSED;
    struct observations rows = one_row(&row);
    struct panel_changes changes;
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(changes.block_len, 1);
    assert_int_equal(changes.added, 1);
    assert_int_equal(panel_flags(panel, 0, month(1)), OBSERVATION_SUPPRESSED);
    int64_t figure;
    assert_false(panel_get(panel, 0, COLUMN_VALUE, month(1), &figure));
    panel_changes_deinit(&changes);
    row.flags = OBSERVATION_ESTIMATED;
    panel_apply(panel, "nso", &rows, &changes);
    assert_int_equal(changes.len, 1);
    assert_false(changes.items[0].had_old);
    assert_int_equal(changes.items[0].old_flags, OBSERVATION_SUPPRESSED);
    panel_revert(panel, &changes);
    assert_int_equal(panel_flags(panel, 0, month(1)), OBSERVATION_SUPPRESSED);
    panel_changes_deinit(&changes);
    panel_free(panel);
}

/* Blocks that are read and written whole, with single figures written in between. */
static void blocks_and_figures_agree(void **state)
{
    (void)state;
    struct panel *panel = panel_new();
    struct panel_month block, read;
    char product[16];
    for (int i = 0; i < 2 * PANEL_BLOCK; i++) {
        snprintf(product, sizeof product, "%d", i);
        panel_add_series(panel, &(struct series_key){"nso", "VN", FLOW_EXPORT, "W", product}, "t");
    }
    assert_false(panel_read(panel, 1, month(1), &block));
    panel_set(panel, PANEL_BLOCK + 3, COLUMN_VALUE, month(1), 5);
    panel_set_flags(panel, PANEL_BLOCK + 4, month(1), OBSERVATION_SUPPRESSED);
    assert_true(panel_read(panel, 1, month(1), &block)); /* it is open still */
    assert_int_equal(block.known[3], PANEL_ROW | 1 << COLUMN_VALUE);
    assert_int_equal(block.known[4], PANEL_ROW);
    panel_set(panel, 0, COLUMN_VALUE, month(1), 6);
    assert_true(panel_read(panel, 1, month(1), &read));
    assert_memory_equal(&read, &block, sizeof block);
    block.known[3] = 0;
    block.figures[COLUMN_VALUE][3] = 0;
    block.known[7] = PANEL_ROW | 1 << COLUMN_WEIGHT;
    block.figures[COLUMN_WEIGHT][7] = -8;
    panel_clear(panel, PANEL_BLOCK + 3, COLUMN_VALUE, month(1));
    panel_set(panel, PANEL_BLOCK + 7, COLUMN_WEIGHT, month(1), -8);
    assert_true(panel_read(panel, 1, month(1), &read));
    assert_memory_equal(&read, &block, sizeof block);
    int64_t figure;
    assert_false(panel_get(panel, PANEL_BLOCK + 3, COLUMN_VALUE, month(1), &figure));
    assert_int_equal(panel_series(panel, PANEL_BLOCK + 3)->first, PERIOD_NONE);
    assert_true(panel_get(panel, PANEL_BLOCK + 7, COLUMN_WEIGHT, month(1), &figure));
    assert_int_equal(figure, -8);
    assert_int_equal(panel_series(panel, PANEL_BLOCK + 7)->last, month(1));
    panel_clear(panel, 0, COLUMN_VALUE, month(1));
    assert_false(panel_read(panel, 0, month(1), &read));
    panel_free(panel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_there_or_not),
        cmocka_unit_test(series_differ_in_any_part_of_the_key),
        cmocka_unit_test(unit_becomes_known_once),
        cmocka_unit_test(first_and_last_follow_the_figures),
        cmocka_unit_test(window_sum_is_exact_and_counts_gaps),
        cmocka_unit_test(reverting_leaves_the_panel_as_it_was),
        cmocka_unit_test(only_new_and_different_figures_are_changes),
        cmocka_unit_test(flags_without_figures_are_a_change),
        cmocka_unit_test(blocks_and_figures_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
