#include "core/message_view.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "core/evidence.h"
#include "core/period.h"
#include "core/words.h"

enum { FACTS_MAX = 7, DATA_MAX = 6 + FLAG_COUNT, TRACE_MAX = 5, DIGEST_SHOWN = 12 };

struct message_sink message_sink_on(struct buf *out)
{
    return (struct message_sink){.out = out, .start = out->len};
}

void message_put_bytes(struct message_sink *sink, const char *bytes, size_t n)
{
    if (sink->error == 0)
        sink->error = buf_append(sink->out, bytes, n);
}

void message_put(struct message_sink *sink, const char *text)
{
    message_put_bytes(sink, text, strlen(text));
}

int message_sink_end(struct message_sink *sink)
{
    if (sink->error < 0 && sink->out->data != NULL) {
        sink->out->len = sink->start;
        sink->out->data[sink->start] = '\0';
    }
    return sink->error;
}

/* What a view is built from. The first failure stays. */
struct builder {
    const struct alert_record *record;
    enum language language;
    struct arena *arena;
    int error;
};

typedef int filler(
    const struct alert_record *record, enum language language, const char *template, struct buf *out);

static int fill_title(
    const struct alert_record *record, enum language language, const char *template, struct buf *out)
{
    (void)template;
    return message_title(record, language, out);
}

static const char *filled(struct builder *b, filler *fill, const char *template)
{
    struct buf out;
    buf_init(&out, MESSAGE_PHRASE_MAX);
    int r = fill(b->record, b->language, template, &out);
    const char *text = arena_strdup(b->arena, buf_text(&out));
    buf_deinit(&out);
    if (r < 0)
        b->error = r;
    return text;
}

/* Adds a row unless its value is empty. */
static void add(struct builder *b, struct message_rows *rows, enum word name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    rows->items[rows->len++] = (struct message_row){words_get(name, b->language), value};
}

static bool is_delivery(const struct alert_record *record)
{
    return str_starts(record->scope.rule, "delivery-");
}

static enum word subject_word(const struct alert_record *record)
{
    if (is_delivery(record))
        return WORD_RECEIVER;
    if (message_is_silence(record))
        return WORD_SILENCE;
    return message_is_feed(record) ? WORD_FEED : WORD_PRODUCT;
}

static enum word note_word(const struct alert_record *record)
{
    if (is_delivery(record))
        return WORD_NOTE_DELIVERY;
    return message_is_feed(record) || message_is_silence(record) ? WORD_NOTE_FEED : WORD_NOTE;
}

static struct message_rows facts(struct builder *b)
{
    const struct alert_record *record = b->record;
    bool feed = message_is_feed(record) || message_is_silence(record);
    struct message_rows rows = {.items = arena_array(b->arena, FACTS_MAX, sizeof *rows.items)};
    add(b, &rows, subject_word(record), filled(b, message_fill, "{{product}}"));
    add(b, &rows, WORD_MARKET, filled(b, message_fill, "{{market}}"));
    add(b, &rows, WORD_ORIGIN, filled(b, message_fill, "{{origin}}"));
    if (!feed) {
        add(b, &rows, WORD_PERIOD, filled(b, message_fill, "{{period}}"));
        add(b, &rows, WORD_RAISED, filled(b, message_fill, "{{raised}}"));
    }
    add(b, &rows, WORD_REASON, words_reason(record->reason, b->language));
    return rows;
}

static struct message_rows figures(struct builder *b)
{
    const struct alert_record *record = b->record;
    struct message_rows rows = {.items = arena_array(b->arena, record->figure_count, sizeof *rows.items)};
    for (; rows.len < record->figure_count; rows.len++) {
        char buf[FIGURE_TEXT_SIZE];
        const struct figure *figure = &record->figures[rows.len];
        rows.items[rows.len] = (struct message_row){
            .name = figure->name,
            .value = arena_strdup(b->arena, figure_format(figure, b->language, buf)),
        };
    }
    return rows;
}

static const char *short_digest(struct builder *b, const char *digest)
{
    return arena_strndup(b->arena, digest, strnlen(digest, DIGEST_SHOWN));
}

const char *message_moment(int64_t at_ms, enum language language, struct arena *arena)
{
    char iso[CLOCK_TEXT_SIZE];
    clock_format(at_ms, iso);
    if (language == LANGUAGE_VI)
        return arena_printf(arena, "%.2s/%.2s/%.4s %.5s UTC", iso + 8, iso + 5, iso, iso + 11);
    return arena_printf(arena, "%.10s %.5s UTC", iso, iso + 11);
}

/* What the figures are worth, a row for each flag that is up. */
static void add_quality(struct builder *b, struct message_rows *rows)
{
    static const enum observation_flag flags[] = {
        OBSERVATION_PRELIMINARY, OBSERVATION_ESTIMATED, OBSERVATION_SUPPRESSED};
    const struct evidence *evidence = b->record->evidence;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if ((evidence->flags & flags[i]) != 0)
            add(b, rows, WORD_QUALITY, words_flag(flags[i], b->language));
    for (enum quality_flag flag = 0; flag < FLAG_COUNT; flag++)
        if ((evidence->quality & 1u << flag) != 0)
            add(b, rows, WORD_QUALITY, words_quality(flag, b->language));
}

static struct message_rows data(struct builder *b)
{
    const struct alert_record *record = b->record;
    struct message_rows rows = {.items = arena_array(b->arena, DATA_MAX, sizeof *rows.items)};
    bool received = record->vintage[0] != '\0' && !message_is_feed(record);
    add(b, &rows, WORD_SOURCES, record->sources);
    add(b, &rows, WORD_RECEIVED, received ? message_moment(record->at_ms, b->language, b->arena) : "");
    add(b, &rows, WORD_VINTAGE, short_digest(b, record->vintage));
    if (record->evidence != NULL)
        add_quality(b, &rows);
    return rows;
}

static struct message_rows trace(struct builder *b)
{
    const struct alert_record *record = b->record;
    struct message_rows rows = {.items = arena_array(b->arena, TRACE_MAX, sizeof *rows.items)};
    add(b, &rows, WORD_RULE, record->scope.rule);
    add(b, &rows, WORD_RULESET, short_digest(b, record->ruleset));
    add(b, &rows, WORD_ALERT_ID, record->id);
    add(b, &rows, WORD_DECIDED, message_moment(record->at_ms, b->language, b->arena));
    return rows;
}

/* What shows more of it: how it was computed; the list of what it is about where it was not. */
static const char *command(struct builder *b)
{
    const struct alert_scope *scope = &b->record->scope;
    char period[PERIOD_TEXT_SIZE];
    if (is_delivery(b->record))
        return "tdwatch outbox";
    if (message_is_silence(b->record))
        return "tdwatch silence list";
    if (message_is_feed(b->record))
        return "tdwatch feed status";
    if (str_equal(scope->product, "*"))
        return "tdwatch alerts --all";
    const char *text = arena_printf(b->arena, "tdwatch explain %s %s %s %s", scope->rule, scope->product,
        scope->market, period_format(b->record->period, period));
    return scope->origin[0] == '\0' ? text : arena_printf(b->arena, "%s --origin %s", text, scope->origin);
}

/* Dark enough for white text at 4.5:1 (WCAG 2.1, 1.4.3). */
static const char *colour_of(const struct alert_record *record)
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

/* "Warning 3/4", "Strengthened: Critical 4/4", "Correction". */
static const char *tag_of(struct builder *b)
{
    const struct alert_record *record = b->record;
    const char *severity = arena_printf(b->arena, "%s %d/%d", words_severity(record->severity, b->language),
        (int)record->severity + 1, SEVERITY_COUNT);
    const char *event = words_event_tag(record->event, b->language);
    if (record->event == EVENT_RAISED)
        return severity;
    return record->event == EVENT_STRENGTHENED ? arena_printf(b->arena, "%s: %s", event, severity) : event;
}

/* The title as it stands, or in quotes where it is only what the alert once said. */
static const char *headline(struct builder *b, const char *title)
{
    return message_asserts(b->record) ? title : arena_printf(b->arena, "“%s”", title);
}

static bool is_over(enum alert_event event)
{
    return event == EVENT_RETRACTED || event == EVENT_CLEARED;
}

static const char *severity_line(struct builder *b)
{
    enum severity severity = b->record->severity;
    enum word word = is_over(b->record->event) ? WORD_SEVERITY_WAS : WORD_SEVERITY;
    return arena_printf(b->arena, "%s %d/%d: %s", words_get(word, b->language), (int)severity + 1,
        SEVERITY_COUNT, words_severity(severity, b->language));
}

/* What to do is asked of people only while the alert stands. */
static const char *advice(struct builder *b)
{
    if (is_over(b->record->event))
        return "";
    return filled(b, message_fill, message_phrase(&b->record->advice, b->language));
}

/* What happened, in a sentence. */
static const char *sentence(struct builder *b)
{
    const struct alert_record *record = b->record;
    const char *template = words_sentence(record->event, message_is_feed(record), b->language);
    if (message_is_silence(record))
        template = words_get(WORD_SILENCE_SENTENCE, b->language);
    else if (is_delivery(record))
        template = words_delivery_sentence(is_over(record->event), b->language);
    else if (str_equal(record->reason, "lapsed"))
        template = words_get(WORD_LAPSED_SENTENCE, b->language);
    return filled(b, message_fill, template);
}

static int make(const struct alert_record *record, enum language language, struct arena *arena,
    struct message_view *ret_view)
{
    struct builder b = {.record = record, .language = language, .arena = arena};
    const char *title = filled(&b, fill_title, "");
    struct message_view view = {
        .language = language,
        .event = words_event(record->event, language),
        .tag = tag_of(&b),
        .severity = severity_line(&b),
        .colour = colour_of(record),
        .over = is_over(record->event),
        .title = title,
        .headline = headline(&b, title),
        .sentence = sentence(&b),
        .advice = advice(&b),
        .note = words_get(note_word(record), language),
        .next = words_get(WORD_NEXT, language),
        .command = command(&b),
        .facts = facts(&b),
        .figures = figures(&b),
        .data = data(&b),
        .trace = trace(&b),
        .basis = record->basis,
        .other_language = "",
    };
    if (b.error < 0)
        return b.error;
    *ret_view = view;
    return 0;
}

int message_views_make(const struct alert_record *record, unsigned languages, struct arena *arena,
    struct message_view ret_views[LANGUAGE_COUNT], size_t *ret_count)
{
    size_t n = 0;
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        if ((languages & 1u << language) == 0)
            continue;
        int r = make(record, language, arena, &ret_views[n]);
        if (r < 0)
            return r;
        n++;
    }
    *ret_count = n;
    return 0;
}
