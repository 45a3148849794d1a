#include "core/bulletin.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "core/bulletin_view.h"
#include "core/markup.h"
#include "core/words.h"

void bulletin_id(const struct bulletin *bulletin, char ret_id[BULLETIN_ID_SIZE])
{
    struct buf text;
    buf_init(&text, (size_t)BULLETIN_EVENTS_MAX * (ALERT_ID_SIZE + 16));
    for (size_t i = 0; i < bulletin->alert_count; i++)
        for (size_t k = 0; k < bulletin->alerts[i].event_count; k++) {
            const struct alert_record *event = &bulletin->alerts[i].events[k];
            (void)buf_printf(&text, "%s.%d\n", event->id, event->seq);
        }
    snprintf(
        ret_id, BULLETIN_ID_SIZE, "%.*s", BULLETIN_ID_SIZE - 1, digest_of(buf_text(&text), text.len).hex);
    buf_deinit(&text);
}

static size_t count_severity(const struct bulletin *bulletin, enum severity severity)
{
    size_t n = 0;
    for (size_t i = 0; i < bulletin->alert_count; i++) {
        const struct bulletin_alert *alert = &bulletin->alerts[i];
        n += alert->events[alert->event_count - 1].severity == severity;
    }
    return n;
}

static void put_number(struct message_sink *sink, size_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", n);
    message_put(sink, text);
}

/* "12 alerts (Critical 4/4: 2, Warning 3/4: 10)" */
static void put_count(struct message_sink *sink, const struct bulletin *bulletin, enum language language)
{
    const char *before = " (";
    put_number(sink, bulletin->alert_count);
    message_put(sink, " ");
    message_put(sink, bulletin_word(BULLETIN_ALERTS, language));
    for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--) {
        char level[16];
        size_t n = count_severity(bulletin, (enum severity)severity);
        if (n == 0)
            continue;
        snprintf(level, sizeof level, " %d/%d: ", severity + 1, SEVERITY_COUNT);
        message_put(sink, before);
        message_put(sink, words_severity((enum severity)severity, language));
        message_put(sink, level);
        put_number(sink, n);
        before = ", ";
    }
    message_put(sink, ")");
}

int bulletin_subject(const struct bulletin *bulletin, unsigned languages, struct buf *out)
{
    struct message_sink sink = message_sink_on(out);
    bool first = true;
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        if ((languages & 1U << language) == 0)
            continue;
        message_put(&sink, first ? "[" : " | [");
        message_put(&sink, bulletin_word(BULLETIN_TAG, language));
        message_put(&sink, "] ");
        put_count(&sink, bulletin, language);
        first = false;
    }
    return message_sink_end(&sink);
}

/* ---- text ---- */

static void put_line(struct message_sink *sink, const char *indent, const char *text)
{
    message_put(sink, indent);
    message_put(sink, text);
    message_put(sink, "\n");
}

/* Appends one alert in one language. */
typedef void put_alert_fn(
    struct message_sink *sink, const struct bulletin_view *view, enum language language);

static void put_text_alert(
    struct message_sink *sink, const struct bulletin_view *view, enum language language)
{
    message_put(sink, "\n");
    message_put(sink, view->severity);
    put_line(sink, " | ", view->subject);
    put_line(sink, "  ", view->headline);
    for (size_t i = 0; i < view->events.len; i++) {
        message_put(sink, "  ");
        message_put(sink, view->events.items[i].name);
        put_line(sink, "  ", view->events.items[i].value);
    }
    message_put(sink, "  ");
    message_put(sink, bulletin_word(BULLETIN_NOW, language));
    put_line(sink, " ", view->now);
    message_put(sink, "  ");
    message_put(sink, view->command);
    message_put(sink, "   (");
    message_put(sink, view->id);
    message_put(sink, ")\n");
}

static void put_alerts(struct message_sink *sink, const struct bulletin *bulletin, enum language language,
    put_alert_fn *put_alert)
{
    for (size_t i = 0; i < bulletin->alert_count && sink->error == 0; i++) {
        struct arena arena = ARENA_NULL;
        struct bulletin_view view;
        int r = bulletin_view_make(bulletin, &bulletin->alerts[i], language, &arena, &view);
        if (r == 0)
            put_alert(sink, &view, language);
        else
            sink->error = r;
        arena_deinit(&arena);
    }
}

static void put_text(struct message_sink *sink, const struct bulletin *bulletin, enum language language)
{
    struct arena arena = ARENA_NULL;
    put_line(sink, "", bulletin_word(BULLETIN_HEADING, language));
    put_number(sink, bulletin->event_count);
    message_put(sink, " ");
    message_put(sink, bulletin_word(BULLETIN_EVENTS, language));
    message_put(sink, "; ");
    put_count(sink, bulletin, language);
    message_put(sink, ".\n");
    message_put(sink, bulletin_word(BULLETIN_TOGETHER, language));
    put_line(sink, " ", bulletin_reasons(bulletin, language, &arena));
    put_alerts(sink, bulletin, language, put_text_alert);
    put_line(sink, "\n", words_get(WORD_NOTE, language));
    arena_deinit(&arena);
}

int bulletin_text(const struct bulletin *bulletin, unsigned languages, struct buf *out)
{
    static const char rule[] = "\n----------------------------------------------------------------------\n\n";
    struct message_sink sink = message_sink_on(out);
    bool first = true;
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        if ((languages & 1U << language) == 0)
            continue;
        if (first && (languages & (languages - 1)) != 0)
            put_line(&sink, "", words_get(WORD_OTHER_LANGUAGE, language));
        message_put(&sink, first ? "" : rule);
        put_text(&sink, bulletin, language);
        first = false;
    }
    return message_sink_end(&sink);
}

/* ---- HTML ---- */

/* Mail clients differ in all but the oldest HTML; see core/messages/html.mustache. */
#define SANS  "font-family:Arial,Helvetica,sans-serif;"
#define SMALL "font-size:13px;line-height:19px;color:#5a6470;"

static void put_element(struct message_sink *sink, const char *open, const char *text, const char *close)
{
    message_put(sink, open);
    if (sink->error == 0)
        sink->error = markup_escape(sink->out, text);
    message_put(sink, close);
}

static void put_html_alert(
    struct message_sink *sink, const struct bulletin_view *view, enum language language)
{
    message_put(
        sink, "<div style=\"padding:12px 0;border-bottom:1px solid #e3e6ea;\">\n<p style=\"margin:0;\"><b>");
    put_element(sink, "", view->severity, "</b> &nbsp;|&nbsp; ");
    put_element(sink, "", view->subject, "</p>\n");
    put_element(
        sink, "<p style=\"margin:4px 0;font-size:16px;line-height:23px;\">", view->headline, "</p>\n");
    message_put(sink, "<ul style=\"margin:4px 0;padding-left:20px;\">\n");
    for (size_t i = 0; i < view->events.len; i++) {
        put_element(sink, "<li>", view->events.items[i].name, " &nbsp; ");
        put_element(sink, "", view->events.items[i].value, "</li>\n");
    }
    put_element(
        sink, "</ul>\n<p style=\"margin:4px 0;\"><b>", bulletin_word(BULLETIN_NOW, language), "</b> ");
    put_element(sink, "", view->now, "</p>\n");
    put_element(sink, "<p style=\"" SMALL "margin:0;\"><code>", view->command, "</code> &nbsp; ");
    put_element(sink, "", view->id, "</p>\n</div>\n");
}

static void put_html(struct message_sink *sink, const struct bulletin *bulletin, enum language language)
{
    struct arena arena = ARENA_NULL;
    message_put(sink, language == LANGUAGE_VI ? "<div lang=\"vi\">\n" : "<div lang=\"en\">\n");
    put_element(sink, "<h1 style=\"" SANS "font-size:20px;line-height:27px;margin:18px 0 6px 0;\">",
        bulletin_word(BULLETIN_HEADING, language), "</h1>\n<p style=\"margin:0 0 4px 0;\">");
    put_count(sink, bulletin, language);
    put_element(
        sink, "</p>\n<p style=\"" SMALL "margin:0;\">", bulletin_word(BULLETIN_TOGETHER, language), " ");
    put_element(sink, "", bulletin_reasons(bulletin, language, &arena), "</p>\n");
    put_alerts(sink, bulletin, language, put_html_alert);
    put_element(
        sink, "<p style=\"" SMALL "margin:16px 0 0 0;\">", words_get(WORD_NOTE, language), "</p>\n</div>\n");
    arena_deinit(&arena);
}

int bulletin_html(const struct bulletin *bulletin, unsigned languages, struct buf *out)
{
    struct message_sink sink = message_sink_on(out);
    enum language first = (languages & 1U << LANGUAGE_VI) != 0 ? LANGUAGE_VI : LANGUAGE_EN;
    message_put(&sink, first == LANGUAGE_VI ? "<!DOCTYPE html>\n<html lang=\"vi\">\n"
                                            : "<!DOCTYPE html>\n<html lang=\"en\">\n");
    put_element(&sink, "<head>\n<meta charset=\"utf-8\">\n<title>", bulletin_word(BULLETIN_HEADING, first),
        "</title>\n</head>\n<body bgcolor=\"#ffffff\" style=\"margin:0;padding:12px;" SANS
        "font-size:15px;line-height:22px;color:#1c2430;\">\n<div style=\"max-width:640px;margin:0 "
        "auto;\">\n");
    for (enum language language = 0; language < LANGUAGE_COUNT; language++)
        if ((languages & 1U << language) != 0)
            put_html(&sink, bulletin, language);
    message_put(&sink, "</div>\n</body>\n</html>\n");
    return message_sink_end(&sink);
}
