#include "core/agenda.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

enum { DAY_S = 24 * 3600, WEEK = 7, TIME_LEN = 5 };

/* ---- reading ---- */

/* "08:00" */
static int read_minute(struct slice text, int *ret_minute)
{
    const char *p = text.data;
    if (text.len != TIME_LEN || !isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]) ||
        p[2] != ':' || !isdigit((unsigned char)p[3]) || !isdigit((unsigned char)p[4]))
        return -EINVAL;
    int hour = (p[0] - '0') * 10 + p[1] - '0', minute = (p[3] - '0') * 10 + p[4] - '0';
    if (hour > 23 || minute > 59)
        return -EINVAL;
    *ret_minute = hour * 60 + minute;
    return 0;
}

/* "monday " at the beginning, with its blank; -1: none. */
static int take_weekday(struct slice *text)
{
    static const char *const names[WEEK] = {
        "monday ", "tuesday ", "wednesday ", "thursday ", "friday ", "saturday ", "sunday "};
    for (int day = 0; day < WEEK; day++) {
        size_t len = strlen(names[day]);
        if (text->len > len && strncasecmp(text->data, names[day], len) == 0) {
            *text = (struct slice){text->data + len, text->len - len};
            return day;
        }
    }
    return -1;
}

static bool take_word(struct slice *text, const char *word)
{
    size_t len = strlen(word);
    if (text->len < len || memcmp(text->data, word, len) != 0)
        return false;
    *text = (struct slice){text->data + len, text->len - len};
    return true;
}

int cadence_read(struct slice text, struct cadence *ret_cadence)
{
    struct cadence cadence = {CADENCE_AT_ONCE, 0, 0};
    if (slice_equal(text, "at once")) {
        *ret_cadence = cadence;
        return 0;
    }
    cadence.kind = take_word(&text, "daily ") ? CADENCE_DAILY : CADENCE_WEEKLY;
    if (cadence.kind == CADENCE_WEEKLY) {
        cadence.weekday = take_word(&text, "weekly ") ? take_weekday(&text) : -1;
        if (cadence.weekday < 0)
            return -EINVAL;
    }
    int r = read_minute(text, &cadence.minute);
    if (r == 0)
        *ret_cadence = cadence;
    return r;
}

int agenda_read_quiet(struct slice text, struct agenda *agenda)
{
    int from, until;
    if (text.len != 2 * TIME_LEN + 1 || text.data[TIME_LEN] != '-' ||
        read_minute((struct slice){text.data, TIME_LEN}, &from) < 0 ||
        read_minute((struct slice){text.data + TIME_LEN + 1, TIME_LEN}, &until) < 0 || from == until)
        return -EINVAL;
    agenda->quiet = true;
    agenda->quiet_from = from;
    agenda->quiet_until = until;
    return 0;
}

bool agenda_is_plain(const struct agenda *agenda)
{
    bool plain = !agenda->quiet;
    for (int severity = 0; severity < SEVERITY_COUNT; severity++)
        plain = plain && agenda->cadence[severity].kind == CADENCE_AT_ONCE;
    return plain;
}

/* ---- times ---- */

static int64_t day_of(int64_t local_s)
{
    return local_s >= 0 ? local_s / DAY_S : -((-local_s + DAY_S - 1) / DAY_S);
}

/* 1970-01-01 was a Thursday. */
static int weekday_of(int64_t day)
{
    enum { THURSDAY = 3 };
    return (int)(((day + THURSDAY) % WEEK + WEEK) % WEEK);
}

/* The first time after now at which the clock shows this minute, on this day of the week or, below 0, on any.
 */
static int64_t next_ms(const struct zone *zone, int weekday, int minute, int64_t now_ms)
{
    int64_t day = day_of(zone_local(zone, now_ms / 1000)) - 1;
    for (;; day++) {
        int64_t at_ms = zone_utc(zone, day * DAY_S + minute * INT64_C(60)) * 1000;
        if (at_ms > now_ms && (weekday < 0 || weekday_of(day) == weekday))
            return at_ms;
    }
}

static bool is_quiet(const struct agenda *agenda, int64_t now_ms)
{
    int64_t local_s = zone_local(agenda->zone, now_ms / 1000);
    int minute = (int)((local_s - day_of(local_s) * DAY_S) / 60);
    int from = agenda->quiet_from, until = agenda->quiet_until;
    return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

struct holding agenda_quiet(const struct agenda *agenda, enum severity severity, int64_t now_ms)
{
    if (!agenda->quiet || (int)severity >= agenda->passes || !is_quiet(agenda, now_ms))
        return HOLDING_NONE;
    return (struct holding){HOLD_QUIET_HOURS, next_ms(agenda->zone, -1, agenda->quiet_until, now_ms)};
}

struct holding agenda_hold(const struct agenda *agenda, enum severity severity, int64_t now_ms)
{
    const struct cadence *cadence = &agenda->cadence[severity];
    if (cadence->kind == CADENCE_AT_ONCE)
        return agenda_quiet(agenda, severity, now_ms);
    int weekday = cadence->kind == CADENCE_WEEKLY ? cadence->weekday : -1;
    return (struct holding){HOLD_CADENCE, next_ms(agenda->zone, weekday, cadence->minute, now_ms)};
}
