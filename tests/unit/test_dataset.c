/* link: daemon/base/alloc daemon/base/arena daemon/base/map daemon/base/str daemon/core/dataset daemon/core/period */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/dataset.h"
#include "core/period.h"

enum { ROWS = 200000, MONTHS = 30, PRODUCTS = 900, FIRST = PERIOD_YEAR_MIN * 12 };

/* A row as it was put in, for the comparison. */
struct put {
    char product[16];
    const char *partner;
    enum flow flow;
    int32_t period;
    unsigned line;
    uint8_t known, flags;
    int64_t figures[COLUMN_COUNT];
};

static int64_t random_figure(void)
{
    static const int64_t extremes[] = {0, 1, 255, 256, INT64_MAX, INT64_MIN, -1, FIGURE_MAX};
    if (rand() % 8 == 0)
        return extremes[(size_t)rand() % (sizeof extremes / sizeof *extremes)];
    return (int64_t)rand() << (rand() % 32);
}

static struct put random_row(unsigned line)
{
    static const char *const partners[] = {"CN", "US", "W"};
    struct put put = {
        .partner = partners[rand() % 3],
        .flow = (enum flow)(rand() % 2),
        .period = FIRST + rand() % MONTHS * (rand() % 2 == 0 ? 1 : 10),
        .line = rand() % 1000 == 0 ? (unsigned)rand() : line,
        .known = (uint8_t)(rand() % (1 << COLUMN_COUNT)),
        .flags = (uint8_t)(rand() % 8),
    };
    snprintf(put.product, sizeof put.product, "%06d", rand() % PRODUCTS);
    for (int column = 0; column < COLUMN_COUNT; column++)
        put.figures[column] = random_figure();
    return put;
}

static void put_row(struct dataset *dataset, const struct put *put)
{
    struct dataset_row row = {
        .reporter = dataset_text(dataset, "EU"),
        .partner = dataset_text(dataset, put->partner),
        .product = dataset_text(dataset, put->product),
        .flow = put->flow,
        .period = put->period,
        .line = put->line,
        .known = put->known,
        .flags = put->flags,
    };
    memcpy(row.figures, put->figures, sizeof row.figures);
    dataset_put(dataset, &row);
}

static void assert_row(
    const struct dataset *dataset, const struct dataset_entry *entry, const struct put *put)
{
    const struct dataset_series *series = &dataset->series[entry->series];
    assert_string_equal(dataset->texts[series->product], put->product);
    assert_string_equal(dataset->texts[series->partner], put->partner);
    assert_string_equal(dataset->texts[series->reporter], "EU");
    assert_int_equal(series->flow, put->flow);
    assert_int_equal(entry->line, put->line);
    assert_int_equal(entry->known, put->known);
    assert_int_equal(entry->flags, put->flags);
    for (unsigned column = 0; column < COLUMN_COUNT; column++)
        if ((put->known >> column & 1) != 0)
            assert_int_equal(entry->figures[column], put->figures[column]);
}

/* Months hold their rows in the order in which they came, every bit of them. */
static void rows_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct put *puts = alloc_zeroed(ROWS, sizeof *puts);
    struct dataset dataset;
    dataset_init(&dataset);
    srand(7);
    for (unsigned i = 0; i < ROWS; i++) {
        puts[i] = random_row(i + 2);
        put_row(&dataset, &puts[i]);
    }
    dataset_end(&dataset);
    assert_int_equal(dataset.rows, ROWS);
    assert_int_equal(dataset.len, PRODUCTS * 3 * 2);
    size_t seen = 0;
    for (int32_t period = FIRST; period < FIRST + 10 * MONTHS; period += period < FIRST + MONTHS ? 1 : 10) {
        struct dataset_cursor cursor = dataset_month(&dataset, period);
        struct dataset_entry entry;
        for (size_t i = 0; i < ROWS; i++) {
            if (puts[i].period != period)
                continue;
            assert_true(dataset_next(&cursor, &entry));
            assert_row(&dataset, &entry, &puts[i]);
            seen++;
        }
        assert_false(dataset_next(&cursor, &entry));
    }
    assert_int_equal(seen, ROWS);
    dataset_deinit(&dataset);
    alloc_free(puts);
}

static void an_empty_one_speaks_of_no_month(void **state)
{
    (void)state;
    struct dataset dataset;
    struct datasets payload = {&dataset, 1};
    int32_t first, last;
    dataset_init(&dataset);
    datasets_span(&payload, &first, &last);
    assert_int_equal(first, PERIOD_NONE);
    assert_int_equal(last, PERIOD_NONE);
    struct observation row = {
        .reporter = "EU", .partner = "CN", .product = "03", .unit = "", .period = FIRST + 5};
    dataset_add(&dataset, &row);
    row.period = FIRST + 7;
    dataset_add(&dataset, &row);
    datasets_span(&payload, &first, &last);
    assert_int_equal(first, FIRST + 5);
    assert_int_equal(last, FIRST + 7);
    assert_int_equal(dataset.len, 1);
    dataset_deinit(&dataset);
}

/* The unit is that of the quantities; one that differs is kept aside, with its line. */
static void units_are_those_of_quantities(void **state)
{
    (void)state;
    struct dataset dataset;
    dataset_init(&dataset);
    struct observation row = {
        .reporter = "EU", .partner = "CN", .product = "03", .unit = "pcs", .period = FIRST, .line = 2};
    dataset_add(&dataset, &row);
    assert_string_equal(dataset.texts[dataset.series[0].unit], "pcs");
    row.present[COLUMN_QUANTITY] = true;
    row.unit = "kg";
    row.line = 3;
    dataset_add(&dataset, &row);
    assert_string_equal(dataset.texts[dataset.series[0].unit], "kg");
    assert_int_equal(dataset.series[0].other, DATASET_NO_TEXT);
    row.unit = "t";
    row.line = 4;
    dataset_add(&dataset, &row);
    row.unit = "l";
    row.line = 5;
    dataset_add(&dataset, &row);
    assert_string_equal(dataset.texts[dataset.series[0].unit], "kg");
    assert_string_equal(dataset.texts[dataset.series[0].other], "t");
    assert_int_equal(dataset.series[0].unit_line, 4);
    dataset_deinit(&dataset);
}

static void months_to_come_are_dropped(void **state)
{
    (void)state;
    struct dataset parts[2];
    struct datasets payload = {parts, 2};
    int32_t first, last;
    struct observation row = {.reporter = "JP", .partner = "CN", .product = "7210", .unit = "", .line = 1};
    for (size_t i = 0; i < 2; i++)
        dataset_init(&parts[i]);
    for (int month = 0; month < 6;
         month++) { /* figures: 5 0 1 0 -, and in the other part a confidential one */
        row.period = FIRST + month;
        row.present[COLUMN_VALUE] = month != 4;
        row.figure[COLUMN_VALUE] = month == 0 ? 5 : month == 2;
        dataset_add(&parts[0], &row);
    }
    row.present[COLUMN_VALUE] = false;
    row.period = FIRST + 3;
    row.flags = OBSERVATION_SUPPRESSED;
    dataset_add(&parts[1], &row);
    datasets_drop_empty_months(&payload);
    datasets_span(&payload, &first, &last);
    assert_int_equal(first, FIRST);
    assert_int_equal(last, FIRST + 3);
    assert_int_equal(parts[0].rows, 4);
    assert_int_equal(parts[1].rows, 1);
    for (size_t i = 0; i < 2; i++)
        dataset_deinit(&parts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_out_as_they_went_in),
        cmocka_unit_test(an_empty_one_speaks_of_no_month),
        cmocka_unit_test(units_are_those_of_quantities),
        cmocka_unit_test(months_to_come_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
