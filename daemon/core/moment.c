#include "core/moment.h"

#include <errno.h>

#include "base/keys.h"
#include "core/date.h"
#include "core/period.h"

const char moment_expected[] =
    "a duration such as 4h or 2d, a day such as 2026-12-01, or a moment such as 2026-12-01T08:30:00+07:00";

enum { DAY_LENGTH = 10, CLOCK_LENGTH = 5, MINUTE_MS = 60 * 1000 };

#define DAY_MS INT64_C(86400000)

static struct slice rest_of(struct slice text, size_t n)
{
    return (struct slice){text.data + n, text.len - n};
}

static int two_digits(const char *p)
{
    bool digits = p[0] >= '0' && p[0] <= '9' && p[1] >= '0' && p[1] <= '9';
    return digits ? (p[0] - '0') * 10 + (p[1] - '0') : -1;
}

/* "08:30" at the beginning, in minutes; -1 where it is none. */
static int minutes_of(struct slice text)
{
    if (text.len < CLOCK_LENGTH || text.data[2] != ':')
        return -1;
    int hour = two_digits(text.data), minute = two_digits(text.data + 3);
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 ? hour * 60 + minute : -1;
}

/* ":30" or ":30.25" at the beginning; how many bytes, 0 where there is none, or -EINVAL. A leap second is
 * the second behind it (RFC 3339, 5.7). */
static int read_seconds(struct slice text, int64_t *ms)
{
    if (text.len == 0 || text.data[0] != ':')
        return 0;
    int second = text.len >= 3 ? two_digits(text.data + 1) : -1;
    if (second < 0 || second > 60)
        return -EINVAL;
    *ms += second * 1000;
    size_t n = 3;
    if (n < text.len && text.data[n] == '.') {
        size_t begin = ++n; /* nobody waits for parts of a second */
        while (n < text.len && text.data[n] >= '0' && text.data[n] <= '9')
            n++;
        if (n == begin)
            return -EINVAL;
    }
    return (int)n;
}

/* "Z" or "+07:00", all of the text, in minutes east of UTC. */
static int read_offset(struct slice text, int *ret_minutes)
{
    if (slice_equal(text, "Z") || slice_equal(text, "z")) {
        *ret_minutes = 0;
        return 0;
    }
    bool east = text.len > 0 && text.data[0] == '+', west = text.len > 0 && text.data[0] == '-';
    int minutes = text.len == 1 + CLOCK_LENGTH ? minutes_of(rest_of(text, 1)) : -1;
    if ((!east && !west) || minutes < 0)
        return -EINVAL;
    *ret_minutes = east ? minutes : -minutes;
    return 0;
}

/* What stands behind the day and its T. */
static int read_time(struct slice text, int64_t *ms)
{
    int minutes = minutes_of(text), offset;
    if (minutes < 0)
        return -EINVAL;
    text = rest_of(text, CLOCK_LENGTH);
    *ms += (int64_t)minutes * MINUTE_MS;
    int n = read_seconds(text, ms);
    if (n < 0 || read_offset(rest_of(text, (size_t)n), &offset) < 0)
        return -EINVAL;
    *ms -= (int64_t)offset * MINUTE_MS;
    return 0;
}

static int parse_date(struct slice text, enum moment_edge edge, int64_t *ret_ms)
{
    int32_t date;
    if (text.len < DAY_LENGTH || date_parse((struct slice){text.data, DAY_LENGTH}, &date) < 0)
        return -EINVAL;
    int64_t ms = date * DAY_MS;
    if (text.len == DAY_LENGTH) {
        *ret_ms = edge == MOMENT_END ? ms + DAY_MS : ms;
        return 0;
    }
    bool timed = text.data[DAY_LENGTH] == 'T' || text.data[DAY_LENGTH] == 't';
    if (!timed || read_time(rest_of(text, DAY_LENGTH + 1), &ms) < 0)
        return -EINVAL;
    *ret_ms = ms;
    return 0;
}

int moment_parse(struct slice text, int64_t now_ms, enum moment_edge edge, int64_t *ret_ms)
{
    const int64_t max_ms = date_make(PERIOD_YEAR_MAX, 12, 31) * DAY_MS;
    int64_t seconds;
    int r = key_parse_duration(text, &seconds);
    if (r == -EINVAL)
        return parse_date(text, edge, ret_ms);
    if (r < 0 || seconds < 0 || seconds > (max_ms - now_ms) / 1000)
        return -ERANGE;
    *ret_ms = now_ms + seconds * 1000;
    return 0;
}
