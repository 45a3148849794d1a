#include "core/message.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/message_view.h"
#include "core/words.h"

enum { LINE_WIDTH = 76, SUBJECT_TITLE_MAX = 180 };

/* Bytes of the character at p; ends at the text's end whatever the bytes are. */
static size_t character_len(const char *p)
{
    size_t n = 1;
    while (((unsigned char)p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* Characters, which are columns in the languages at hand (precomposed letters). */
static size_t columns(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A template may be folded over lines, and a name may hold anything: controls count as blanks. */
static bool is_blank(char c)
{
    return c == ' ' || is_control(c);
}

static void put_spaces(struct message_sink *sink, size_t n)
{
    while (n-- > 0)
        message_put(sink, " ");
}

/* Puts the words of a text, broken into lines; `column` is where the first line starts, `indent` where others
 * do. */
static void put_wrapped(struct message_sink *sink, const char *text, size_t column, size_t indent)
{
    bool first = true;
    for (const char *p = text; *p != '\0';) {
        if (is_blank(*p)) {
            p++;
            continue;
        }
        size_t n = 0;
        while (p[n] != '\0' && !is_blank(p[n]))
            n++;
        size_t width = columns(p, n);
        if (!first && column + 1 + width > LINE_WIDTH) {
            message_put(sink, "\n");
            put_spaces(sink, indent);
            column = indent;
        } else if (!first) {
            message_put(sink, " ");
            column++;
        }
        message_put_bytes(sink, p, n);
        column += width;
        first = false;
        p += n;
    }
    message_put(sink, "\n");
}

static void put_paragraph(struct message_sink *sink, const char *text)
{
    if (text[0] == '\0')
        return;
    put_wrapped(sink, text, 0, 0);
    message_put(sink, "\n");
}

static void put_heading(struct message_sink *sink, enum word word, enum language language)
{
    message_put(sink, words_get(word, language));
    message_put(sink, ":\n");
}

static void put_rows(struct message_sink *sink, const struct message_rows *rows)
{
    size_t name_width = 0;
    for (size_t i = 0; i < rows->len; i++) {
        size_t width = columns(rows->items[i].name, strlen(rows->items[i].name));
        name_width = width > name_width ? width : name_width;
    }
    for (size_t i = 0; i < rows->len; i++) {
        const struct message_row *row = &rows->items[i];
        message_put(sink, "  ");
        message_put(sink, row->name);
        put_spaces(sink, name_width - columns(row->name, strlen(row->name)) + 2);
        put_wrapped(sink, row->value, name_width + 4, name_width + 4);
    }
    message_put(sink, "\n");
}

static void put_items(struct message_sink *sink, const char *const *items)
{
    for (; *items != NULL; items++) {
        message_put(sink, "  - ");
        put_wrapped(sink, *items, 4, 4);
    }
    message_put(sink, "\n");
}

static void put_view(struct message_sink *sink, const struct message_view *view)
{
    message_put(sink, view->event);
    message_put(sink, " | ");
    message_put(sink, view->severity);
    message_put(sink, "\n\n");
    put_paragraph(sink, view->headline);
    put_paragraph(sink, view->sentence);
    put_rows(sink, &view->facts);
    if (view->figures.len > 0) {
        put_heading(sink, WORD_FIGURES, view->language);
        put_rows(sink, &view->figures);
    }
    if (view->advice[0] != '\0') {
        put_heading(sink, WORD_ADVICE, view->language);
        message_put(sink, "  ");
        put_wrapped(sink, view->advice, 2, 2);
        message_put(sink, "\n");
    }
    if (view->basis != NULL && view->basis[0] != NULL) {
        put_heading(sink, WORD_BASIS, view->language);
        put_items(sink, view->basis);
    }
    put_heading(sink, WORD_TRACE, view->language);
    put_rows(sink, &view->trace);
    put_paragraph(sink, view->note);
    put_wrapped(sink, view->next, 0, 0);
    message_put(sink, "  ");
    message_put(sink, view->command);
    message_put(sink, "\n");
}

int message_text(const struct alert_record *record, unsigned languages, struct buf *out)
{
    struct message_sink sink = message_sink_on(out);
    struct arena arena = ARENA_NULL;
    struct message_view views[LANGUAGE_COUNT];
    size_t n = 0;
    sink.error = message_views_make(record, languages, &arena, views, &n);
    if (n > 1)
        put_paragraph(&sink, words_get(WORD_OTHER_LANGUAGE, views[0].language));
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            message_put(
                &sink, "\n----------------------------------------------------------------------\n\n");
        put_view(&sink, &views[i]);
    }
    arena_deinit(&arena);
    return message_sink_end(&sink);
}

/* The title on one line, cut at a character where it is long: a subject's first words are what is seen. */
static void put_subject_title(struct message_sink *sink, const char *title)
{
    size_t used = 0;
    for (const char *p = title; *p != '\0';) {
        size_t n = character_len(p);
        if (used + n > SUBJECT_TITLE_MAX) {
            message_put(sink, "…");
            return;
        }
        message_put_bytes(sink, is_control(*p) ? " " : p, n);
        used += n;
        p += n;
    }
}

/* "[Warning 3/4] …", "[Strengthened: Critical 4/4] …", "[Correction] …". */
static void put_subject_tag(
    struct message_sink *sink, const struct alert_record *record, enum language language)
{
    char level[16];
    snprintf(level, sizeof level, " %d/%d", (int)record->severity + 1, SEVERITY_COUNT);
    message_put(sink, "[");
    if (record->event != EVENT_RAISED)
        message_put(sink, words_event_tag(record->event, language));
    if (record->event == EVENT_STRENGTHENED)
        message_put(sink, ": ");
    if (record->event == EVENT_RAISED || record->event == EVENT_STRENGTHENED) {
        message_put(sink, words_severity(record->severity, language));
        message_put(sink, level);
    }
    message_put(sink, "] ");
}

int message_subject(const struct alert_record *record, unsigned languages, struct buf *out)
{
    struct message_sink sink = message_sink_on(out);
    bool first = true;
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        if ((languages & 1u << language) == 0)
            continue;
        struct buf title;
        buf_init(&title, MESSAGE_PHRASE_MAX);
        int r = message_title(record, language, &title);
        if (!first)
            message_put(&sink, " | ");
        put_subject_tag(&sink, record, language);
        put_subject_title(&sink, buf_text(&title));
        buf_deinit(&title);
        if (r < 0 && sink.error == 0)
            sink.error = r;
        first = false;
    }
    return message_sink_end(&sink);
}
