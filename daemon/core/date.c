#include "core/date.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/period.h"

/* The Gregorian calendar repeats itself every 400 years, which are 146097 days. Years are counted from March
 * here, so that a leap day is the last of its year. 719468 days lie between 0000-03-01 and 1970-01-01. */
enum { DAYS_OF_ERA = 146097, YEARS_OF_ERA = 400, EPOCH = 719468 };

struct civil {
    int year, month, day;
};

int32_t date_make(int year, int month, int day)
{
    int from_march = (month + 9) % 12;
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - (YEARS_OF_ERA - 1)) / YEARS_OF_ERA;
    int year_of_era = y - era * YEARS_OF_ERA;
    int day_of_year =
        (153 * from_march + 2) / 5 + day - 1; /* months from March have 31 30 31 30 31 days, again */
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_OF_ERA + day_of_era - EPOCH;
}

static struct civil civil_of(int32_t date)
{
    int days = date + EPOCH;
    int era = (days >= 0 ? days : days - (DAYS_OF_ERA - 1)) / DAYS_OF_ERA;
    int day_of_era = days - era * DAYS_OF_ERA;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (5 * day_of_year + 2) / 153;
    int month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (struct civil){
        .year = year_of_era + era * YEARS_OF_ERA + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * from_march + 2) / 5 + 1,
    };
}

/* The number that n digits at p write, or -1. */
static int digits(const char *p, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

static bool is_day(struct civil civil)
{
    if (civil.year < PERIOD_YEAR_MIN || civil.year > PERIOD_YEAR_MAX || civil.month < 1 || civil.month > 12 ||
        civil.day < 1)
        return false;
    int32_t period = period_make(civil.year, civil.month);
    return date_make(civil.year, civil.month, civil.day) <= date_end_of_period(period);
}

int date_parse(struct slice text, int32_t *ret_date)
{
    const char *p = text.data;
    struct civil civil = {.month = 1, .day = 1};
    if ((text.len != 4 && text.len != 7 && text.len != 10) || (text.len > 4 && p[4] != '-') ||
        (text.len > 7 && p[7] != '-'))
        return -EINVAL;
    civil.year = digits(p, 4);
    if (text.len > 4)
        civil.month = digits(p + 5, 2);
    if (text.len > 7)
        civil.day = digits(p + 8, 2);
    if (!is_day(civil))
        return -EINVAL;
    *ret_date = date_make(civil.year, civil.month, civil.day);
    return 0;
}

/* Which years leap is not told. Of 2018 as a number there is no day. */
const struct shape date_shape = {
    .kind = SHAPE_TEXT,
    .name = "day",
    .expected = "expected a day such as 2018-01-08; 2018-01 and 2018 mean their first day",
    .pattern = "^(19|2[01])[0-9]{2}(-(0[1-9]|1[0-2])|-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
               "|-(0[469]|11)-(0[1-9]|[12][0-9]|30)|-02-(0[1-9]|[12][0-9]))?$",
    .also = ALSO_INTEGER,
    .min = PERIOD_YEAR_MIN,
    .max = PERIOD_YEAR_MAX,
};

int32_t date_period(int32_t date)
{
    if (date == DATE_NONE)
        return PERIOD_NONE;
    struct civil civil = civil_of(date);
    return period_make(civil.year, civil.month);
}

int32_t date_of_period(int32_t period)
{
    return period == PERIOD_NONE ? DATE_NONE : date_make(period_year(period), period_month(period), 1);
}

int32_t date_end_of_period(int32_t period)
{
    return period == PERIOD_NONE ? DATE_NONE : date_of_period(period + 1) - 1;
}

int32_t date_of_ms(int64_t wall_ms)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    return (int32_t)(wall_ms / DAY_MS);
}

const char *date_format(int32_t date, char buf[DATE_TEXT_SIZE])
{
    buf[0] = '\0';
    if (date < date_make(PERIOD_YEAR_MIN, 1, 1) || date > date_make(PERIOD_YEAR_MAX, 12, 31))
        return buf;
    struct civil civil = civil_of(date);
    snprintf(buf, DATE_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)civil.year % 10000, (unsigned)civil.month % 100,
        (unsigned)civil.day % 100);
    return buf;
}
