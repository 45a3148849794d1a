#include "io/json_template.h"

#include <errno.h>
#include <json_visit.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "core/message_view.h"
#include "io/json_value.h"
#include "io/outcome.h"
#include "io/webhook.h"

enum { VALUE_MAX = 32 * 1024, DEPTH_MAX = 32 };

/* What names are filled from. */
struct source {
    const struct alert_record *record;
    const struct message_view *view;
    unsigned languages;
    const char *id;
    const char *subject, *text; /* of a bulletin, which `record` is the gravest of; NULL: no bulletin */
};

/* ---- names ---- */

static int put_seq(const struct source *source, struct buf *out)
{
    return buf_printf(out, "%d", source->record->seq);
}

static int put_time(const struct source *source, struct buf *out)
{
    char moment[CLOCK_TEXT_SIZE];
    return buf_puts(out, clock_format(source->record->at_ms, moment));
}

static int put_figures(const struct source *source, struct buf *out)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < source->view->figures.len; i++)
        r = buf_printf(out, "%s%s %s", i > 0 ? ", " : "", source->view->figures.items[i].name,
            source->view->figures.items[i].value);
    return r;
}

static int put_subject(const struct source *source, struct buf *out)
{
    if (source->subject != NULL)
        return buf_puts(out, source->subject);
    return message_subject(source->record, source->languages, out);
}

static int put_text(const struct source *source, struct buf *out)
{
    if (source->text != NULL)
        return buf_puts(out, source->text);
    return message_text(source->record, source->languages, out);
}

#define NAME_OF(name, expression)                                                                            \
    static int put_##name(const struct source *source, struct buf *out)                                      \
    {                                                                                                        \
        return buf_puts(out, expression);                                                                    \
    }

#define FILLED(name)                                                                                         \
    static int put_##name(const struct source *source, struct buf *out)                                      \
    {                                                                                                        \
        return message_fill(source->record, source->view->language, "{{" #name "}}", out);                   \
    }

NAME_OF(id, source->id)
NAME_OF(alert, source->record->id)
NAME_OF(event, alert_event_name(source->record->event))
NAME_OF(reason, source->record->reason)
NAME_OF(rule, source->record->scope.rule)
NAME_OF(severity, severity_name(source->record->severity))
NAME_OF(state, alert_state_name(source->record->state))
NAME_OF(product_code, source->record->scope.product)
NAME_OF(market_code, source->record->scope.market)
NAME_OF(origin_code, source->record->scope.origin)
NAME_OF(sources, source->record->sources)
NAME_OF(title, source->subject != NULL ? source->subject : source->view->headline)
NAME_OF(sentence, source->view->sentence)
NAME_OF(advice, source->view->advice)
FILLED(product)
FILLED(market)
FILLED(origin)
FILLED(period)
FILLED(raised)

#define NAME(name)                                                                                           \
    {                                                                                                        \
#name, put_##name                                                                                    \
    }

static const struct {
    const char *name;
    int (*put)(const struct source *source, struct buf *out);
} names[] = {NAME(id), NAME(alert), NAME(seq), NAME(event), NAME(reason), NAME(rule), NAME(severity),
    NAME(state), NAME(product), NAME(product_code), NAME(market), NAME(market_code), NAME(origin),
    NAME(origin_code), NAME(period), NAME(raised), NAME(title), NAME(sentence), NAME(advice), NAME(figures),
    NAME(sources), NAME(subject), NAME(text), NAME(time)};

enum { NAMES = sizeof names / sizeof *names };

static int find_name(struct slice name)
{
    for (int i = 0; i < NAMES; i++)
        if (slice_equal(name, names[i].name))
            return i;
    return -1;
}

/* ---- strings ---- */

/* Calls `fn` for what stands before the next name, and for the name; returns the rest, NULL at the end. */
static const char *next_name(const char *text, struct slice *ret_before, struct slice *ret_name)
{
    const char *open = strstr(text, "{{"), *close = open != NULL ? strstr(open, "}}") : NULL;
    if (close == NULL) {
        *ret_before = slice_of(text);
        *ret_name = (struct slice){NULL, 0};
        return NULL;
    }
    *ret_before = (struct slice){text, (size_t)(open - text)};
    *ret_name = (struct slice){open + 2, (size_t)(close - open - 2)};
    return close + 2;
}

static int fill_string(const char *text, const struct source *source, struct buf *out)
{
    int r = 0;
    while (r == 0 && text != NULL) {
        struct slice before, name;
        text = next_name(text, &before, &name);
        r = buf_append(out, before.data, before.len);
        int i = name.data != NULL ? find_name(name) : -1;
        if (r == 0 && i >= 0)
            r = names[i].put(source, out);
    }
    return r;
}

static int check_string(const char *text, char fault[JSON_TEMPLATE_FAULT_SIZE])
{
    while (text != NULL) {
        struct slice before, name;
        text = next_name(text, &before, &name);
        if (name.data == NULL || find_name(name) >= 0)
            continue;
        const char *known[NAMES];
        for (int i = 0; i < NAMES; i++)
            known[i] = names[i].name;
        const char *near = str_did_you_mean(name, known, NAMES);
        snprintf(fault, JSON_TEMPLATE_FAULT_SIZE, "there is no name '%.*s'%s%s%s",
            name.len < 40 ? (int)name.len : 40, name.data, near != NULL ? "; did you mean '" : "",
            near != NULL ? near : "", near != NULL ? "'?" : "");
        return -EINVAL;
    }
    return 0;
}

/* ---- the document ---- */

static struct json_object *parse(struct slice text, char fault[JSON_TEMPLATE_FAULT_SIZE])
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    struct json_object *document =
        text.len <= JSON_TEMPLATE_MAX ? json_tokener_parse_ex(tokener, text.data, (int)text.len) : NULL;
    bool whole = document != NULL && json_tokener_get_parse_end(tokener) <= text.len;
    for (size_t i = json_tokener_get_parse_end(tokener); whole && i < text.len; i++)
        whole = strchr(" \t\r\n", text.data[i]) != NULL && text.data[i] != '\0';
    if (!whole) {
        snprintf(fault, JSON_TEMPLATE_FAULT_SIZE, "not one JSON document: %s",
            text.len > JSON_TEMPLATE_MAX ? "it is too long"
                                         : json_tokener_error_desc(json_tokener_get_error(tokener)));
        json_object_put(document);
        document = NULL;
    }
    json_tokener_free(tokener);
    return document;
}

/* json_c_visit's: every value once, containers before and after what is in them. */
static int check_value(struct json_object *value, int flags, struct json_object *parent, const char *key,
    size_t *index, void *fault)
{
    (void)flags, (void)parent, (void)key, (void)index;
    bool bad = json_object_is_type(value, json_type_string) &&
               check_string(json_object_get_string(value), fault) < 0;
    return bad ? JSON_C_VISIT_RETURN_ERROR : JSON_C_VISIT_RETURN_CONTINUE;
}

int json_template_check(struct slice text, char ret_fault[JSON_TEMPLATE_FAULT_SIZE])
{
    struct json_object *document = parse(text, ret_fault);
    bool good = document != NULL && json_c_visit(document, 0, check_value, ret_fault) == 0;
    json_object_put(document);
    return good ? 0 : -EINVAL;
}

static int fill_value(struct json_object *value, int flags, struct json_object *parent, const char *key,
    size_t *index, void *source)
{
    (void)flags, (void)parent, (void)key, (void)index;
    if (!json_object_is_type(value, json_type_string))
        return JSON_C_VISIT_RETURN_CONTINUE;
    struct buf out;
    buf_init(&out, VALUE_MAX);
    int r = fill_string(json_object_get_string(value), source, &out);
    if (r == 0)
        json_object_set_string_len(value, buf_text(&out), (int)out.len);
    buf_deinit(&out);
    return r == 0 ? JSON_C_VISIT_RETURN_CONTINUE : JSON_C_VISIT_RETURN_ERROR;
}

/* `source` has all but the view. */
static struct json_object *fill_document(struct slice text, struct source source)
{
    char fault[JSON_TEMPLATE_FAULT_SIZE];
    struct arena arena = ARENA_NULL;
    struct message_view views[LANGUAGE_COUNT];
    size_t n = 0;
    struct json_object *document = parse(text, fault);
    int r =
        document != NULL ? message_views_make(source.record, source.languages, &arena, views, &n) : -EINVAL;
    source.view = &views[0];
    if (r == 0)
        r = n > 0 && json_c_visit(document, 0, fill_value, &source) == 0 ? 0 : -EINVAL;
    arena_deinit(&arena);
    if (r == 0)
        return document;
    json_object_put(document);
    return NULL;
}

struct json_object *json_template_fill(
    struct slice text, const struct alert_record *record, unsigned languages, const char *id)
{
    return fill_document(text, (struct source){.record = record, .languages = languages, .id = id});
}

/* ---- the channel ---- */

static int render_filled(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    const char *id = webhook_message_id(record, target, arena);
    struct json_object *document = json_template_fill(target->template, record, target->languages, id);
    return document != NULL ? webhook_take_document(id, document, arena, ret_row) : -EMSGSIZE;
}

static int render_filled_bulletin(const struct bulletin *bulletin, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    const struct bulletin_alert *gravest = &bulletin->alerts[0];
    struct source source = {.record = &gravest->events[gravest->event_count - 1],
        .languages = target->languages,
        .id = webhook_bulletin_id(bulletin, target, arena)};
    int r = webhook_bulletin_texts(bulletin, target->languages, arena, &source.subject, &source.text);
    if (r < 0)
        return r;
    struct json_object *document = fill_document(target->template, source);
    return document != NULL ? webhook_take_document(source.id, document, arena, ret_row) : -EMSGSIZE;
}

const struct channel channel_template = {
    .name = "template",
    .delays_s = webhook_delays_s,
    .render = render_filled,
    .render_bulletin = render_filled_bulletin,
    .request = webhook_request_json,
    .outcome = outcome_of_http,
};
