#include "feeds/calendar.h"

#include <stdlib.h>

#include "base/keys.h"
#include "core/date.h"
#include "core/period.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

enum {
    NEAR_DAYS = 20,               /* a day of the calendar that is further away is another month's */
    DENSER = 8,                   /* polls around a release */
    DENSE_MIN_S = 900,            /* and yet not more often than this */
    BEFORE_MS = 24 * 3600 * 1000, /* before the end of its day, */
    AFTER_MS = 48 * 3600 * 1000,  /* and behind it */
};

/* ---- the section ---- */

struct calendar_keys {
    int64_t day;
    struct texts days;
};

static const struct shape day_shape = {.kind = SHAPE_TEXT,
    .expected = "expected a day such as 2026-12-08",
    .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"};
static const struct shape days_shape = {
    .kind = SHAPE_LIST, .items = &day_shape, .min_items = 1, .max_items = CALENDAR_DAYS_MAX};

static const struct key calendar_keys[] = {
    {.name = "day",
        .kind = KEY_INTEGER,
        .offset = offsetof(struct calendar_keys, day),
        .fallback = "0",
        .min = 0,
        .max = 31,
        .help = "The day of the month on which the source publishes; 31 is the last one."},
    {.name = "days",
        .kind = KEY_TEXTS,
        .offset = offsetof(struct calendar_keys, days),
        .help = "The days on which it publishes, such as 2026-12-08.",
        .shape = &days_shape},
};

static const char *const day_or_days[] = {"day", "days", NULL};
const struct shape calendar_shape = {
    .kind = SHAPE_MAP, .keys = calendar_keys, .key_count = LENGTH(calendar_keys), .one_of = day_or_days};

static int by_date(const void *left, const void *right)
{
    const int32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void read_days(
    const struct node *section, const struct texts *texts, int32_t *days, struct diag_list *diags)
{
    const struct node *list = node_get(section, "days");
    for (size_t i = 0; i < texts->len; i++) {
        struct slice text = slice_of(texts->items[i]);
        if (text.len == DATE_TEXT_SIZE - 1 && date_parse(text, &days[i]) == 0)
            continue;
        diag_error(diags, list->len > i ? list->items[i]->place : list->place, "F030",
            "\"%.40s\" is not a day such as 2026-12-08", texts->items[i]);
    }
}

void calendar_read(
    const struct node *section, struct calendar *ret_calendar, struct arena *arena, struct diag_list *diags)
{
    struct calendar_keys keys = {0};
    if (keys_read(section, calendar_keys, LENGTH(calendar_keys), "the calendar", &keys, arena, diags) < 0)
        return;
    if ((keys.day > 0) == (keys.days.len > 0))
        diag_error(
            diags, section->place, "F030", "a calendar is either a day of the month or a list of days");
    if (keys.days.len > CALENDAR_DAYS_MAX) {
        diag_error(diags, section->place, "F030", "a calendar has at most %d days", CALENDAR_DAYS_MAX);
        return;
    }
    int32_t *days = arena_array(arena, keys.days.len, sizeof *days);
    read_days(section, &keys.days, days, diags);
    if (keys.days.len > 0)
        qsort(days, keys.days.len, sizeof *days, by_date);
    *ret_calendar = (struct calendar){keys.day, days, keys.days.len};
}

/* ---- when ---- */

static bool has_days(const struct calendar *calendar)
{
    return calendar->day > 0 || calendar->len > 0;
}

static void take_nearer(int32_t day, int32_t usual, int32_t *nearest)
{
    if (*nearest == DATE_NONE || abs(day - usual) < abs(*nearest - usual))
        *nearest = day;
}

/* The calendar's day that is nearest to the usual one; DATE_NONE where the calendar does not reach there. */
static int32_t nearest_day(const struct calendar *calendar, int32_t usual)
{
    int32_t nearest = DATE_NONE, month = date_period(usual);
    for (size_t i = 0; i < calendar->len; i++)
        take_nearer(calendar->days[i], usual, &nearest);
    for (int32_t m = month - 1; calendar->day > 0 && m <= month + 1; m++) {
        int32_t last = date_end_of_period(m), day = date_of_period(m) + (int32_t)calendar->day - 1;
        take_nearer(day < last ? day : last, usual, &nearest);
    }
    return nearest != DATE_NONE && abs(nearest - usual) <= NEAR_DAYS ? nearest : DATE_NONE;
}

int64_t calendar_due_ms(const struct publishing *publishing, int32_t period)
{
    int64_t usual_ms = (date_end_of_period(period) + INT64_C(1)) * day_ms + publishing->lag_s * 1000;
    int32_t day = has_days(publishing->calendar)
                      ? nearest_day(publishing->calendar, (int32_t)(usual_ms / day_ms))
                      : DATE_NONE;
    return day != DATE_NONE ? (day + INT64_C(1)) * day_ms : usual_ms;
}

int calendar_lag(const struct publishing *publishing, int32_t newest, int64_t now_ms)
{
    int lag = 0;
    while (newest != PERIOD_NONE && calendar_due_ms(publishing, newest + lag + 1) <= now_ms)
        lag++;
    return lag;
}

int64_t calendar_interval_s(const struct publishing *publishing, int32_t newest, int64_t now_ms)
{
    int64_t interval_s = publishing->interval_s;
    if (!has_days(publishing->calendar) || newest == PERIOD_NONE)
        return interval_s;
    int64_t due_ms = calendar_due_ms(publishing, newest + 1);
    int64_t begin_ms = due_ms - BEFORE_MS, end_ms = due_ms + AFTER_MS;
    if (now_ms < begin_ms)
        return begin_ms - now_ms < interval_s * 1000 ? (begin_ms - now_ms) / 1000 + 1 : interval_s;
    if (now_ms >= end_ms)
        return interval_s;
    int64_t dense_s = interval_s / DENSER > DENSE_MIN_S ? interval_s / DENSER : DENSE_MIN_S;
    return dense_s < interval_s ? dense_s : interval_s;
}
