#include "app/deliver.h"

#include <errno.h>

#include "app/budget.h"
#include "app/duty.h"
#include "app/restrain.h"
#include "app/target.h"
#include "base/log.h"
#include "io/store_event.h"

static struct delivery_row new_row(const struct receiver *receiver, const char *alert, int seq, int64_t at_ms)
{
    return (struct delivery_row){
        .alert = alert,
        .seq = seq,
        .receiver = receiver->name,
        .channel = target_channel(receiver)->name,
        .state = DELIVERY_PENDING,
        .created_ms = at_ms,
        .next_ms = at_ms,
        .subject = "",
        .text = "",
        .html = "",
        .body = "",
        .chart = {"", ""},
        .thread = "",
        .last_text = "",
    };
}

/* ---- one event ---- */

static int render(struct engine *engine, const struct receiver *receiver, const struct alert_record *record,
    struct arena *arena, struct delivery_row *row)
{
    struct channel_target target = target_of(engine->setup->config, receiver);
    target.templates = &engine->setup->templates;
    int r = target_channel(receiver)->render(record, &target, arena, row);
    if (r != CHANNEL_FELL_BACK)
        return r;
    engine->fallbacks++;
    log_warning("template failed, the built-in message is sent receiver=%s alert=%s seq=%d", receiver->name,
        record->id, record->seq);
    return 0;
}

static int deliver_event(struct engine *engine, const struct receiver *receiver, struct whole *whole,
    int64_t at_ms, int64_t *ret_id)
{
    struct arena arena = ARENA_NULL;
    const struct alert_record *record = &whole->record;
    struct delivery_row row = new_row(receiver, record->id, record->seq, at_ms);
    int r = whole_make(engine, whole);
    if (r == 0)
        r = render(engine, receiver, record, &arena, &row);
    if (r == 0)
        r = store_put_delivery(engine->store, &row, ret_id);
    if (r == 0)
        budget_use(engine, receiver);
    if (r == 0 && !alert_event_closes(record->event))
        r = duty_told(engine, receiver, record->id, record->severity, at_ms);
    arena_deinit(&arena);
    return r;
}

/* A held event as a message of its own. */
static int release_one(
    struct engine *engine, const struct receiver *receiver, const struct held_row *row, int64_t at_ms)
{
    struct arena arena = ARENA_NULL;
    struct whole whole = {0};
    int64_t id = 0;
    int r = store_get_record(engine->store, row->alert, row->seq, &arena, &whole.record);
    if (r == 0)
        r = deliver_event(engine, receiver, &whole, at_ms, &id);
    if (r == 0)
        r = store_release_held(engine->store, row, id);
    whole_deinit(&whole);
    arena_deinit(&arena);
    return r;
}

int deliver_events(struct engine *engine, const struct receiver *receiver, const struct held_rows *before,
    struct whole *whole, int64_t now_ms)
{
    int64_t id;
    int r = 0;
    for (size_t i = 0; i < before->len && r == 0; i++)
        r = release_one(engine, receiver, &before->items[i], now_ms);
    return r == 0 ? deliver_event(engine, receiver, whole, now_ms, &id) : r;
}

/* ---- bulletins ---- */

/* Where an alert stands, and the events of it that are held: rows from `first` on. */
static int read_alert(struct engine *engine, const struct held_rows *rows, size_t first, struct arena *arena,
    struct bulletin_alert *ret_alert)
{
    const char *id = rows->items[first].alert;
    struct alert_row row;
    struct figure *figures = NULL;
    size_t n = first;
    while (n < rows->len && str_equal(rows->items[n].alert, id))
        n++;
    struct alert_record *events = arena_array(arena, n - first, sizeof *events);
    int r = store_get_alert(engine->store, id, arena, &row);
    for (size_t i = first; i < n && r == 0; i++)
        r = store_get_record(engine->store, id, rows->items[i].seq, arena, &events[i - first]);
    struct bulletin_alert alert = {.events = events, .event_count = n - first};
    if (r == 0)
        r = store_alert_figures(engine->store, id, arena, &figures, &alert.figure_count);
    if (r < 0)
        return r;
    alert.open = row.told.open;
    alert.severity = row.told.severity;
    alert.state = row.told.state;
    alert.period = row.told.period;
    alert.figures = figures;
    *ret_alert = alert;
    return 0;
}

static int read_bulletin(
    struct engine *engine, const struct held_rows *rows, struct arena *arena, struct bulletin *bulletin)
{
    struct bulletin_alert *alerts = arena_array(arena, rows->len, sizeof *alerts);
    int r = 0;
    bulletin->alerts = alerts;
    for (size_t i = 0; i < rows->len && r == 0; i += alerts[bulletin->alert_count++].event_count)
        r = read_alert(engine, rows, i, arena, &alerts[bulletin->alert_count]);
    for (size_t i = 0; i < rows->len; i++)
        bulletin->reasons |= 1U << rows->items[i].holding.why;
    bulletin->event_count = rows->len;
    return r;
}

static int release_bulletin(
    struct engine *engine, const struct receiver *receiver, const struct held_rows *rows, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    const struct channel *channel = target_channel(receiver);
    struct channel_target target = target_of(engine->setup->config, receiver);
    struct delivery_row row = new_row(receiver, rows->items[0].alert, rows->items[0].seq, now_ms);
    struct bulletin bulletin = {.at_ms = now_ms, .zone = receiver->agenda.zone};
    int64_t id = 0;
    int r = read_bulletin(engine, rows, &arena, &bulletin);
    if (r == 0)
        r = channel->render_bulletin(&bulletin, &target, &arena, &row);
    if (r == 0)
        r = store_put_delivery(engine->store, &row, &id);
    for (size_t i = 0; r == 0 && i < rows->len; i++)
        r = store_release_held(engine->store, &rows->items[i], id);
    for (size_t i = 0; r == 0 && i < bulletin.alert_count; i++) {
        const struct bulletin_alert *alert = &bulletin.alerts[i];
        if (alert->open)
            r = duty_told(engine, receiver, alert->events[0].id, alert->severity, now_ms);
    }
    if (r == 0)
        budget_use(engine, receiver);
    arena_deinit(&arena);
    return r;
}

/* Whether one held event is told as it was: of a silence's or an inhibition's only where the alert has not
 * moved on since, or else a bulletin says where it stands by now. */
static int is_told_alone(struct engine *engine, const struct held_rows *rows, bool *ret_alone)
{
    const struct held_row *row = &rows->items[0];
    struct arena arena = ARENA_NULL;
    struct alert_record record;
    struct alert_row alert;
    *ret_alone = rows->len == 1;
    if (rows->len != 1 || (row->holding.why != HOLD_SILENCED && row->holding.why != HOLD_INHIBITED))
        return 0;
    int r = store_get_record(engine->store, row->alert, row->seq, &arena, &record);
    if (r == 0)
        r = store_get_alert(engine->store, row->alert, &arena, &alert);
    if (r == 0)
        *ret_alone = alert.told.period == record.period && alert.told.severity == record.severity;
    arena_deinit(&arena);
    return r;
}

/* As one message, or as several where it would be too long. */
static int release(
    struct engine *engine, const struct receiver *receiver, const struct held_rows *rows, int64_t now_ms)
{
    struct held_rows part = *rows;
    int r = -EMSGSIZE;
    for (; r == -EMSGSIZE && part.len > 0; part.len /= 2) {
        bool alone;
        r = is_told_alone(engine, &part, &alone);
        if (r == 0)
            r = alone ? release_one(engine, receiver, &part.items[0], now_ms)
                      : release_bulletin(engine, receiver, &part, now_ms);
    }
    return r;
}

/* ---- what is due ---- */

/* Puts off the alert whose rows begin at `first`, if people or an alert that says more hold it back by now;
 * *ret_end is the row behind its last. */
static int restrain_alert(struct engine *engine, const struct receiver *receiver,
    const struct held_rows *rows, size_t first, int64_t now_ms, size_t *ret_end)
{
    struct arena arena = ARENA_NULL;
    struct alert_row alert;
    struct holding holding = HOLDING_NONE;
    const char *id = rows->items[first].alert;
    bool repeats = true;
    size_t end = first;
    for (; end < rows->len && str_equal(rows->items[end].alert, id); end++)
        repeats = repeats && alert_event_repeats(rows->items[end].event);
    int r = store_get_alert(engine->store, id, &arena, &alert);
    if (r == 0) {
        struct restraint restraint = {.alert = id,
            .scope = alert.scope,
            .severity = alert.told.severity,
            .repeats = repeats && alert.told.open,
            .now_ms = now_ms};
        restrain_find(engine, &restraint);
        r = restrain(engine, &restraint, receiver, &holding);
    }
    if (r == 0 && holding.why != HOLD_NONE)
        r = store_put_off(engine->store, receiver->name, id, &holding);
    arena_deinit(&arena);
    *ret_end = end;
    return r;
}

static int restrain_due(struct engine *engine, const struct receiver *receiver, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    struct held_rows rows;
    int r = store_due_held(engine->store, receiver->name, now_ms, SIZE_MAX / 2, &arena, &rows);
    for (size_t i = 0; r == 0 && i < rows.len;)
        r = restrain_alert(engine, receiver, &rows, i, now_ms, &i);
    arena_deinit(&arena);
    return r;
}

/* What holds the rows still. A time that the receiver chose itself is not disturbed by its quiet hours. */
static int still_held(struct engine *engine, const struct receiver *receiver, const struct held_rows *rows,
    int64_t now_ms, struct holding *ret_holding)
{
    int64_t left;
    enum severity gravest = SEVERITY_WATCH;
    bool chosen = false;
    int r = budget_left(engine, receiver, now_ms, &left);
    *ret_holding = HOLDING_NONE;
    if (r == 0 && left <= 0) {
        ret_holding->why = HOLD_LIMIT;
        return budget_next(engine, receiver, now_ms, &ret_holding->until_ms);
    }
    for (size_t i = 0; i < rows->len; i++) {
        gravest = rows->items[i].severity > gravest ? rows->items[i].severity : gravest;
        chosen = chosen || rows->items[i].holding.why == HOLD_CADENCE;
    }
    if (!chosen)
        *ret_holding = agenda_quiet(&receiver->agenda, gravest, now_ms);
    return r;
}

/* Bulletin after bulletin, for as long as there is something due and the receiver may get it. */
static int release_due(struct engine *engine, const struct receiver *receiver, int64_t now_ms)
{
    int r = restrain_due(engine, receiver, now_ms);
    if (r < 0)
        return r;
    for (;;) {
        struct arena arena = ARENA_NULL;
        struct held_rows rows;
        struct holding holding = HOLDING_NONE;
        r = store_due_held(
            engine->store, receiver->name, now_ms, target_channel(receiver)->bulletin_max, &arena, &rows);
        if (r == 0 && rows.len > 0)
            r = still_held(engine, receiver, &rows, now_ms, &holding);
        bool done = r < 0 || rows.len == 0 || holding.why != HOLD_NONE;
        if (r == 0 && holding.why != HOLD_NONE)
            r = store_delay_held(engine->store, receiver->name, now_ms, &holding);
        else if (r == 0 && rows.len > 0)
            r = release(engine, receiver, &rows, now_ms);
        arena_deinit(&arena);
        if (done || r < 0)
            return r;
    }
}

/* Who is no longer in the configuration: what was held becomes a delivery all the same, which the outbox
 * parks and shows. */
static struct receiver gone(const char *name)
{
    return (struct receiver){
        .name = name, .channel = CHANNEL_EMAIL, .address = "", .languages = (1U << LANGUAGE_COUNT) - 1};
}

int deliver_due(struct engine *engine, const char *receiver, int64_t now_ms)
{
    const struct receiver nobody = gone(receiver);
    const struct receiver *found = target_find(engine->setup->config, receiver);
    return release_due(engine, found != NULL ? found : &nobody, now_ms);
}
