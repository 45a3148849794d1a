#include <string.h>

#include "core/message_view.h"
#include "io/json_value.h"
#include "io/outcome.h"
#include "io/webhook.h"

/* Messages for Slack's incoming webhooks, and for what is compatible with them: blocks, with a plain text for
 * notifications. */
enum {
    HEADER_MAX = 150,   /* characters of a header block */
    SECTION_MAX = 3000, /* of a section */
};

/* Appends text in which &, < and > are the only characters that Slack reads as more than themselves. */
static void put_escaped(struct message_sink *sink, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '&')
            message_put(sink, "&amp;");
        else if (*text == '<')
            message_put(sink, "&lt;");
        else if (*text == '>')
            message_put(sink, "&gt;");
        else
            message_put_bytes(sink, text, 1);
}

/* A section must be short of SECTION_MAX characters; bytes are at least as many. What does not fit is left
 * out from the end, line by line. */
static void put_line(struct message_sink *sink, const char *before, const char *text, const char *after)
{
    enum { BYTES_LEFT = 8 }; /* "…" and its line end */
    struct message_sink line = message_sink_on(sink->out);
    message_put(&line, before);
    put_escaped(&line, text);
    message_put(&line, after);
    message_put(&line, "\n");
    if (message_sink_end(&line) == 0 && sink->out->len + BYTES_LEFT > SECTION_MAX) {
        sink->out->len = line.start;
        sink->out->data[line.start] = '\0';
    }
}

static struct json_object *text_object(const char *type, const char *text)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "type", type);
    json_add_text(object, "text", text);
    return object;
}

static struct json_object *block(const char *type, struct json_object *text)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "type", type);
    json_object_object_add(object, "text", text);
    return object;
}

static struct json_object *section(const struct message_view *view, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 2 * SECTION_MAX);
    struct message_sink sink = message_sink_on(&out);
    put_line(&sink, "*", view->headline, "*");
    put_line(&sink, "", view->severity, "");
    put_line(&sink, "", view->sentence, "");
    for (size_t i = 0; i < view->figures.len; i++)
        put_line(&sink, arena_printf(arena, "• %s: ", view->figures.items[i].name),
            view->figures.items[i].value, "");
    if (view->advice[0] != '\0')
        put_line(&sink, "_", view->advice, "_");
    put_line(&sink, "", view->note, "");
    struct json_object *text = text_object("mrkdwn", buf_text(&out));
    buf_deinit(&out);
    return block("section", text);
}

/* The subject, cut between characters. */
static const char *header_text(const char *subject, struct arena *arena)
{
    size_t bytes = 0;
    for (size_t characters = 0; subject[bytes] != '\0'; bytes++)
        if (((unsigned char)subject[bytes] & 0xc0) != 0x80 && ++characters > HEADER_MAX)
            break;
    return arena_strndup(arena, subject, bytes);
}

static int add_blocks(
    struct json_object *message, const struct alert_record *record, unsigned languages, struct arena *arena)
{
    struct message_view views[LANGUAGE_COUNT];
    struct json_object *blocks = json_object_new_array();
    struct buf subject;
    size_t n = 0;
    buf_init(&subject, 2 * SECTION_MAX);
    int r = message_subject(record, languages, &subject);
    if (r == 0)
        r = message_views_make(record, languages, arena, views, &n);
    const char *title = header_text(buf_text(&subject), arena);
    json_add_text(message, "text", title);
    json_object_array_add(blocks, block("header", text_object("plain_text", title)));
    for (size_t i = 0; r == 0 && i < n; i++)
        json_object_array_add(blocks, section(&views[i], arena));
    json_object_object_add(message, "blocks", blocks);
    buf_deinit(&subject);
    return r;
}

static int slack_render(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    struct json_object *message = json_object_new_object();
    int r = add_blocks(message, record, target->languages, arena);
    if (r == 0)
        return webhook_take_document(webhook_message_id(record, target, arena), message, arena, ret_row);
    json_object_put(message);
    return r;
}

/* The text of a bulletin, as much of it as a section holds. */
static struct json_object *bulletin_section(const char *text, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 2 * SECTION_MAX);
    struct message_sink sink = message_sink_on(&out);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        put_line(&sink, "", arena_strndup(arena, text, len), "");
        text += len + (text[len] == '\n');
    }
    struct json_object *section = block("section", text_object("mrkdwn", buf_text(&out)));
    buf_deinit(&out);
    return section;
}

static int slack_render_bulletin(const struct bulletin *bulletin, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    const char *subject = "", *text = "";
    int r = webhook_bulletin_texts(bulletin, target->languages, arena, &subject, &text);
    if (r < 0)
        return r;
    struct json_object *message = json_object_new_object(), *blocks = json_object_new_array();
    const char *title = header_text(subject, arena);
    json_add_text(message, "text", title);
    json_object_array_add(blocks, block("header", text_object("plain_text", title)));
    json_object_array_add(blocks, bulletin_section(text, arena));
    json_object_object_add(message, "blocks", blocks);
    return webhook_take_document(webhook_bulletin_id(bulletin, target, arena), message, arena, ret_row);
}

const struct channel channel_slack = {
    .name = "slack",
    .delays_s = webhook_delays_s,
    .render = slack_render,
    .render_bulletin = slack_render_bulletin,
    .request = webhook_request_json,
    .outcome = outcome_of_http,
};
