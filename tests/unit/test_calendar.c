/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/date daemon/core/period daemon/io/file daemon/io/yaml feeds/calendar */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/date.h"
#include "core/period.h"
#include "feeds/calendar.h"
#include "io/yaml.h"

#define DAY_S  INT64_C(86400)
#define HOUR_S INT64_C(3600)

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct calendar calendar;
};

static void read_calendar(struct fixture *f, const char *yaml)
{
    const struct node *section;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("calendar.yaml", slice_of(yaml), &f->arena, &section, &f->diags), 0);
    calendar_read(section, &f->calendar, &f->arena, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static int64_t ms(const char *day, int64_t hour)
{
    int32_t date;
    assert_int_equal(date_parse(slice_of(day), &date), 0);
    return (date * INT64_C(24) + hour) * HOUR_S * 1000;
}

/* The day whose end the moment is, or the moment's own. */
static const char *due_day(const struct publishing *publishing, int year, int month, char buf[DATE_TEXT_SIZE])
{
    int64_t due_ms = calendar_due_ms(publishing, period_make(year, month));
    return date_format((int32_t)((due_ms - 1) / (DAY_S * 1000)), buf);
}

static void a_month_is_due_on_the_day_nearest_to_its_usual_one(void **state)
{
    static const struct {
        const char *calendar;
        int year, month;
        const char *day;
    } cases[] = {
        {"days: [2026-12-08, 2027-01-07, 2027-02-05]", 2026, 10, "2026-12-08"},
        {"days: [2027-01-07, 2026-12-08]", 2026, 11, "2027-01-07"},
        {"days: [2027-01-07, 2026-12-08]", 2026, 9, "2026-11-04"}, /* no day within 20 */
        {"days: [2027-01-07, 2026-12-08]", 2027, 4, "2027-06-04"},
        {"day: 8", 2026, 10, "2026-12-08"},
        {"day: 31", 2026, 10, "2026-11-30"}, /* 2026-12-05 is usual */
        {"day: 28", 2026, 10, "2026-11-28"},
        {"day: 15", 2025, 1, "2025-03-15"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        char day[DATE_TEXT_SIZE];
        read_calendar(&f, cases[i].calendar);
        assert_int_equal(f.diags.errors, 0);
        struct publishing publishing = {&f.calendar, 35 * DAY_S, 6 * HOUR_S};
        assert_string_equal(due_day(&publishing, cases[i].year, cases[i].month, day), cases[i].day);
        fixture_deinit(&f);
    }
}

static void without_a_calendar_it_is_due_so_long_after_its_end(void **state)
{
    static const struct calendar none;
    struct publishing publishing = {&none, 45 * DAY_S + HOUR_S, 6 * HOUR_S};
    (void)state;
    assert_int_equal(calendar_due_ms(&publishing, period_make(2025, 6)), ms("2025-08-15", 1));
    assert_int_equal(calendar_interval_s(&publishing, period_make(2025, 6), ms("2025-08-15", 1)), 6 * HOUR_S);
}

static void lag_counts_the_months_that_are_due(void **state)
{
    struct fixture f;
    int32_t newest = period_make(2026, 9);
    (void)state;
    read_calendar(&f, "days: [2026-12-08, 2027-01-07]");
    struct publishing publishing = {&f.calendar, 35 * DAY_S, 6 * HOUR_S};
    assert_int_equal(calendar_lag(&publishing, newest, ms("2026-12-08", 23)), 0);
    assert_int_equal(calendar_lag(&publishing, newest, ms("2026-12-09", 0)), 1);
    assert_int_equal(calendar_lag(&publishing, newest, ms("2027-01-08", 0)), 2);
    assert_int_equal(calendar_lag(&publishing, PERIOD_NONE, ms("2027-01-08", 0)), 0);
    fixture_deinit(&f);
}

static void polls_are_denser_around_a_release_until_it_has_come(void **state)
{
    static const struct {
        const char *day;
        int64_t hour, newest, interval_s;
    } cases[] = {
        {"2026-12-01", 12, 9, 6 * HOUR_S},
        {"2026-12-07", 20, 9, 4 * HOUR_S + 1}, /* no poll passes over the beginning */
        {"2026-12-08", 0, 9, 45 * 60}, {"2026-12-10", 23, 9, 45 * 60}, {"2026-12-11", 0, 9, 6 * HOUR_S},
        {"2026-12-08", 14, 10, 6 * HOUR_S}, /* it is there */
    };
    struct fixture f;
    (void)state;
    read_calendar(&f, "days: [2026-12-08, 2027-01-07]");
    struct publishing publishing = {&f.calendar, 35 * DAY_S, 6 * HOUR_S};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(calendar_interval_s(&publishing, period_make(2026, (int)cases[i].newest),
                             ms(cases[i].day, cases[i].hour)),
            cases[i].interval_s);
    publishing.interval_s = HOUR_S;
    assert_int_equal(calendar_interval_s(&publishing, period_make(2026, 9), ms("2026-12-08", 1)), 15 * 60);
    publishing.interval_s = 10 * 60; /* it is not made longer */
    assert_int_equal(calendar_interval_s(&publishing, period_make(2026, 9), ms("2026-12-08", 1)), 10 * 60);
    fixture_deinit(&f);
}

static void faults_of_a_calendar_are_told(void **state)
{
    static const struct {
        const char *calendar;
        size_t errors;
    } cases[] = {
        {"days: [2026-12-08, 2026-13-01, soon]", 2},
        {"{ day: 8, days: [2026-12-08] }", 1},
        {"{}", 1},
        {"day: 32", 1},
        {"days: [2026-12]", 1},
        {"weekday: 1", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        read_calendar(&f, cases[i].calendar);
        if (f.diags.errors < cases[i].errors)
            fail_msg("%s: %zu errors", cases[i].calendar, f.diags.errors);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_is_due_on_the_day_nearest_to_its_usual_one),
        cmocka_unit_test(without_a_calendar_it_is_due_so_long_after_its_end),
        cmocka_unit_test(lag_counts_the_months_that_are_due),
        cmocka_unit_test(polls_are_denser_around_a_release_until_it_has_come),
        cmocka_unit_test(faults_of_a_calendar_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
