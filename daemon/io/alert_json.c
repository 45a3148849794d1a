#include "io/alert_json.h"

#include "io/json_value.h"

/* NULL where it is "". */
static const char *some(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* ---- alerts ---- */

static struct json_object *acknowledgement(const struct alert_view *view)
{
    if (!view->acknowledged)
        return NULL;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "by", view->handling.acknowledged_by);
    json_add_moment(object, "at", view->handling.acknowledged_ms);
    json_add_moment(object, "until", view->handling.acknowledged_until_ms);
    return object;
}

static struct json_object *silence_of(const struct alert_view *view)
{
    if (view->silence == NULL)
        return NULL;
    struct json_object *object = json_object_new_object();
    json_add_count(object, "id", view->silence->id);
    json_add_moment(object, "until", silence_end_ms(view->silence));
    return object;
}

static struct json_object *figures_of(const struct figure *figures, size_t n)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, json_figure(&figures[i]));
    return array;
}

static struct json_object *alert_object(const struct alert_view *view)
{
    struct json_object *object = json_object_new_object();
    const struct alert_row *row = &view->row;
    json_add_text(object, "id", row->id);
    json_add_text(object, "rule", row->scope.rule);
    json_add_text(object, "product", row->scope.product);
    json_add_text(object, "market", some(row->scope.market));
    json_add_text(object, "origin", some(row->scope.origin));
    json_add_text(object, "audience", row->audience == AUDIENCE_PUBLIC ? "public" : "internal");
    json_add_text(object, "severity", severity_name(row->told.severity));
    json_add_text(object, "state", row->told.open ? alert_state_name(row->told.state) : "closed");
    json_add_period(object, "raised", row->told.raised);
    json_add_period(object, "period", row->told.period);
    json_add_moment(object, "opened", row->opened_ms);
    json_add_moment(object, "closed", row->told.open ? 0 : row->closed_ms);
    json_object_object_add(object, "acknowledged", acknowledgement(view));
    json_object_object_add(object, "silence", silence_of(view));
    json_add_text(object, "assignee", view->handling.assignee);
    json_add_count(object, "comments", (int64_t)view->handling.comments);
    json_object_object_add(object, "figures", figures_of(view->figures, view->figure_count));
    return object;
}

static struct json_object *alert_array(const struct alert_view *views, size_t n)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, alert_object(&views[i]));
    return array;
}

int alerts_json_write(const struct alert_view *views, size_t n, FILE *out)
{
    struct json_object *document = json_object_new_object();
    json_object_object_add(document, "alerts", alert_array(views, n));
    return json_print(document, out);
}

/* ---- silences ---- */

static void add_matchers(struct json_object *object, const struct matcher_texts *texts)
{
    json_add_text(object, "rule", some(texts->rule));
    json_add_text(object, "product", some(texts->product));
    json_add_text(object, "market", some(texts->market));
    json_add_text(object, "origin", some(texts->origin));
    json_add_text(object, "severity", some(texts->severity));
}

static struct json_object *silence_object(const struct silence_view *view, int64_t now_ms)
{
    struct json_object *object = json_object_new_object();
    const struct silence *silence = view->silence;
    json_add_count(object, "id", silence->id);
    json_add_text(object, "phase", silence_phase_name(silence_phase(silence, now_ms)));
    add_matchers(object, &silence->texts);
    json_add_text(object, "author", silence->author);
    json_add_text(object, "reason", silence->reason);
    json_add_moment(object, "made", silence->made_ms);
    json_add_moment(object, "from", silence->from_ms);
    json_add_moment(object, "until", silence->until_ms);
    json_add_moment(object, "expired", silence->expired_ms);
    json_add_count(object, "met", (int64_t)view->met);
    return object;
}

int silences_json_write(const struct silence_view *views, size_t n, int64_t now_ms, FILE *out)
{
    struct json_object *document = json_object_new_object(), *array = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, silence_object(&views[i], now_ms));
    json_object_object_add(document, "silences", array);
    return json_print(document, out);
}

int preview_json_write(const struct preview *preview, FILE *out)
{
    struct json_object *document = json_object_new_object(), *year = json_object_new_object();
    json_add_count(document, "met", (int64_t)preview->met);
    json_add_count(document, "standing", (int64_t)preview->standing);
    json_add_count(year, "met", (int64_t)preview->year_met);
    json_add_count(year, "alerts", (int64_t)preview->year_all);
    json_object_object_add(document, "year", year);
    json_object_object_add(document, "alerts", alert_array(preview->views, preview->met));
    return json_print(document, out);
}

/* ---- history ---- */

static void add_event(struct json_object *object, const struct event_row *event)
{
    json_add_text(object, "event", alert_event_name(event->event));
    json_add_count(object, "seq", event->seq);
    json_add_text(object, "reason", event->reason);
    json_add_period(object, "period", event->period);
    json_add_text(object, "severity", severity_name(event->severity));
    json_object_object_add(object, "figures", figures_of(event->figures, event->figure_count));
}

static void add_action(struct json_object *object, const struct action *action)
{
    json_add_text(object, "action", action_name(action->kind));
    json_add_text(object, "who", action->who);
    json_add_text(object, "login", action->login);
    json_add_moment(object, "until", action->until_ms);
    json_add_text(object, "text", some(action->text));
}

static void add_delivery(struct json_object *object, const struct delivery_row *delivery)
{
    static const char *const states[] = {
        [DELIVERY_PENDING] = "pending", [DELIVERY_DELIVERED] = "delivered", [DELIVERY_PARKED] = "parked"};
    json_add_text(object, "delivery", states[delivery->state]);
    json_add_count(object, "seq", delivery->seq);
    json_add_text(object, "receiver", delivery->receiver);
    json_add_text(object, "channel", delivery->channel);
    json_add_count(object, "attempts", delivery->attempts);
    json_add_moment(object, "done", delivery->done_ms);
}

static struct json_object *entry_object(const struct history_entry *entry)
{
    struct json_object *object = json_object_new_object();
    json_add_moment(object, "at", entry->at_ms);
    if (entry->event != NULL)
        add_event(object, entry->event);
    else if (entry->action != NULL)
        add_action(object, entry->action);
    else
        add_delivery(object, entry->delivery);
    return object;
}

int history_json_write(
    const struct alert_view *view, const struct history_entry *entries, size_t n, FILE *out)
{
    struct json_object *document = json_object_new_object(), *array = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, entry_object(&entries[i]));
    json_object_object_add(document, "alert", alert_object(view));
    json_object_object_add(document, "history", array);
    return json_print(document, out);
}
