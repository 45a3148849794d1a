#include "core/message.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/chart_alert.h"
#include "core/message_builtin.h"
#include "core/message_template.h"
#include "core/message_values.h"
#include "core/words.h"

enum { LINE_WIDTH = 76, SUBJECT_MAX = 220, SUBJECT_FILLED_MAX = 4 * MESSAGE_PHRASE_MAX }; /* cut afterwards */

/* ---- templates ---- */

const size_t message_part_max[MESSAGE_PART_COUNT] = {
    [MESSAGE_SUBJECT] = 1024, [MESSAGE_TEXT] = 64 * 1024, [MESSAGE_HTML] = 256 * 1024};

static struct slice between(const char *start, const char *end)
{
    return (struct slice){start, (size_t)(end - start)};
}

struct slice message_builtin(enum message_part part)
{
    switch (part) {
    case MESSAGE_SUBJECT:
        return between(message_builtin_subject_start, message_builtin_subject_end);
    case MESSAGE_TEXT:
        return between(message_builtin_text_start, message_builtin_text_end);
    case MESSAGE_HTML:
        return between(message_builtin_html_start, message_builtin_html_end);
    case MESSAGE_PART_COUNT:
        break;
    }
    return slice_of("");
}

/* Ours: it has no faults. */
static struct template compile(struct slice text, struct arena *arena)
{
    struct template template = {.file = "built-in"};
    struct diag_list diags = DIAG_LIST_NULL;
    (void)template_compile("built-in", text, arena, &template, &diags);
    diag_list_deinit(&diags);
    return template;
}

/* ---- plain text ---- */

/* Characters, which are columns in the languages at hand (precomposed letters). */
static size_t columns(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

/* How far what is folded from a line stands in: as its first word, behind the mark of a list. */
static size_t indent_of(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && line[n] == ' ')
        n++;
    bool item = n + 1 < len && line[n] == '-' && line[n + 1] == ' ';
    return item ? n + 2 : n;
}

static void put_spaces(struct message_sink *sink, size_t n)
{
    while (n-- > 0)
        message_put(sink, " ");
}

/* A command is copied as it stands. */
static void put_whole(struct message_sink *sink, const char *line, size_t len)
{
    put_spaces(sink, 2);
    message_put_bytes(sink, line, len);
    message_put(sink, "\n");
}

/* One line, folded at blanks unless it begins with a tab. A word that is longer than a line stays whole. */
static void put_folded(struct message_sink *sink, const char *line, size_t len)
{
    size_t indent = indent_of(line, len), column = 0;
    if (len > 0 && line[0] == '\t') {
        put_whole(sink, line + 1, len - 1);
        return;
    }
    while (len > 0 && line[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < len;) {
        size_t blanks = 0;
        while (i + blanks < len && line[i + blanks] == ' ')
            blanks++;
        size_t word = 0;
        while (i + blanks + word < len && line[i + blanks + word] != ' ')
            word++;
        size_t width = columns(line + i + blanks, word);
        if (column > indent && column + blanks + width > LINE_WIDTH) {
            message_put(sink, "\n");
            put_spaces(sink, indent);
            column = indent + width;
        } else {
            put_spaces(sink, blanks);
            column += blanks + width;
        }
        message_put_bytes(sink, line + i + blanks, word);
        i += blanks + word;
    }
    message_put(sink, "\n");
}

static void put_text(struct message_sink *sink, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        put_folded(sink, text, len);
        text += len + (text[len] == '\n');
    }
}

/* On one line, cut at a character where it is long: a subject's first words are what is seen. */
static void put_subject(struct message_sink *sink, const char *text)
{
    size_t used = 0;
    while (*text == ' ' || *text == '\n')
        text++;
    while (*text != '\0') {
        size_t n = 1;
        while (((unsigned char)text[n] & 0xc0) == 0x80)
            n++;
        bool blank = (unsigned char)*text <= ' ';
        if (blank && text[strspn(text, " \t\r\n")] == '\0')
            return;
        if (used + n > SUBJECT_MAX) {
            message_put(sink, "…");
            return;
        }
        message_put_bytes(sink, blank ? " " : text, n);
        used += n;
        text += n;
    }
}

/* ---- parts in several languages ---- */

struct bodies {
    const char *texts[LANGUAGE_COUNT];
    size_t count;
};

static void put_frame(struct message_sink *sink, const struct message_view *first,
    const struct bodies *bodies, struct arena *arena)
{
    struct template_value items[LANGUAGE_COUNT];
    struct template frame = compile(between(message_builtin_frame_start, message_builtin_frame_end), arena);
    for (size_t i = 0; i < bodies->count; i++)
        items[i] = (struct template_value){.text = bodies->texts[i]};
    const struct template_field fields[] = {
        {"language", {.text = first->language == LANGUAGE_VI ? "vi" : "en"}},
        {"title", {.text = message_clean(first->headline, arena)}},
        {"bodies", {.kind = TEMPLATE_LIST, .items = items, .len = bodies->count}},
    };
    struct template_value value = {.kind = TEMPLATE_MAP, .fields = fields, .len = 3};
    if (sink->error == 0)
        sink->error = template_render(&frame, &value, TEMPLATE_HTML, sink->out);
}

static void put_bodies(struct message_sink *sink, enum message_part part, const struct message_view *views,
    const struct bodies *bodies, struct arena *arena)
{
    if (part == MESSAGE_HTML) {
        put_frame(sink, views, bodies, arena);
        return;
    }
    for (size_t i = 0; i < bodies->count; i++) {
        if (part == MESSAGE_SUBJECT) {
            message_put(sink, i > 0 ? " | " : "");
            put_subject(sink, bodies->texts[i]);
            continue;
        }
        if (i == 0 && bodies->count > 1) {
            message_put(sink, words_get(WORD_OTHER_LANGUAGE, views[0].language));
            message_put(sink, "\n\n");
        }
        if (i > 0)
            message_put(sink, "\n----------------------------------------------------------------------\n\n");
        put_text(sink, bodies->texts[i]);
    }
}

/* What all parts of a message have in common. */
struct draft {
    const struct message_templates *templates; /* NULL: built in */
    struct message_view views[LANGUAGE_COUNT];
    struct template_value values[LANGUAGE_COUNT];
    size_t count;
    struct arena arena;
};

static int draft_make(struct draft *draft, const struct message_templates *templates,
    const struct alert_record *record, unsigned languages)
{
    *draft = (struct draft){.templates = templates};
    int r = message_views_make(record, languages, &draft->arena, draft->views, &draft->count);
    for (size_t i = 0; i < draft->count && r == 0; i++) {
        struct message_view *view = &draft->views[i];
        view->other_language = draft->count > 1 ? words_get(WORD_OTHER_LANGUAGE, view->language) : "";
        draft->values[i] = message_values(record, view, &draft->arena);
    }
    return r;
}

/* One language's part, filled. */
static int fill_body(struct draft *draft, enum message_part part, size_t i, const char **ret_text)
{
    struct template template = {0};
    if (draft->templates != NULL)
        template = draft->templates->items[part][draft->views[i].language];
    if (template.nodes == NULL)
        template = compile(message_builtin(part), &draft->arena);
    struct buf out;
    buf_init(&out, part == MESSAGE_SUBJECT ? SUBJECT_FILLED_MAX : message_part_max[part]);
    int r = template_render(
        &template, &draft->values[i], part == MESSAGE_HTML ? TEMPLATE_HTML : TEMPLATE_PLAIN, &out);
    if (r == 0)
        *ret_text = arena_strdup(&draft->arena, buf_text(&out));
    buf_deinit(&out);
    return r;
}

static int write_part(struct draft *draft, enum message_part part, struct buf *out)
{
    struct message_sink sink = message_sink_on(out);
    struct bodies bodies = {.count = 0};
    for (size_t i = 0; i < draft->count && sink.error == 0; i++)
        sink.error = fill_body(draft, part, i, &bodies.texts[bodies.count++]);
    if (sink.error == 0)
        put_bodies(&sink, part, draft->views, &bodies, &draft->arena);
    return message_sink_end(&sink);
}

int message_write(const struct message_templates *templates, enum message_part part,
    const struct alert_record *record, unsigned languages, struct buf *out)
{
    struct draft draft;
    int r = draft_make(&draft, templates, record, languages);
    if (r == 0)
        r = write_part(&draft, part, out);
    arena_deinit(&draft.arena);
    return r;
}

/* A part by the operator's template, or where that fails by the built-in one: an alert is never lost to a
 * template. */
static int compose_part(
    struct draft *draft, enum message_part part, struct arena *arena, struct message_parts *parts)
{
    const struct message_templates *templates = draft->templates;
    struct buf out;
    buf_init(&out, message_part_max[part]);
    int r = write_part(draft, part, &out);
    if (r < 0 && templates != NULL) {
        draft->templates = NULL;
        r = write_part(draft, part, &out);
        draft->templates = templates;
        parts->fell_back = true;
    }
    if (r == 0)
        parts->texts[part] = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return r;
}

int message_compose(const struct message_templates *templates, const struct alert_record *record,
    unsigned languages, struct arena *arena, struct message_parts *ret_parts)
{
    struct draft draft;
    struct message_parts parts = {.fell_back = false};
    int r = draft_make(&draft, templates, record, languages);
    for (enum message_part part = 0; part < MESSAGE_PART_COUNT && r == 0; part++)
        r = compose_part(&draft, part, arena, &parts);
    arena_deinit(&draft.arena);
    if (r == 0)
        *ret_parts = parts;
    return r;
}

void message_templates_complete(struct message_templates *templates, struct arena *arena)
{
    for (enum message_part part = 0; part < MESSAGE_PART_COUNT; part++)
        for (enum language language = 0; language < LANGUAGE_COUNT; language++)
            if (templates->items[part][language].nodes == NULL)
                templates->items[part][language] = compile(message_builtin(part), arena);
}

int message_subject(const struct alert_record *record, unsigned languages, struct buf *out)
{
    return message_write(NULL, MESSAGE_SUBJECT, record, languages, out);
}

int message_text(const struct alert_record *record, unsigned languages, struct buf *out)
{
    return message_write(NULL, MESSAGE_TEXT, record, languages, out);
}

int message_html(const struct alert_record *record, unsigned languages, struct buf *out)
{
    return message_write(NULL, MESSAGE_HTML, record, languages, out);
}

int message_chart(const struct alert_record *record, enum language language, struct buf *out)
{
    struct markup markup = markup_on(out);
    if (record->evidence == NULL || !chart_alert_has(record->evidence))
        return 0;
    chart_alert(&markup,
        &(struct chart_alert){record->evidence, language, record->raised, words_get(WORD_CHART, language)});
    return markup_end(&markup);
}

const char *message_chart_id(const struct alert_record *record, enum language language, struct arena *arena)
{
    return arena_printf(
        arena, "chart.%s.%s.%d@tdwatch", language == LANGUAGE_VI ? "vi" : "en", record->id, record->seq);
}
