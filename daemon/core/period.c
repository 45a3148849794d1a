#include "core/period.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

int32_t period_make(int year, int month)
{
    return year * 12 + month - 1;
}

int period_year(int32_t period)
{
    return period / 12;
}

int period_month(int32_t period)
{
    return period % 12 + 1;
}

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

int period_parse(struct slice text, int32_t *ret_period)
{
    bool dashed = text.len == 7 && text.data[4] == '-';
    if (!dashed && text.len != 6)
        return -EINVAL;
    int year = digits(text.data, 4);
    int month = digits(text.data + (dashed ? 5 : 4), 2);
    if (year < PERIOD_YEAR_MIN || year > PERIOD_YEAR_MAX || month < 1 || month > 12)
        return -EINVAL;
    *ret_period = period_make(year, month);
    return 0;
}

/* Of 201607 as a number only the year can be limited. */
const struct shape period_shape = {
    .kind = SHAPE_TEXT,
    .name = "month",
    .expected = "expected a month, for example 2016-01",
    .pattern = "^(19|2[01])[0-9]{2}-?(0[1-9]|1[0-2])$",
    .also = ALSO_INTEGER,
    .min = PERIOD_YEAR_MIN * 100 + 1,
    .max = PERIOD_YEAR_MAX * 100 + 12,
};

const char *period_format(int32_t period, char buf[PERIOD_TEXT_SIZE])
{
    if (period < period_make(PERIOD_YEAR_MIN, 1) || period > period_make(PERIOD_YEAR_MAX, 12))
        buf[0] = '\0';
    else
        snprintf(buf, PERIOD_TEXT_SIZE, "%04u-%02u", (unsigned)period_year(period) % 10000,
            (unsigned)period_month(period) % 100);
    return buf;
}

int32_t period_of_ms(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0)); /* rounded down, also before 1970 */
    struct tm utc;
    gmtime_r(&seconds, &utc);
    return period_make(utc.tm_year + 1900, utc.tm_mon + 1);
}
