/* link: daemon/core/timeline daemon/core/date daemon/core/period daemon/base/alloc daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/date.h"
#include "core/period.h"
#include "core/timeline.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

enum { LAG = 35 };

static int32_t month(void)
{
    return period_make(2020, 1);
}

/* January 2020 ends on the 31st; 35 days later is 6 March, and 92 days after that 6 June. */
static struct timeline_change figure(int32_t day, int64_t payload)
{
    return (struct timeline_change){
        .day = day, .payload = payload, .period = month(), .has_figure = true, .figure = 7};
}

static void late_first_figures_have_no_vintage(void **state)
{
    (void)state;
    static const struct {
        int seen[3];
        bool first;
        int known[3];
        bool vintage;
    } cases[] = {
        {{2020, 2, 10}, true, {2020, 2, 10}, true},   /* earlier than usual */
        {{2020, 3, 6}, true, {2020, 3, 6}, true},     /* on the day */
        {{2020, 6, 6}, true, {2020, 6, 6}, true},     /* 92 days later */
        {{2020, 6, 7}, true, {2020, 3, 6}, false},    /* 93 */
        {{2026, 11, 25}, true, {2020, 3, 6}, false},  /* history that was imported */
        {{2026, 11, 25}, false, {2026, 11, 25}, true} /* a revision is known when it is seen */
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct timeline timeline = {0};
        struct timeline_release release;
        size_t offset = 0;
        const int *seen = cases[i].seen, *known = cases[i].known;
        timeline_add(&timeline, figure(date_make(seen[0], seen[1], seen[2]), 5), cases[i].first, LAG);
        timeline_sort(&timeline);
        assert_true(timeline_next(&timeline, &offset, &release));
        assert_int_equal(release.day, date_make(known[0], known[1], known[2]));
        assert_int_equal(release.vintage, cases[i].vintage);
        assert_int_equal(release.len, 1);
        assert_int_equal(release.changes[0].figure, 7);
        assert_int_equal(timeline.figures, cases[i].first);
        assert_int_equal(timeline.no_vintage, !cases[i].vintage);
        assert_false(timeline_next(&timeline, &offset, &release));
        timeline_deinit(&timeline);
    }
}

static void flags_alone_are_no_figure(void **state)
{
    (void)state;
    struct timeline timeline = {0};
    struct timeline_change change = figure(date_make(2026, 1, 1), 5);
    change.has_figure = false;
    timeline_add(&timeline, change, true, LAG);
    assert_int_equal(timeline.len, 1);
    assert_int_equal(timeline.figures, 0);
    assert_int_equal(timeline.no_vintage, 0);
    timeline_deinit(&timeline);
}

static void releases_are_of_one_payload_or_of_one_feed_and_day(void **state)
{
    (void)state;
    static const struct {
        int64_t payload;
        int32_t day; /* 0: long after publication */
        uint32_t source, series;
    } cases[] = {
        {9, 0, 1, 3},
        {8, 0, 1, 2},
        {9, 0, 0, 1}, /* two payloads of feed 1 and one of feed 0, years later */
        {3, 20, 0, 1},
        {2, 20, 0, 2},
        {2, 20, 0, 1}, /* two payloads on one day */
        {4, 10, 0, 4},
    };
    static const struct {
        uint32_t source;
        size_t len;
        uint32_t series;
    } releases[] = {{0, 1, 4}, {0, 2, 1}, {0, 1, 1}, {0, 1, 1}, {1, 2, 2}};
    struct timeline timeline = {0};
    int32_t usual = date_end_of_period(month()) + LAG;
    for (size_t i = 0; i < LEN(cases); i++) {
        int32_t day = cases[i].day != 0 ? usual - 31 + cases[i].day : date_make(2026, 1, 1);
        struct timeline_change change = figure(day, cases[i].payload);
        change.source = cases[i].source;
        change.series = cases[i].series;
        timeline_add(&timeline, change, true, LAG);
    }
    timeline_sort(&timeline);
    struct timeline_release release;
    size_t offset = 0, n = 0;
    for (; timeline_next(&timeline, &offset, &release); n++) {
        assert_true(n < LEN(releases));
        assert_int_equal(release.changes[0].source, releases[n].source);
        assert_int_equal(release.changes[0].series, releases[n].series);
        assert_int_equal(release.len, releases[n].len);
        assert_int_equal(release.vintage, n < 3);
    }
    assert_int_equal(n, LEN(releases));
    timeline_deinit(&timeline);
}

static void empty_timeline_has_no_release(void **state)
{
    (void)state;
    struct timeline timeline = {0};
    struct timeline_release release;
    size_t offset = 0;
    timeline_sort(&timeline);
    assert_false(timeline_next(&timeline, &offset, &release));
    timeline_deinit(&timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_first_figures_have_no_vintage),
        cmocka_unit_test(flags_alone_are_no_figure),
        cmocka_unit_test(releases_are_of_one_payload_or_of_one_feed_and_day),
        cmocka_unit_test(empty_timeline_has_no_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
