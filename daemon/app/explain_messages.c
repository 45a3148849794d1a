/* Where the messages of a scope's alerts went, and why where none went. */
#include "app/explain_store.h"
#include "base/alloc.h"
#include "core/ledger.h"
#include "core/period.h"
#include "io/store_event.h"
#include "io/store_held.h"

/* Alerts are collected first: the store's calls do not nest. */
struct alert_rows {
    struct alert_row *items;
    size_t len, cap;
};

struct messages {
    struct store *store;
    const struct setup *setup;
    struct explanation *out;
    struct alert_rows own;       /* of the scope, oldest first */
    struct alert_rows summaries; /* of the rule */
};

/* ---- alerts ---- */

static void push_row(struct alert_rows *rows, const struct alert_row *row, struct arena *arena)
{
    rows->items = alloc_grow(rows->items, rows->len, &rows->cap, sizeof *rows->items);
    rows->items[rows->len] = *row;
    rows->items[rows->len++].id = arena_strdup(arena, row->id);
}

static void take_alert(void *userdata, const struct alert_row *row)
{
    struct messages *messages = userdata;
    const struct explanation *out = messages->out;
    const struct alert_scope *scope = &row->scope;
    if (!str_equal(scope->rule, out->rule->id))
        return;
    if (str_equal(scope->product, ledger_summary_product))
        push_row(&messages->summaries, row, &messages->out->arena);
    else if (str_equal(scope->product, out->scope->product) && str_equal(scope->market, out->scope->market) &&
             str_equal(scope->origin, out->scope->origin))
        push_row(&messages->own, row, &messages->out->arena);
}

/* ---- summaries ---- */

static bool names_scope(const struct event_row *event, const char *name)
{
    for (size_t i = 0; i < event->figure_count; i++)
        if (str_equal(event->figures[i].name, name))
            return true;
    return false;
}

/* "named in the summary 5f2b8c0d9a7e", told in the same turn; NULL where there is none. */
static const char *find_summary(struct messages *messages, const struct explained_event *event)
{
    struct arena *arena = &messages->out->arena;
    const struct scope *scope = messages->out->scope;
    const char *name =
        ledger_summary_name(&(struct alert_scope){"", scope->product, scope->market, scope->origin}, arena);
    for (size_t i = 0; i < messages->summaries.len; i++)
        for (int seq = 1; seq <= messages->summaries.items[i].seq; seq++) {
            struct event_row row;
            const char *id = messages->summaries.items[i].id;
            if (store_get_event(messages->store, id, seq, arena, &row) == 0 && row.at_ms == event->at_ms &&
                names_scope(&row, name))
                return arena_printf(arena, "named in the summary %.12s", id);
        }
    return NULL;
}

/* ---- deliveries ---- */

static const char not_sent[] = "not sent";

static bool is_told(const struct explained_delivery *delivery)
{
    return delivery->state != not_sent;
}

/* Why routes do not bring it to the receiver; NULL: they do, and it follows it. */
static const char *why_unreached(
    const struct messages *messages, const struct explained_event *event, const struct receiver *receiver)
{
    const struct setup *setup = messages->setup;
    const struct rule *rule = messages->out->rule;
    const struct scope *scope = messages->out->scope;
    const struct labels labels = {
        {rule->id, scope->product, scope->market, scope->origin}, event->severity, rule->audience, false};
    struct follower follower = config_follower(receiver);
    struct routed routed;
    routing_route(&setup->config->routing, &labels, &setup->reference.baskets, &routed);
    switch (routing_reach(
        &setup->config->routing, &routed, &labels, &setup->reference.baskets, &follower, NULL)) {
    case REACH_INTERNAL:
        return "the rule's audience is internal";
    case REACH_ELSEWHERE:
        return "no route that it reaches names the receiver";
    case REACH_NOT_FOLLOWED:
        return "the receiver does not follow it";
    case REACH_TOLD:
        break;
    }
    return NULL;
}

/* Why nothing was decided for the receiver, as the rule and the configuration now are. */
static const char *why_not(
    struct messages *messages, const struct explained_event *event, const struct receiver *receiver)
{
    const struct rule *rule = messages->out->rule;
    if (!alert_event_notifies(event->event))
        return "events of this kind are journaled, not sent";
    if (rule->shadow)
        return "the rule runs in the shadow";
    const char *unreached = why_unreached(messages, event, receiver);
    if (unreached != NULL)
        return unreached;
    const char *summary = find_summary(messages, event);
    if (summary != NULL)
        return summary;
    if (event->event == EVENT_CLEARED || event->event == EVENT_RETRACTED)
        return "it was told nothing of this alert before";
    return "the configuration did not name it then";
}

static void push_delivery(struct messages *messages, int seq, struct explained_delivery delivery)
{
    struct arena *arena = &messages->out->arena;
    struct explained_alert *alert = &messages->out->alerts[messages->out->alert_count];
    struct explained_event *event = NULL;
    for (size_t i = 0; i < alert->event_count; i++)
        if (alert->events[i].seq == seq)
            event = &alert->events[i];
    if (event == NULL)
        return;
    /* Few: one for each receiver there ever was. */
    struct explained_delivery *all = arena_array(arena, event->delivery_count + 1, sizeof *all);
    for (size_t i = 0; i < event->delivery_count; i++)
        all[i] = event->deliveries[i];
    all[event->delivery_count++] = delivery;
    event->deliveries = all;
}

static void take_delivery(void *userdata, const struct delivery_row *row)
{
    static const char *const states[] = {
        [DELIVERY_PENDING] = "pending", [DELIVERY_DELIVERED] = "delivered", [DELIVERY_PARKED] = "parked"};
    struct messages *messages = userdata;
    struct arena *arena = &messages->out->arena;
    push_delivery(messages, row->seq,
        (struct explained_delivery){
            .receiver = arena_strdup(arena, row->receiver),
            .channel = arena_strdup(arena, row->channel),
            .state = states[row->state],
            .text = arena_strdup(arena, row->last_text),
            .attempts = row->attempts,
            .at_ms = row->state == DELIVERY_PENDING ? row->next_ms : row->done_ms,
        });
}

static void take_held(void *userdata, const struct held_row *row)
{
    struct messages *messages = userdata;
    push_delivery(messages, row->seq,
        (struct explained_delivery){
            .receiver = arena_strdup(&messages->out->arena, row->receiver),
            .channel = "",
            .state = "held",
            .text = hold_name(row->holding.why),
            .at_ms = row->holding.until_ms,
        });
}

/* After those for whom something was decided, the other receivers of the configuration. */
static void add_untold(struct messages *messages, struct explained_event *event)
{
    const struct config *config = messages->setup->config;
    size_t told = event->delivery_count;
    struct explained_delivery *all =
        arena_array(&messages->out->arena, told + config->receiver_count, sizeof *all);
    for (size_t i = 0; i < told; i++)
        all[i] = event->deliveries[i];
    for (size_t i = 0; i < config->receiver_count; i++) {
        const struct receiver *receiver = &config->receivers[i];
        bool found = false;
        for (size_t k = 0; k < told && !found; k++)
            found = str_equal(all[k].receiver, receiver->name);
        if (!found)
            all[event->delivery_count++] = (struct explained_delivery){
                receiver->name, "", not_sent, why_not(messages, event, receiver), 0, 0};
    }
    event->deliveries = all;
}

/* ---- events ---- */

static int take_events(struct messages *messages, const struct alert_row *row)
{
    struct explanation *out = messages->out;
    struct explained_alert *alert = &out->alerts[out->alert_count];
    int r = 0;
    *alert = (struct explained_alert){.id = row->id, .open = row->told.open, .raised = row->told.raised};
    alert->events = arena_array(&out->arena, (size_t)row->seq, sizeof *alert->events);
    for (int seq = 1; seq <= row->seq && r == 0; seq++) {
        struct event_row event;
        r = store_get_event(messages->store, row->id, seq, &out->arena, &event);
        if (r == 0)
            alert->events[alert->event_count++] =
                (struct explained_event){event.seq, event.event, event.severity, event.reason, event.vintage,
                    event.ruleset, event.period, event.at_ms, NULL, 0};
    }
    if (r == 0)
        r = store_each_alert_delivery(messages->store, row->id, take_delivery, messages);
    if (r == 0)
        r = store_each_alert_held(messages->store, row->id, take_held, messages);
    for (size_t i = 0; i < alert->event_count && r == 0; i++)
        add_untold(messages, &alert->events[i]);
    out->alert_count++;
    return r;
}

/* ---- why nobody was told ---- */

static const char *reason_untold(const struct messages *messages, const struct explained_alert *alert)
{
    for (size_t i = 0; i < alert->event_count; i++)
        for (size_t k = 0; k < alert->events[i].delivery_count; k++)
            if (is_told(&alert->events[i].deliveries[k]))
                return NULL;
    if (messages->setup->config->receiver_count == 0)
        return "the configuration names no receiver";
    return alert->event_count > 0 ? alert->events[0].deliveries[0].text : "the journal has no event of it";
}

/* Of the alert that stood open in the period. */
static const char *silence_of(const struct messages *messages)
{
    const struct explanation *out = messages->out;
    for (size_t i = 0; i < messages->own.len; i++) {
        const struct alert_row *row = &messages->own.items[i];
        if (row->told.raised <= out->period && out->period <= row->told.period)
            return reason_untold(messages, &out->alerts[messages->own.len - 1 - i]);
    }
    if (out->horizon == PERIOD_NONE || out->period > out->horizon)
        return "there are not all figures of the month yet";
    if (alert_is_open(out->track.state))
        return "the daemon has not judged it under these rules and figures yet";
    return out->track.state == ALERT_PENDING ? "it has not held for long enough" : "it does not fire";
}

int explain_messages(struct store *store, const struct setup *setup, struct explanation *explanation)
{
    struct messages messages = {.store = store, .setup = setup, .out = explanation};
    int r = store_each_alert(store, false, take_alert, &messages);
    explanation->alerts = arena_array(&explanation->arena, messages.own.len, sizeof *explanation->alerts);
    for (size_t i = messages.own.len; i > 0 && r == 0; i--)
        r = take_events(&messages, &messages.own.items[i - 1]);
    if (r == 0)
        explanation->silence = silence_of(&messages);
    alloc_free(messages.own.items);
    alloc_free(messages.summaries.items);
    return r;
}
