/* link: daemon/core/agenda daemon/core/zone daemon/core/alert daemon/core/date daemon/core/period daemon/io/zone_data daemon/base/alloc daemon/base/arena daemon/base/digest daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/agenda.h"
#include "core/date.h"
#include "io/zone_data.h"

enum { HOUR_MS = 3600 * 1000, DAY_S = 24 * 3600 };

static struct zone zone_named(const char *name, struct arena *arena)
{
    struct zone zone;
    if (zone_read(name, arena, &zone) < 0)
        fail_msg("no zone %s", name);
    return zone;
}

/* UTC: "2025-03-30 01:00" */
static int64_t moment(const char *text)
{
    int year, month, day, hour, minute;
    assert_int_equal(sscanf(text, "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute), 5);
    return ((int64_t)date_make(year, month, day) * DAY_S + hour * 3600 + minute * 60) * 1000;
}

static const char *utc(int64_t ms, char buf[32])
{
    char day[DATE_TEXT_SIZE];
    int64_t s = ms / 1000;
    snprintf(buf, 32, "%s %02d:%02d", date_format((int32_t)(s / DAY_S), day), (int)(s % DAY_S / 3600),
        (int)(s % 3600 / 60));
    return buf;
}

/* ---- zones ---- */

static void offsets_are_those_of_the_zone(void **state)
{
    static const struct {
        const char *zone, *moment;
        int offset_s;
    } cases[] = {
        {"UTC", "2025-07-01 00:00", 0},
        {"Asia/Ho_Chi_Minh", "2025-07-01 00:00", 7 * 3600},
        {"Europe/Brussels", "2025-03-30 00:59", 3600},
        {"Europe/Brussels", "2025-03-30 01:00", 7200},
        {"Europe/Brussels", "2025-10-26 00:59", 7200},
        {"Europe/Brussels", "2025-10-26 01:00", 3600},
        {"Europe/Brussels", "2060-07-01 00:00", 7200},
        {"America/New_York", "2026-03-08 06:59", -5 * 3600},
        {"America/New_York", "2026-03-08 07:00", -4 * 3600},
        {"Asia/Kathmandu", "2025-01-01 00:00", 5 * 3600 + 2700},
        {"Australia/Lord_Howe", "2025-12-01 00:00", 11 * 3600},
        {"Africa/Casablanca", "2025-03-10 00:00", 0}, /* Ramadan */
        {"Africa/Casablanca", "2025-05-10 00:00", 3600},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_NULL;
        struct zone zone = zone_named(cases[i].zone, &arena);
        int64_t at_s = moment(cases[i].moment) / 1000;
        if (zone_local(&zone, at_s) - at_s != cases[i].offset_s)
            fail_msg("%s at %s: %lld", cases[i].zone, cases[i].moment,
                (long long)(zone_local(&zone, at_s) - at_s));
        arena_deinit(&arena);
    }
}

static void what_is_no_zone_is_refused(void **state)
{
    static const char *const names[] = {"", "Asia/Hanoi", "+07:00", "/etc/passwd", "../../../etc/passwd",
        "Asia/../UTC", "asia ho_chi_minh", ":UTC"};
    struct arena arena = ARENA_NULL;
    struct zone zone;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(zone_read(names[i], &arena, &zone), -ENOENT);
    arena_deinit(&arena);
}

/* Every hour of a year with both changes. */
static void a_local_time_is_the_first_moment_that_shows_it(void **state)
{
    struct arena arena = ARENA_NULL;
    struct zone zone = zone_named("Europe/Brussels", &arena);
    (void)state;
    for (int64_t at_s = moment("2025-01-01 00:00") / 1000; at_s < moment("2026-01-01 00:00") / 1000;
         at_s += 1800) {
        int64_t first_s = zone_utc(&zone, zone_local(&zone, at_s));
        bool second = at_s >= moment("2025-10-26 01:00") / 1000 && at_s < moment("2025-10-26 02:00") / 1000;
        assert_int_equal(first_s, second ? at_s - 3600 : at_s);
    }
    char buf[32]; /* 02:30 is skipped on 30 March */
    assert_string_equal(
        utc(zone_utc(&zone, moment("2025-03-30 02:30") / 1000) * 1000, buf), "2025-03-30 01:00");
    arena_deinit(&arena);
}

/* ---- reading ---- */

static void times_are_read(void **state)
{
    static const struct {
        const char *text;
        int r;
        struct cadence cadence;
    } cases[] = {
        {"at once", 0, {CADENCE_AT_ONCE, 0, 0}},
        {"daily 08:05", 0, {CADENCE_DAILY, 0, 485}},
        {"daily 00:00", 0, {CADENCE_DAILY, 0, 0}},
        {"weekly monday 23:59", 0, {CADENCE_WEEKLY, 0, 1439}},
        {"weekly Sunday 08:00", 0, {CADENCE_WEEKLY, 6, 480}},
        {"daily 24:00", -EINVAL, {0}},
        {"daily 8:00", -EINVAL, {0}},
        {"daily 08:60", -EINVAL, {0}},
        {"daily", -EINVAL, {0}},
        {"daily 08:00 ", -EINVAL, {0}},
        {"weekly 08:00", -EINVAL, {0}},
        {"weekly mon 08:00", -EINVAL, {0}},
        {"hourly", -EINVAL, {0}},
        {"", -EINVAL, {0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cadence cadence = {0};
        if (cadence_read(slice_of(cases[i].text), &cadence) != cases[i].r ||
            cadence.kind != cases[i].cadence.kind || cadence.weekday != cases[i].cadence.weekday ||
            cadence.minute != cases[i].cadence.minute)
            fail_msg("%s", cases[i].text);
    }
}

static void quiet_hours_are_read(void **state)
{
    static const char *const bad[] = {
        "", "22:00", "22:00-22:00", "22:00 - 07:00", "22-07", "22:00-7:00", "24:00-07:00"};
    struct agenda agenda = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(agenda_read_quiet(slice_of(bad[i]), &agenda), -EINVAL);
    assert_true(agenda_is_plain(&agenda));
    assert_int_equal(agenda_read_quiet(slice_of("22:00-07:30"), &agenda), 0);
    assert_int_equal(agenda.quiet_from, 22 * 60);
    assert_int_equal(agenda.quiet_until, 7 * 60 + 30);
    assert_false(agenda_is_plain(&agenda));
}

/* ---- when ---- */

static void cadence_says_when(void **state)
{
    static const struct {
        const char *zone, *cadence, *now, *until;
    } cases[] = {
        {"Asia/Ho_Chi_Minh", "daily 08:00", "2025-07-06 00:59", "2025-07-06 01:00"},
        {"Asia/Ho_Chi_Minh", "daily 08:00", "2025-07-06 01:00", "2025-07-07 01:00"},
        {"Asia/Ho_Chi_Minh", "daily 00:00", "2025-07-06 16:59", "2025-07-06 17:00"},
        {"Asia/Ho_Chi_Minh", "weekly monday 08:00", "2025-07-06 12:00", "2025-07-07 01:00"},
        {"Asia/Ho_Chi_Minh", "weekly sunday 08:00", "2025-07-06 12:00", "2025-07-13 01:00"},
        {"Asia/Ho_Chi_Minh", "weekly sunday 23:00", "2025-07-06 12:00", "2025-07-06 16:00"},
        /* The clock goes from 02:00 to 03:00: 02:30 is at 03:00, once. */
        {"Europe/Brussels", "daily 02:30", "2025-03-29 12:00", "2025-03-30 01:00"},
        {"Europe/Brussels", "daily 02:30", "2025-03-30 01:00", "2025-03-31 00:30"},
        {"Europe/Brussels", "daily 08:00", "2025-03-29 12:00", "2025-03-30 06:00"},
        /* From 03:00 back to 02:00: 02:30 is the first one, once. */
        {"Europe/Brussels", "daily 02:30", "2025-10-25 12:00", "2025-10-26 00:30"},
        {"Europe/Brussels", "daily 02:30", "2025-10-26 00:30", "2025-10-27 01:30"},
        {"Europe/Brussels", "daily 02:30", "2025-10-26 01:15", "2025-10-27 01:30"},
        {"Europe/Brussels", "daily 08:00", "2025-10-25 12:00", "2025-10-26 07:00"},
        {"America/New_York", "weekly sunday 02:30", "2026-03-05 00:00", "2026-03-08 07:00"},
        {"Pacific/Apia", "daily 08:00", "2025-07-06 12:00", "2025-07-06 19:00"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_NULL;
        struct zone zone = zone_named(cases[i].zone, &arena);
        struct agenda agenda = {.zone = &zone, .passes = SEVERITY_COUNT};
        char buf[32];
        assert_int_equal(cadence_read(slice_of(cases[i].cadence), &agenda.cadence[SEVERITY_WATCH]), 0);
        struct holding holding = agenda_hold(&agenda, SEVERITY_WATCH, moment(cases[i].now));
        if (holding.why != HOLD_CADENCE || !str_equal(utc(holding.until_ms, buf), cases[i].until))
            fail_msg("%s, %s at %s: %s", cases[i].zone, cases[i].cadence, cases[i].now, buf);
        assert_int_equal(agenda_hold(&agenda, SEVERITY_CAUTION, moment(cases[i].now)).why, HOLD_NONE);
        arena_deinit(&arena);
    }
}

/* Whatever the zone does, from one time to the next there is exactly one on each local day. */
static void daily_time_comes_once_on_each_local_day(void **state)
{
    static const char *const zones[] = {"Asia/Ho_Chi_Minh", "Europe/Brussels", "America/New_York",
        "Australia/Lord_Howe", "Africa/Casablanca"};
    static const char *const times[] = {"daily 00:00", "daily 00:30", "daily 01:45", "daily 02:00",
        "daily 02:30", "daily 03:00", "daily 23:59"};
    (void)state;
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++)
        for (size_t t = 0; t < sizeof times / sizeof *times; t++) {
            struct arena arena = ARENA_NULL;
            struct zone zone = zone_named(zones[z], &arena);
            struct agenda agenda = {.zone = &zone};
            assert_int_equal(cadence_read(slice_of(times[t]), &agenda.cadence[0]), 0);
            int64_t at_ms = agenda_hold(&agenda, 0, moment("2025-01-01 12:00")).until_ms;
            for (int day = 0; day < 730; day++) {
                int64_t next_ms = agenda_hold(&agenda, 0, at_ms).until_ms;
                assert_int_equal(
                    zone_local(&zone, next_ms / 1000) / DAY_S, zone_local(&zone, at_ms / 1000) / DAY_S + 1);
                assert_in_range(next_ms - at_ms, 22 * HOUR_MS, 26 * HOUR_MS);
                at_ms = next_ms;
            }
            arena_deinit(&arena);
        }
}

static void quiet_hours_hold_what_is_not_grave_enough(void **state)
{
    static const struct {
        const char *zone, *hours;
        int passes;
        enum severity severity;
        const char *now, *until; /* NULL: not held */
    } cases[] = {
        {"Asia/Ho_Chi_Minh", "22:00-07:00", 3, SEVERITY_WARNING, "2025-07-06 14:59", NULL},
        {"Asia/Ho_Chi_Minh", "22:00-07:00", 3, SEVERITY_WARNING, "2025-07-06 15:00", "2025-07-07 00:00"},
        {"Asia/Ho_Chi_Minh", "22:00-07:00", 3, SEVERITY_CRITICAL, "2025-07-06 15:00", NULL},
        {"Asia/Ho_Chi_Minh", "22:00-07:00", 4, SEVERITY_CRITICAL, "2025-07-06 15:00", "2025-07-07 00:00"},
        {"Asia/Ho_Chi_Minh", "22:00-07:00", 3, SEVERITY_WATCH, "2025-07-06 23:59", "2025-07-07 00:00"},
        {"Asia/Ho_Chi_Minh", "22:00-07:00", 3, SEVERITY_WATCH, "2025-07-07 00:00", NULL},
        {"Asia/Ho_Chi_Minh", "12:00-13:30", 0, SEVERITY_WATCH, "2025-07-07 05:00", NULL},
        {"Asia/Ho_Chi_Minh", "12:00-13:30", 1, SEVERITY_WATCH, "2025-07-07 05:00", "2025-07-07 06:30"},
        {"Europe/Brussels", "22:00-02:30", 3, SEVERITY_WATCH, "2025-03-29 23:00", "2025-03-30 01:00"},
        {"Europe/Brussels", "22:00-07:00", 3, SEVERITY_WATCH, "2025-10-25 23:00", "2025-10-26 06:00"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_NULL;
        struct zone zone = zone_named(cases[i].zone, &arena);
        struct agenda agenda = {.zone = &zone, .passes = cases[i].passes};
        char buf[32] = "";
        assert_int_equal(agenda_read_quiet(slice_of(cases[i].hours), &agenda), 0);
        struct holding holding = agenda_hold(&agenda, cases[i].severity, moment(cases[i].now));
        bool held = holding.why == HOLD_QUIET_HOURS;
        if (held != (cases[i].until != NULL) ||
            (held && !str_equal(utc(holding.until_ms, buf), cases[i].until)))
            fail_msg("%s %s at %s: %s", cases[i].zone, cases[i].hours, cases[i].now, buf);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_those_of_the_zone),
        cmocka_unit_test(what_is_no_zone_is_refused),
        cmocka_unit_test(a_local_time_is_the_first_moment_that_shows_it),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(quiet_hours_are_read),
        cmocka_unit_test(cadence_says_when),
        cmocka_unit_test(daily_time_comes_once_on_each_local_day),
        cmocka_unit_test(quiet_hours_hold_what_is_not_grave_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
