#include <string.h>

#include "base/str.h"
#include "core/message_view.h"
#include "core/period.h"
#include "core/words.h"

const char *const message_names[] = {
    "product", "market", "origin", "period", "raised", "rule", "severity", NULL};

enum figures { FIGURES_SHOWN, FIGURES_BLANK };

const char *message_phrase(const struct phrase *phrase, enum language language)
{
    const char *text = phrase->text[language];
    if (text == NULL)
        text = phrase->text[language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI];
    return text != NULL ? text : "";
}

static const char *period_text(int32_t period, enum language language, char buf[FIGURE_TEXT_SIZE])
{
    if (period == PERIOD_NONE)
        return "";
    struct figure figure = {.type = VALUE_PERIOD, .value = period};
    return figure_format(&figure, language, buf);
}

/* The text of a name of message_names, or NULL. */
static const char *scope_text(
    const struct alert_record *record, enum language language, struct slice name, char buf[FIGURE_TEXT_SIZE])
{
    if (slice_equal(name, "product")) {
        const char *title = message_phrase(&record->product_title, language);
        return title[0] != '\0' ? title : record->scope.product;
    }
    if (slice_equal(name, "market")) /* a summary is about several: "*" */
        return str_equal(record->scope.market, "*") ? "" : words_market(record->scope.market, language);
    if (slice_equal(name, "origin"))
        return words_market(record->scope.origin, language);
    if (slice_equal(name, "period"))
        return period_text(record->period, language, buf);
    if (slice_equal(name, "raised"))
        return period_text(record->raised, language, buf);
    if (slice_equal(name, "rule"))
        return record->scope.rule;
    if (slice_equal(name, "severity"))
        return words_severity(record->severity, language);
    return NULL;
}

static const char *figure_text(
    const struct alert_record *record, enum language language, struct slice name, char buf[FIGURE_TEXT_SIZE])
{
    for (size_t i = 0; i < record->figure_count; i++) {
        const struct figure *figure = &record->figures[i];
        if (!slice_equal(name, figure->name))
            continue;
        if (figure->unknown != KNOWN)
            return words_get(WORD_UNKNOWN, language);
        return figure_format(figure, language, buf);
    }
    return NULL;
}

static struct slice trim(struct slice text)
{
    while (text.len > 0 && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && text.data[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* The text that stands for a name, or NULL where the name is not known. */
static const char *name_text(const struct alert_record *record, enum language language, struct slice name,
    enum figures figures, char buf[FIGURE_TEXT_SIZE])
{
    const char *text = scope_text(record, language, name, buf);
    if (text != NULL)
        return text;
    text = figure_text(record, language, name, buf);
    return text != NULL && figures == FIGURES_BLANK ? "…" : text;
}

static int fill(const struct alert_record *record, enum language language, const char *template,
    enum figures figures, struct buf *out)
{
    struct message_sink sink = message_sink_on(out);
    const char *open, *close, *p = template;
    while ((open = strstr(p, "{{")) != NULL && (close = strstr(open, "}}")) != NULL) {
        char buf[FIGURE_TEXT_SIZE];
        struct slice name = trim((struct slice){open + 2, (size_t)(close - open - 2)});
        const char *text = name_text(record, language, name, figures, buf);
        /* Of an unknown name only the opening is passed over: "{{a {{market}}" still fills market. */
        const char *end = text != NULL ? open : open + 2;
        message_put_bytes(&sink, p, (size_t)(end - p));
        if (text != NULL)
            message_put(&sink, text);
        p = text != NULL ? close + 2 : end;
    }
    message_put(&sink, p);
    return message_sink_end(&sink);
}

int message_fill(
    const struct alert_record *record, enum language language, const char *template, struct buf *out)
{
    return fill(record, language, template, FIGURES_SHOWN, out);
}

bool message_asserts(const struct alert_record *record)
{
    switch (record->event) {
    case EVENT_NONE:
    case EVENT_RAISED:
    case EVENT_STRENGTHENED:
    case EVENT_CONFIRMED:
        return true;
    case EVENT_RETRACTED:
    case EVENT_CLEARED:
    case EVENT_STALE:
    case EVENT_COUNT:
        return false;
    }
    return false;
}

int message_title(const struct alert_record *record, enum language language, struct buf *out)
{
    const char *title = message_phrase(&record->title, language);
    return fill(record, language, title[0] != '\0' ? title : "{{product}}",
        message_asserts(record) ? FIGURES_SHOWN : FIGURES_BLANK, out);
}

bool message_is_silence(const struct alert_record *record)
{
    return str_starts(record->scope.rule, "silence-");
}

bool message_is_feed(const struct alert_record *record)
{
    return str_starts(record->scope.rule, "feed-") || str_starts(record->scope.rule, "delivery-");
}
