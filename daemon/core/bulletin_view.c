#include "core/bulletin_view.h"

#include <stdio.h>
#include <string.h>

#include "core/date.h"
#include "core/period.h"
#include "core/words.h"

enum { ID_SHOWN = 12, FIGURES_SHOWN_MAX = 4, DAY_S = 24 * 3600 };

/* ---- words ---- */

const char *bulletin_word(enum bulletin_word word, enum language language)
{
    static const char *const words[BULLETIN_WORD_COUNT][LANGUAGE_COUNT] = {
        [BULLETIN_HEADING] = {"Bản tin tổng hợp cảnh báo", "Digest of alerts"},
        [BULLETIN_TAG] = {"Bản tin", "Digest"},
        [BULLETIN_ALERTS] = {"cảnh báo", "alerts"},
        [BULLETIN_EVENTS] = {"tin", "events"},
        [BULLETIN_TOGETHER] = {"Được gửi chung vì:", "They come together because of:"},
        [BULLETIN_NOW] = {"Hiện nay:", "Now:"},
    };
    return words[word][language];
}

const char *bulletin_reasons(const struct bulletin *bulletin, enum language language, struct arena *arena)
{
    static const char *const names[HOLD_COUNT][LANGUAGE_COUNT] = {
        [HOLD_QUIET_HOURS] = {"giờ yên lặng", "quiet hours"},
        [HOLD_CADENCE] = {"giờ gửi hằng ngày hoặc hằng tuần", "the daily or weekly time"},
        [HOLD_LIMIT] = {"số thư tối đa trong một giờ", "the limit of messages per hour"},
        [HOLD_SILENCED] = {"cảnh báo được tạm im", "a silence"},
        [HOLD_INHIBITED] = {"cảnh báo khác bao trùm", "a wider or graver alert"},
        [HOLD_ACKNOWLEDGED] = {"đã được tiếp nhận", "an acknowledgement"},
    };
    const char *text = "";
    for (int hold = HOLD_NONE + 1; hold < HOLD_COUNT; hold++)
        if ((bulletin->reasons & 1U << hold) != 0)
            text = arena_printf(arena, "%s%s%s", text, text[0] != '\0' ? ", " : "", names[hold][language]);
    return text;
}

static const char *state_text(const struct bulletin_alert *alert, enum language language)
{
    static const char *const over[LANGUAGE_COUNT] = {"đã kết thúc", "over"};
    static const char *const states[ALERT_STATE_COUNT][LANGUAGE_COUNT] = {
        [ALERT_INACTIVE] = {"đã kết thúc", "over"},
        [ALERT_PENDING] = {"còn hiệu lực", "stands"},
        [ALERT_FIRING] = {"còn hiệu lực", "stands"},
        [ALERT_CLEARING] = {"đang giảm", "is fading"},
        [ALERT_NO_DATA] = {"chưa có số liệu mới", "has no new data"},
    };
    return alert->open ? states[alert->state][language] : over[language];
}

/* ---- parts ---- */

/* A name or a title may hold anything; here it is one line. */
static const char *on_one_line(const char *text, struct arena *arena)
{
    char *line = arena_strdup(arena, text);
    for (char *p = line; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    return line;
}

/* The first failure stays in *error. */
static const char *filled(const struct alert_record *record, enum language language, const char *template,
    struct arena *arena, int *error)
{
    struct buf out;
    buf_init(&out, MESSAGE_PHRASE_MAX);
    int r = template != NULL ? message_fill(record, language, template, &out)
                             : message_title(record, language, &out);
    const char *text = on_one_line(buf_text(&out), arena);
    buf_deinit(&out);
    if (r < 0)
        *error = r;
    return text;
}

static const char *severity_text(enum severity severity, enum language language, struct arena *arena)
{
    return arena_printf(
        arena, "%s %d/%d", words_severity(severity, language), (int)severity + 1, SEVERITY_COUNT);
}

/* "Plywood, United States, China, 2025-07" without what the scope does not have. */
static const char *subject_text(
    const struct alert_record *record, enum language language, struct arena *arena, int *error)
{
    static const char *const parts[] = {"{{product}}", "{{market}}", "{{origin}}", "{{period}}"};
    const char *text = "";
    size_t n = message_is_feed(record) ? 1 : sizeof parts / sizeof *parts;
    for (size_t i = 0; i < n; i++) {
        const char *part = filled(record, language, parts[i], arena, error);
        if (part[0] != '\0')
            text = arena_printf(arena, "%s%s%s", text, text[0] != '\0' ? ", " : "", part);
    }
    return text;
}

/* "2025-07-06 19:00" by the receiver's clock. */
static const char *moment_text(const struct zone *zone, int64_t at_ms, struct arena *arena)
{
    char day[DATE_TEXT_SIZE];
    int64_t local_s = zone != NULL ? zone_local(zone, at_ms / 1000) : at_ms / 1000;
    int second = (int)(local_s % DAY_S);
    return arena_printf(arena, "%s %02d:%02d%s", date_format((int32_t)(local_s / DAY_S), day), second / 3600,
        second / 60 % 60, zone != NULL ? "" : " UTC");
}

static struct message_rows event_rows(const struct bulletin *bulletin, const struct bulletin_alert *alert,
    enum language language, struct arena *arena)
{
    struct message_rows rows = {.items = arena_array(arena, alert->event_count, sizeof *rows.items)};
    for (; rows.len < alert->event_count; rows.len++) {
        const struct alert_record *event = &alert->events[rows.len];
        rows.items[rows.len] = (struct message_row){moment_text(bulletin->zone, event->at_ms, arena),
            arena_printf(arena, "%s (%s)", words_event(event->event, language),
                severity_text(event->severity, language, arena))};
    }
    return rows;
}

static const char *now_text(const struct bulletin_alert *alert, enum language language, struct arena *arena)
{
    const char *text = state_text(alert, language);
    if (alert->open)
        text = arena_printf(arena, "%s, %s", text, severity_text(alert->severity, language, arena));
    size_t n = alert->figure_count < FIGURES_SHOWN_MAX ? alert->figure_count : FIGURES_SHOWN_MAX;
    for (size_t i = 0; i < n; i++) {
        char buf[FIGURE_TEXT_SIZE];
        text = arena_printf(arena, "%s%s %s %s", text, i == 0 ? ":" : ",", alert->figures[i].name,
            figure_format(&alert->figures[i], language, buf));
    }
    return on_one_line(text, arena);
}

/* Texts of a scope are codes: nothing in them has to be quoted for a shell but a star. */
static const char *command_text(const struct bulletin_alert *alert, struct arena *arena)
{
    const struct alert_record *record = &alert->events[alert->event_count - 1];
    const struct alert_scope *scope = &record->scope;
    char period[PERIOD_TEXT_SIZE];
    if (message_is_feed(record))
        return "tdwatch feed status";
    if (scope->product[0] == '*')
        return "tdwatch alerts --all";
    const char *text = arena_printf(arena, "tdwatch explain %s %s %s %s", scope->rule, scope->product,
        scope->market, period_format(alert->period, period));
    return on_one_line(
        scope->origin[0] != '\0' ? arena_printf(arena, "%s --origin %s", text, scope->origin) : text, arena);
}

int bulletin_view_make(const struct bulletin *bulletin, const struct bulletin_alert *alert,
    enum language language, struct arena *arena, struct bulletin_view *ret_view)
{
    const struct alert_record *newest = &alert->events[alert->event_count - 1];
    int error = 0;
    struct bulletin_view view = {
        .severity = severity_text(newest->severity, language, arena),
        .subject = subject_text(newest, language, arena, &error),
        .headline = filled(newest, language, NULL, arena, &error),
        .events = event_rows(bulletin, alert, language, arena),
        .now = now_text(alert, language, arena),
        .command = command_text(alert, arena),
        .id = arena_strndup(arena, newest->id, strnlen(newest->id, ID_SHOWN)),
    };
    if (error == 0)
        *ret_view = view;
    return error;
}
