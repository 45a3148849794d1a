#include <string.h>

#include "core/message_view.h"
#include "io/json_value.h"
#include "io/outcome.h"
#include "io/webhook.h"

/* Messages for webhooks of Microsoft Teams (Workflows): one Adaptive Card 1.4. Text blocks read a subset of
 * Markdown, and facts are plain, so that what stands in figures is shown as it is. */

/* A link is the one thing of Markdown that would do more than look odd. */
static const char *without_links(const char *text, struct arena *arena)
{
    char *plain = arena_alloc(arena, 2 * strlen(text) + 1), *end = plain;
    for (; *text != '\0'; text++) {
        if (*text == '[' || *text == ']' || *text == '\\')
            *end++ = '\\';
        *end++ = *text;
    }
    return plain;
}

static void add_block(struct json_object *body, const char *text, const char *weight, const char *size)
{
    if (text[0] == '\0')
        return;
    struct arena arena = ARENA_NULL;
    struct json_object *block = json_object_new_object();
    json_add_text(block, "type", "TextBlock");
    json_add_text(block, "text", without_links(text, &arena));
    arena_deinit(&arena);
    json_add_bool(block, "wrap", true);
    if (weight != NULL)
        json_add_text(block, "weight", weight);
    if (size != NULL)
        json_add_text(block, "size", size);
    json_object_array_add(body, block);
}

static void add_facts(struct json_object *body, const struct message_rows *rows)
{
    if (rows->len == 0)
        return;
    struct json_object *set = json_object_new_object(), *facts = json_object_new_array();
    json_add_text(set, "type", "FactSet");
    for (size_t i = 0; i < rows->len; i++) {
        struct json_object *fact = json_object_new_object();
        json_add_text(fact, "title", rows->items[i].name);
        json_add_text(fact, "value", rows->items[i].value);
        json_object_array_add(facts, fact);
    }
    json_object_object_add(set, "facts", facts);
    json_object_array_add(body, set);
}

static void add_view(struct json_object *body, const struct message_view *view)
{
    add_block(body, view->headline, "Bolder", "Medium");
    add_block(body, view->severity, NULL, NULL);
    add_block(body, view->sentence, NULL, NULL);
    add_facts(body, &view->facts);
    add_facts(body, &view->figures);
    add_block(body, view->advice, NULL, NULL);
    add_block(body, view->note, NULL, "Small");
}

static struct json_object *card(struct json_object *body)
{
    struct json_object *content = json_object_new_object(), *attachment = json_object_new_object();
    json_add_text(content, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    json_add_text(content, "type", "AdaptiveCard");
    json_add_text(content, "version", "1.4");
    json_object_object_add(content, "body", body);
    json_add_text(attachment, "contentType", "application/vnd.microsoft.card.adaptive");
    json_add_text(attachment, "contentUrl", NULL);
    json_object_object_add(attachment, "content", content);
    return attachment;
}

static struct json_object *message_of(struct json_object *body)
{
    struct json_object *message = json_object_new_object(), *attachments = json_object_new_array();
    json_add_text(message, "type", "message");
    json_object_array_add(attachments, card(body));
    json_object_object_add(message, "attachments", attachments);
    return message;
}

static int teams_render(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    struct message_view views[LANGUAGE_COUNT];
    size_t n = 0;
    int r = message_views_make(record, target->languages, arena, views, &n);
    if (r < 0)
        return r;
    struct json_object *body = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        add_view(body, &views[i]);
    return webhook_take_document(webhook_message_id(record, target, arena), message_of(body), arena, ret_row);
}

static int teams_render_bulletin(const struct bulletin *bulletin, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    const char *subject = "", *text = "";
    int r = webhook_bulletin_texts(bulletin, target->languages, arena, &subject, &text);
    if (r < 0)
        return r;
    struct json_object *body = json_object_new_array();
    add_block(body, subject, "Bolder", "Medium");
    add_block(body, text, NULL, NULL);
    return webhook_take_document(
        webhook_bulletin_id(bulletin, target, arena), message_of(body), arena, ret_row);
}

const struct channel channel_teams = {
    .name = "teams",
    .delays_s = webhook_delays_s,
    .render = teams_render,
    .render_bulletin = teams_render_bulletin,
    .request = webhook_request_json,
    .outcome = outcome_of_http,
};
