#include "core/markup.h"
#include "core/message_view.h"
#include "core/words.h"

/* Mail clients differ in all but the oldest HTML: tables, inline styles, no images, no scripts. Without
 * styles the order and the words still say everything; a colour never stands alone for a severity. */

#define SANS  "font-family:Arial,Helvetica,sans-serif;"
#define CELL  "padding:6px 0;border-bottom:1px solid #e3e6ea;vertical-align:top;"
#define SMALL "font-size:13px;line-height:19px;color:#5a6470;"

static void put_escaped(struct message_sink *sink, const char *text)
{
    if (sink->error == 0)
        sink->error = markup_escape(sink->out, text);
}

/* `open` and `close` are markup; `text` is anything. */
static void put_element(struct message_sink *sink, const char *open, const char *text, const char *close)
{
    message_put(sink, open);
    put_escaped(sink, text);
    message_put(sink, close);
}

static void put_optional(struct message_sink *sink, const char *open, const char *text, const char *close)
{
    if (text[0] != '\0')
        put_element(sink, open, text, close);
}

/* Dark enough for white text at 4.5:1 (WCAG 2.1, 1.4.3). */
static const char *band_colour(const struct alert_record *record)
{
    static const char *const severities[SEVERITY_COUNT] = {
        [SEVERITY_WATCH] = "#1f5f8f",
        [SEVERITY_CAUTION] = "#7a5c00",
        [SEVERITY_WARNING] = "#b04a00",
        [SEVERITY_CRITICAL] = "#a61b1b",
    };
    switch (record->event) {
    case EVENT_CLEARED:
        return "#3f6b4f";
    case EVENT_RETRACTED:
        return "#4a5360";
    case EVENT_NONE:
    case EVENT_RAISED:
    case EVENT_STRENGTHENED:
    case EVENT_CONFIRMED:
    case EVENT_STALE:
    case EVENT_COUNT:
        break;
    }
    return severities[record->severity];
}

static void put_band(struct message_sink *sink, const struct message_view *view, const char *colour)
{
    message_put(sink,
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n"
        "<tr><td bgcolor=\"");
    message_put(sink, colour);
    message_put(sink, "\" style=\"background-color:");
    message_put(sink, colour);
    message_put(sink, ";padding:12px 16px;color:#ffffff;" SANS "font-size:15px;line-height:22px;\">");
    put_element(sink, "<font color=\"#ffffff\"><b>", view->event, "</b> &nbsp;|&nbsp; ");
    put_element(sink, "", view->severity, "</font></td></tr>\n</table>\n");
}

static void put_heading(struct message_sink *sink, enum word word, enum language language)
{
    put_element(sink,
        "<h2 style=\"" SANS "font-size:15px;line-height:22px;margin:22px 0 4px 0;color:#1c2430;\">",
        words_get(word, language), "</h2>\n");
}

enum look { LOOK_FACT, LOOK_FIGURE, LOOK_TRACE };

static void put_rows(struct message_sink *sink, const struct message_rows *rows, enum look look)
{
    static const struct {
        const char *name, *value;
    } cells[] = {
        [LOOK_FACT] = {"<tr><td width=\"36%\" style=\"" CELL "color:#5a6470;\">",
            "</td><td style=\"" CELL "\">"},
        [LOOK_FIGURE] = {"<tr><td style=\"" CELL
                         "font-family:Consolas,'DejaVu Sans Mono',monospace;font-size:14px;\">",
            "</td><td align=\"right\" style=\"" CELL "text-align:right;padding-left:12px;\"><b>"},
        [LOOK_TRACE] = {"<tr><td width=\"36%\" style=\"" SMALL "padding:2px 0;vertical-align:top;\">",
            "</td><td style=\"" SMALL "padding:2px 0;vertical-align:top;word-break:break-all;\">"},
    };
    message_put(sink, "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"" SANS
                      "font-size:15px;line-height:21px;color:#1c2430;\">\n");
    for (size_t i = 0; i < rows->len; i++) {
        put_element(sink, cells[look].name, rows->items[i].name, "");
        put_element(sink, cells[look].value, rows->items[i].value,
            look == LOOK_FIGURE ? "</b></td></tr>\n" : "</td></tr>\n");
    }
    message_put(sink, "</table>\n");
}

static void put_basis(struct message_sink *sink, const struct message_view *view)
{
    if (view->basis == NULL || view->basis[0] == NULL)
        return;
    put_heading(sink, WORD_BASIS, view->language);
    message_put(sink, "<ul style=\"margin:4px 0 0 0;padding-left:20px;\">\n");
    for (const char *const *item = view->basis; *item != NULL; item++)
        put_element(sink, "<li>", *item, "</li>\n");
    message_put(sink, "</ul>\n");
}

static void put_advice(struct message_sink *sink, const struct message_view *view)
{
    if (view->advice[0] == '\0')
        return;
    put_heading(sink, WORD_ADVICE, view->language);
    put_element(sink, "<p style=\"margin:4px 0 0 0;\">", view->advice, "</p>\n");
}

static void put_view(struct message_sink *sink, const struct message_view *view, const char *colour)
{
    message_put(sink, view->language == LANGUAGE_VI ? "<div lang=\"vi\">\n" : "<div lang=\"en\">\n");
    put_band(sink, view, colour);
    message_put(sink, "<div style=\"padding:0 16px 20px 16px;border:1px solid #d5dae0;border-top:0;\">\n");
    put_element(sink,
        "<h1 style=\"" SANS "font-size:20px;line-height:27px;margin:0;padding:18px 0 6px 0;color:#1c2430;\">",
        view->headline, "</h1>\n");
    put_optional(sink, "<p style=\"margin:0 0 12px 0;\">", view->sentence, "</p>\n");
    put_rows(sink, &view->facts, LOOK_FACT);
    if (view->figures.len > 0) {
        put_heading(sink, WORD_FIGURES, view->language);
        put_rows(sink, &view->figures, LOOK_FIGURE);
    }
    put_advice(sink, view);
    put_basis(sink, view);
    put_heading(sink, WORD_TRACE, view->language);
    put_rows(sink, &view->trace, LOOK_TRACE);
    put_element(sink, "<p style=\"" SMALL "margin:16px 0 0 0;\">", view->note, "</p>\n");
    put_element(sink, "<p style=\"" SMALL "margin:10px 0 0 0;\">", view->next, "<br>\n");
    put_element(sink,
        "<code style=\"font-family:Consolas,'DejaVu Sans "
        "Mono',monospace;color:#1c2430;word-break:break-all;\">",
        view->command, "</code></p>\n</div>\n</div>\n");
}

static void put_start(struct message_sink *sink, const struct message_view *view)
{
    message_put(sink, view->language == LANGUAGE_VI ? "<!DOCTYPE html>\n<html lang=\"vi\">\n"
                                                    : "<!DOCTYPE html>\n<html lang=\"en\">\n");
    message_put(sink, "<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"color-scheme\" content=\"light\">\n");
    put_element(sink, "<title>", view->headline, "</title>\n</head>\n");
    message_put(sink,
        "<body bgcolor=\"#ffffff\" style=\"margin:0;padding:0;background-color:#ffffff;\">\n"
        "<table role=\"presentation\" align=\"center\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\""
        " border=\"0\" style=\"max-width:640px;margin:0 auto;\">\n"
        "<tr><td style=\"padding:12px;" SANS "font-size:15px;line-height:22px;color:#1c2430;\">\n");
}

int message_html(const struct alert_record *record, unsigned languages, struct buf *out)
{
    struct message_sink sink = message_sink_on(out);
    struct arena arena = ARENA_NULL;
    struct message_view views[LANGUAGE_COUNT];
    size_t n = 0;
    sink.error = message_views_make(record, languages, &arena, views, &n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0)
            put_start(&sink, &views[i]);
        if (n > 1)
            put_element(&sink,
                i == 0 ? "<p style=\"" SMALL "margin:0 0 8px 0;\">"
                       : "<p style=\"" SMALL "margin:28px 0 8px 0;\">",
                words_get(WORD_OTHER_LANGUAGE, views[i].language), "</p>\n");
        put_view(&sink, &views[i], band_colour(record));
    }
    message_put(&sink, "</td></tr>\n</table>\n</body>\n</html>\n");
    arena_deinit(&arena);
    return message_sink_end(&sink);
}
