/* link: daemon/base/counting_sort tests/support/rows daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/parallel daemon/base/str daemon/core/dataset daemon/core/fold daemon/core/gate daemon/core/numbering daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/release */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/gate.h"
#include "core/period.h"
#include "tests/support/rows.h"

enum { JAN = 2025 * 12, NOW = JAN + 6 }; /* 2025-01, 2025-07 */

struct fixture {
    struct panel *panel;
    struct arena arena;
    struct observations rows;
    struct datasets payload;
    struct release release;
    struct diag_list diags;
    struct gate gate;
};

static int setup(void **state)
{
    struct fixture *f = alloc_zeroed(1, sizeof *f);
    f->panel = panel_new();
    f->gate = (struct gate){.feed = "a-feed", .file = "a.csv", .newest_period = NOW, .min_rows = 1};
    *state = f;
    return 0;
}

static void forget_rows(struct fixture *f)
{
    alloc_free(f->rows.items);
    f->rows = (struct observations){0};
    datasets_deinit(&f->payload);
    release_deinit(&f->release);
    diag_list_deinit(&f->diags);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    forget_rows(f);
    panel_free(f->panel);
    arena_deinit(&f->arena);
    alloc_free(f);
    return 0;
}

/* A row of product number `product`; figures in whole units. */
static struct observation *add(struct fixture *f, int product, int32_t period, int64_t value)
{
    struct observations *rows = &f->rows;
    rows->items = alloc_grow(rows->items, rows->len, &rows->cap, sizeof *rows->items);
    rows->items[rows->len] = (struct observation){
        .reporter = "VN",
        .partner = "US",
        .product = arena_printf(&f->arena, "p%d", product),
        .unit = "t",
        .flow = FLOW_EXPORT,
        .period = period,
        .present = {[COLUMN_VALUE] = true},
        .figure = {[COLUMN_VALUE] = value * FIGURE_SCALE},
        .line = (unsigned)rows->len + 2,
    };
    return &rows->items[rows->len++];
}

static int check(struct fixture *f)
{
    datasets_deinit(&f->payload);
    release_deinit(&f->release);
    rows_to_payload(&f->rows, &f->payload);
    return gate_check(&f->gate, f->panel, &f->payload, &f->release, &f->diags);
}

/* Takes the rows into the panel, as the engine does after the gate. */
static void apply(struct fixture *f)
{
    struct panel_changes changes;
    assert_int_equal(check(f), 0);
    panel_apply_release(f->panel, f->gate.feed, &f->release, &changes);
    panel_changes_deinit(&changes);
    forget_rows(f);
}

/* Refused with exactly one error: this code in this line. */
static void assert_fault(struct fixture *f, const char *code, int line)
{
    int r = check(f);
    for (size_t i = 0; i < f->diags.len; i++)
        print_message("%s\n", diag_line(&f->diags, &f->diags.items[i]));
    assert_int_equal(r, -EBADMSG);
    assert_int_equal(f->diags.len, 1);
    assert_string_equal(f->diags.items[0].code, code);
    assert_int_equal(f->diags.items[0].line, line);
    assert_string_equal(f->diags.items[0].file, "a.csv");
}

static void accepts_sound_rows(void **state)
{
    struct fixture *f = *state;
    add(f, 1, JAN, 10);
    add(f, 1, JAN + 1, 0);
    add(f, 2, NOW, FIGURE_MAX / FIGURE_SCALE);
    assert_int_equal(check(f), 0);
    assert_int_equal(f->release.rows, 3);
    assert_int_equal(f->diags.len, 0);
}

/* A row with one figure of product 1. */
static struct observation *add_figure(struct fixture *f, enum column column, int64_t figure)
{
    struct observation *row = add(f, 1, JAN, 0);
    row->present[COLUMN_VALUE] = false;
    row->present[column] = true;
    row->figure[column] = figure * FIGURE_SCALE;
    return row;
}

static void figures_of_an_observation_are_put_together(void **state)
{
    struct fixture *f = *state;
    f->gate.by_figure = true;
    add_figure(f, COLUMN_WEIGHT, 7);
    add_figure(f, COLUMN_VALUE, 10);
    add_figure(f, COLUMN_VALUE, 10);
    add_figure(f, COLUMN_QUANTITY, 0)->present[COLUMN_QUANTITY] = false;
    f->rows.items[3].flags = OBSERVATION_SUPPRESSED;
    apply(f);
    int64_t value, weight, quantity;
    assert_true(panel_get(f->panel, 0, COLUMN_VALUE, JAN, &value));
    assert_true(panel_get(f->panel, 0, COLUMN_WEIGHT, JAN, &weight));
    assert_false(panel_get(f->panel, 0, COLUMN_QUANTITY, JAN, &quantity));
    assert_int_equal(value, 10 * FIGURE_SCALE);
    assert_int_equal(weight, 7 * FIGURE_SCALE);
    assert_int_equal(panel_flags(f->panel, 0, JAN), OBSERVATION_SUPPRESSED);
    assert_int_equal(panel_series_count(f->panel), 1);
}

static void a_figure_that_stands_twice_is_refused(void **state)
{
    struct fixture *f = *state;
    f->gate.by_figure = true;
    add_figure(f, COLUMN_WEIGHT, 7);
    add_figure(f, COLUMN_VALUE, 10);
    add_figure(f, COLUMN_WEIGHT, 8);
    assert_fault(f, "G101", 4);
}

static void exact_duplicates_are_dropped(void **state)
{
    struct fixture *f = *state;
    add(f, 1, JAN, 10);
    add(f, 1, JAN, 10);
    add(f, 2, JAN, 10);
    add(f, 1, JAN, 10);
    assert_int_equal(check(f), 0);
    assert_int_equal(f->release.rows, 2);
}

static void duplicates_do_not_count_as_rows(void **state)
{
    struct fixture *f = *state;
    f->gate.min_rows = 2;
    add(f, 1, JAN, 10);
    add(f, 1, JAN, 10);
    assert_fault(f, "G105", 0);
    assert_int_equal(f->release.len, 0); /* nothing of a refused payload */
}

static void contradicting_duplicate_is_refused(void **state)
{
    struct fixture *f = *state;
    add(f, 1, JAN, 10);
    add(f, 1, JAN, 11);
    assert_fault(f, "G101", 3);
}

static void duplicate_without_a_figure_contradicts(void **state)
{
    struct fixture *f = *state;
    add(f, 1, JAN, 0);
    add(f, 1, JAN, 0)->present[COLUMN_VALUE] = false;
    assert_fault(f, "G101", 3);
}

/* What the release has of the first series in January; false where the figure is not known. */
static bool released(const struct fixture *f, enum column column, int64_t *ret_figure)
{
    assert_int_equal(f->release.len, 1);
    return panel_block_get(f->release.blocks[0].block, 0, column, ret_figure);
}

/* A sum with a part missing is not a smaller sum; its flags are those of all. */
static void rows_are_summed_where_the_feed_says_so(void **state)
{
    struct fixture *f = *state;
    int64_t figure;
    f->gate.sum = true;
    f->gate.min_rows = 3;
    for (int i = 1; i <= 3; i++) {
        struct observation *row = add(f, 1, JAN, i);
        row->present[COLUMN_WEIGHT] = true;
        row->figure[COLUMN_WEIGHT] = i;
        row->present[COLUMN_QUANTITY] = i != 2;
        row->figure[COLUMN_QUANTITY] = i;
        row->flags = i == 2 ? OBSERVATION_PRELIMINARY : 0;
    }
    assert_int_equal(check(f), 0);
    assert_int_equal(f->release.rows, 3);
    assert_true(released(f, COLUMN_VALUE, &figure));
    assert_int_equal(figure, 6 * FIGURE_SCALE);
    assert_true(released(f, COLUMN_WEIGHT, &figure));
    assert_int_equal(figure, 6);
    assert_false(released(f, COLUMN_QUANTITY, &figure));
    assert_int_equal(panel_block_flags(f->release.blocks[0].block, 0), OBSERVATION_PRELIMINARY);
}

static void a_sum_that_is_absurd_is_refused(void **state)
{
    struct fixture *f = *state;
    f->gate.sum = true;
    add(f, 1, JAN, FIGURE_MAX / FIGURE_SCALE);
    add(f, 1, JAN, 1);
    add(f, 1, JAN, 1); /* said once */
    assert_fault(f, "G104", 3);
}

/* However a payload is cut: what the parts say is one release. */
static void parts_are_one_payload(void **state)
{
    struct fixture *f = *state;
    struct datasets payload = {alloc_zeroed(2, sizeof(struct dataset)), 2};
    dataset_init(&payload.items[0]);
    dataset_init(&payload.items[1]);
    for (int i = 0; i < 600; i++)
        dataset_add(&payload.items[i % 3 == 0], add(f, i % 400, JAN + i / 400, i));
    dataset_add(&payload.items[1], add(f, 5, JAN, 5));
    assert_int_equal(gate_check(&f->gate, f->panel, &payload, &f->release, &f->diags), 0);
    assert_int_equal(f->release.rows, 600);
    assert_int_equal(f->release.series_len, 400);
    assert_int_equal(f->release.len, 4); /* numbered by their texts, both months have some of all 400 */
    dataset_add(&payload.items[0], add(f, 7, JAN, 8));
    release_deinit(&f->release);
    assert_int_equal(gate_check(&f->gate, f->panel, &payload, &f->release, &f->diags), -EBADMSG);
    assert_string_equal(f->diags.items[0].code, "G101");
    datasets_deinit(&payload);
}

static void other_flow_is_no_duplicate(void **state)
{
    struct fixture *f = *state;
    add(f, 1, JAN, 10);
    add(f, 1, JAN, 11)->flow = FLOW_IMPORT;
    add(f, 1, JAN, 12)->partner = "CN";
    add(f, 1, JAN, 13)->reporter = "TH";
    assert_int_equal(check(f), 0);
}

static void future_month_is_refused(void **state)
{
    struct fixture *f = *state;
    add(f, 1, NOW + 1, 10);
    assert_fault(f, "G102", 2);
}

static void negative_figure_is_refused(void **state)
{
    struct fixture *f = *state;
    add(f, 1, JAN, -1);
    assert_fault(f, "G103", 2);
}

static void absurd_figure_is_refused(void **state)
{
    struct fixture *f = *state;
    add(f, 1, JAN, FIGURE_MAX / FIGURE_SCALE)->figure[COLUMN_VALUE]++;
    assert_fault(f, "G104", 2);
}

static void absent_figure_is_not_judged(void **state)
{
    struct fixture *f = *state;
    struct observation *row = add(f, 1, JAN, -1);
    row->present[COLUMN_VALUE] = false;
    assert_int_equal(check(f), 0);
}

static void too_few_rows_are_refused(void **state)
{
    struct fixture *f = *state;
    assert_fault(f, "G105", 0);
}

static void all_faults_are_reported_at_once(void **state)
{
    struct fixture *f = *state;
    f->gate.min_rows = 10;
    add(f, 1, NOW + 1, -1);
    add(f, 1, NOW + 1, 5);
    assert_int_equal(check(f), -EBADMSG);
    assert_int_equal(f->diags.errors, 5); /* G102 and G103, then G101 and G102, then G105 */
}

/* Twenty series for January to March are known. */
static void know_twenty(struct fixture *f)
{
    for (int product = 0; product < 20; product++)
        for (int month = 0; month < 3; month++)
            add(f, product, JAN + month, 1000 + product);
    apply(f);
}

static void payload_without_a_tenth_of_the_series_passes(void **state)
{
    struct fixture *f = *state;
    know_twenty(f);
    for (int product = 0; product < 18; product++)
        add(f, product, JAN + 2, 1000 + product);
    assert_int_equal(check(f), 0);
}

static void payload_without_more_series_is_partial(void **state)
{
    struct fixture *f = *state;
    know_twenty(f);
    for (int product = 0; product < 17; product++)
        add(f, product, JAN + 2, 1000 + product);
    assert_fault(f, "G106", 0);
}

static void series_without_a_figure_is_gone(void **state)
{
    struct fixture *f = *state;
    know_twenty(f);
    for (int product = 0; product < 20; product++)
        add(f, product, JAN + 2, 1000 + product)->present[COLUMN_VALUE] = product < 17;
    assert_fault(f, "G106", 0);
}

/* Twenty series known from March on, five of them not in May. */
static void know_spring(struct fixture *f)
{
    for (int product = 0; product < 20; product++)
        for (int32_t month = JAN + 2; month <= JAN + 5; month++)
            if (product < 15 || month != JAN + 4)
                add(f, product, month, 1000 + product);
    apply(f);
}

static void history_behind_the_payload_is_looked_at_by_months(void **state)
{
    static const struct {
        int32_t month;
        int series;
        bool refused;
    } cases[] = {
        {JAN, 3, false},      /* before all that is known */
        {JAN + 4, 15, false}, /* as many as that month has */
        {JAN + 4, 12, true},
        {JAN + 3, 15, true},
    };
    struct fixture *f = *state;
    know_spring(f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int product = 0; product < cases[i].series; product++)
            add(f, product, cases[i].month, 1000 + product);
        if (cases[i].refused)
            assert_fault(f, "G106", 0);
        else
            assert_int_equal(check(f), 0);
        forget_rows(f);
    }
}

static void what_is_waived_is_a_warning(void **state)
{
    struct fixture *f = *state;
    know_twenty(f);
    f->gate.waived = true;
    f->gate.min_rows = 100;
    for (int product = 0; product < 15; product++)
        add(f, product, JAN + 2, 1000000 + product);
    assert_int_equal(check(f), 0);
    assert_int_equal(f->diags.errors, 0);
    assert_int_equal(f->diags.warnings, 3); /* G105, G106, G108 */
    add(f, 16, JAN + 2, -1);
    assert_int_equal(check(f), -EBADMSG);
}

static void suppressed_series_is_not_gone(void **state)
{
    struct fixture *f = *state;
    know_twenty(f);
    for (int product = 0; product < 20; product++) {
        struct observation *row = add(f, product, JAN + 2, 1000 + product);
        row->present[COLUMN_VALUE] = product < 17;
        row->flags = product < 17 ? 0 : OBSERVATION_SUPPRESSED;
    }
    assert_int_equal(check(f), 0);
}

static void series_that_ended_before_the_payload_is_not_missed(void **state)
{
    struct fixture *f = *state;
    know_twenty(f);
    add(f, 1, JAN + 3, 1000);
    assert_int_equal(check(f), 0);
}

static void series_of_another_source_are_not_missed(void **state)
{
    struct fixture *f = *state;
    know_twenty(f);
    f->gate.feed = "another";
    add(f, 1, JAN, 1);
    assert_int_equal(check(f), 0);
}

static struct observation *add_quantity(struct fixture *f, int32_t period, const char *unit)
{
    struct observation *row = add(f, 1, period, 10);
    row->present[COLUMN_QUANTITY] = true;
    row->figure[COLUMN_QUANTITY] = 5 * FIGURE_SCALE;
    row->unit = unit;
    return row;
}

static void unit_that_changed_against_the_panel_is_refused_once(void **state)
{
    struct fixture *f = *state;
    add_quantity(f, JAN, "t");
    apply(f);
    add_quantity(f, JAN + 1, "kg");
    add_quantity(f, JAN + 2, "kg");
    assert_fault(f, "G107", 2);
}

static void unit_that_changes_within_a_payload_is_refused(void **state)
{
    struct fixture *f = *state;
    add_quantity(f, JAN, "t");
    add_quantity(f, JAN + 1, "kg");
    assert_fault(f, "G107", 3);
}

static void unit_without_a_quantity_says_nothing(void **state)
{
    struct fixture *f = *state;
    add_quantity(f, JAN, "t");
    apply(f);
    add_quantity(f, JAN + 1, "")->present[COLUMN_QUANTITY] = false;
    assert_int_equal(check(f), 0);
}

static const struct {
    const char *name;
    int series, stepped; /* in the payload, and how many of them step */
    int64_t times, over; /* the newest value is 1000 * times / over */
    const char *code;    /* NULL: accepted */
} steps[] = {
    {"all a thousandfold", 20, 20, 1000, 1, "G108"},
    {"all a thousandth", 20, 20, 1, 1000, "G108"},
    {"all a hundredfold", 20, 20, 100, 1, "G108"},
    {"a thousandfold and a seasonal half", 20, 20, 500, 1, "G108"},
    {"a thousandfold and doubled", 20, 20, 2000, 1, "G108"},
    {"a fifth", 20, 4, 1000, 1, NULL},
    {"more than a fifth", 20, 5, 1000, 1, "G108"},
    {"too few series to tell", 9, 9, 1000, 1, NULL},
    {"enough series to tell", 10, 10, 1000, 1, "G108"},
    {"tenfold is a season", 20, 20, 10, 1, NULL},
    {"thirtyfold is no power of ten", 20, 20, 30, 1, NULL},
    {"nothing moves", 20, 20, 1, 1, NULL},
};

static void common_step_of_scale_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        void *own;
        setup(&own);
        struct fixture *f = own;
        for (int product = 0; product < steps[i].series; product++)
            add(f, product, JAN, 1000);
        apply(f);
        for (int product = 0; product < steps[i].series; product++)
            add(f, product, JAN + 1,
                product < steps[i].stepped ? 1000 * steps[i].times / steps[i].over : 1000);
        int r = check(f);
        bool found = f->diags.len == 1 && strcmp(f->diags.items[0].code, "G108") == 0;
        if (steps[i].code == NULL ? r != 0 : r != -EBADMSG || !found)
            fail_msg("%s: r = %d, %zu faults", steps[i].name, r, f->diags.len);
        teardown(&own);
    }
}

static void fill(struct fixture *f, int32_t from, int32_t to, int64_t value)
{
    for (int product = 0; product < 20; product++)
        for (int32_t period = from; period <= to; period++)
            add(f, product, period, value);
}

static void rescaled_history_is_refused(void **state)
{
    struct fixture *f = *state;
    fill(f, JAN, JAN + 2, 1000);
    apply(f);
    fill(f, JAN, JAN + 2, 1000 * 1000); /* no new month: a revision of everything */
    assert_int_equal(check(f), -EBADMSG);
    assert_string_equal(f->diags.items[0].code, "G108");
    forget_rows(f);
    fill(f, JAN, JAN + 3, 1000 * 1000); /* with a new month, whose month before is rescaled as well */
    assert_int_equal(check(f), -EBADMSG);
    assert_string_equal(f->diags.items[0].code, "G108");
}

static void the_month_behind_is_compared_too(void **state)
{
    struct fixture *f = *state;
    fill(f, JAN + 1, JAN + 2, 1000);
    apply(f);
    fill(f, JAN, JAN, 1000 * 1000);
    assert_int_equal(check(f), -EBADMSG);
    assert_string_equal(f->diags.items[0].code, "G108");
}

static void step_within_a_first_payload_is_refused(void **state)
{
    struct fixture *f = *state;
    fill(f, JAN, JAN + 1, 1000);
    fill(f, JAN + 2, JAN + 2, 1000 * 1000);
    assert_int_equal(check(f), -EBADMSG);
    assert_string_equal(f->diags.items[0].code, "G108");
}

static void zero_and_missing_months_are_not_compared(void **state)
{
    struct fixture *f = *state;
    fill(f, JAN, JAN, 0);
    fill(f, JAN + 1, JAN + 1, 1000);
    for (int product = 20; product < 40; product++) {
        add(f, product, JAN, 1);
        add(f, product, JAN + 2, 1000);
    }
    assert_int_equal(check(f), 0);
}

static void messages_say_which_series_and_what_to_do(void **state)
{
    struct fixture *f = *state;
    fill(f, JAN, JAN, 1000);
    apply(f);
    fill(f, JAN + 1, JAN + 1, 1000 * 1000);
    assert_int_equal(check(f), -EBADMSG);
    assert_string_equal(f->diags.items[0].text,
        "in 20 of 20 series the value is about 1000 times what was known, "
        "VN export to US, p0, 2025-02 for one");
    assert_non_null(f->diags.items[0].hint);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accepts_sound_rows),
        TEST(figures_of_an_observation_are_put_together),
        TEST(a_figure_that_stands_twice_is_refused),
        TEST(exact_duplicates_are_dropped),
        TEST(duplicates_do_not_count_as_rows),
        TEST(rows_are_summed_where_the_feed_says_so),
        TEST(a_sum_that_is_absurd_is_refused),
        TEST(parts_are_one_payload),
        TEST(contradicting_duplicate_is_refused),
        TEST(duplicate_without_a_figure_contradicts),
        TEST(other_flow_is_no_duplicate),
        TEST(future_month_is_refused),
        TEST(negative_figure_is_refused),
        TEST(absurd_figure_is_refused),
        TEST(absent_figure_is_not_judged),
        TEST(too_few_rows_are_refused),
        TEST(all_faults_are_reported_at_once),
        TEST(payload_without_a_tenth_of_the_series_passes),
        TEST(payload_without_more_series_is_partial),
        TEST(series_without_a_figure_is_gone),
        TEST(history_behind_the_payload_is_looked_at_by_months),
        TEST(what_is_waived_is_a_warning),
        TEST(suppressed_series_is_not_gone),
        TEST(series_that_ended_before_the_payload_is_not_missed),
        TEST(series_of_another_source_are_not_missed),
        TEST(unit_that_changed_against_the_panel_is_refused_once),
        TEST(unit_that_changes_within_a_payload_is_refused),
        TEST(unit_without_a_quantity_says_nothing),
        cmocka_unit_test(common_step_of_scale_is_refused),
        TEST(rescaled_history_is_refused),
        TEST(the_month_behind_is_compared_too),
        TEST(step_within_a_first_payload_is_refused),
        TEST(zero_and_missing_months_are_not_compared),
        TEST(messages_say_which_series_and_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
