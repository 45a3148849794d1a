#include "app/duty.h"

#include <errno.h>

#include "app/announce.h"
#include "app/restrain.h"
#include "app/target.h"
#include "io/store_action.h"
#include "io/store_duty.h"
#include "io/store_event.h"
#include "io/store_held.h"

#define HOUR_MS INT64_C(3600000)

/* ---- what begins to run ---- */

int duty_told(struct engine *engine, const struct receiver *receiver, const char *alert,
    enum severity severity, int64_t now_ms)
{
    const struct escalation *escalation = &receiver->escalation;
    int r = 0;
    if ((int)severity < escalation->severity)
        return 0;
    for (size_t i = 0; i < escalation->to.len && r == 0; i++) {
        struct duty duty = {
            DUTY_ESCALATE, alert, 0, escalation->to.items[i], now_ms + escalation->after_s * 1000};
        r = store_put_duty(engine->store, &duty);
    }
    return r;
}

int duty_acted(struct engine *engine, const struct action *action, const struct silence *silence)
{
    struct duty lapse = {DUTY_LAPSE, action->alert, 0, "", action->until_ms};
    struct duty notice = {DUTY_NOTICE, "", action->silence, "", 0};
    struct duty report = {DUTY_REPORT, "", action->silence, "", action->at_ms};
    int r = 0;
    if (action->kind == ACTION_ACKNOWLEDGED)
        return store_move_duty(engine->store, &lapse);
    if (action->kind == ACTION_SILENCED) {
        notice.due_ms = silence_notice_ms(silence);
        report.due_ms = silence->until_ms;
        r = store_put_duty(engine->store, &notice);
    } else if (action->kind == ACTION_EXPIRED) {
        r = store_drop_duty(engine->store, &notice);
    } else {
        return 0;
    }
    return r == 0 ? store_move_duty(engine->store, &report) : r;
}

/* ---- what the daemon does ---- */

static int journal(struct engine *engine, enum action_kind kind, const struct alert_row *alert,
    const char *text, int64_t now_ms)
{
    struct action action = {.kind = kind,
        .alert = alert->id,
        .who = "tdwatch",
        .login = "",
        .at_ms = now_ms,
        .severity = alert->told.severity,
        .text = text};
    int64_t id;
    return store_put_action(engine->store, &action, &id);
}

static int move(struct engine *engine, const struct duty *duty, int64_t due_ms)
{
    struct duty moved = *duty;
    moved.due_ms = due_ms;
    return store_move_duty(engine->store, &moved);
}

/* The newest event of the alert that is told to people. */
static int newest_record(struct engine *engine, const struct alert_row *alert, struct arena *arena,
    struct alert_record *ret_record)
{
    int r = -ENOENT;
    for (int seq = alert->seq; seq > 0; seq--) {
        r = store_get_record(engine->store, alert->id, seq, arena, ret_record);
        if (r < 0 || alert_event_notifies(ret_record->event))
            return r;
    }
    return r;
}

static int tell_escalated(struct engine *engine, const struct alert_row *alert,
    const struct receiver *receiver, int64_t now_ms, struct arena *arena)
{
    struct alert_record record;
    bool knows = false;
    int r = store_knows_of(engine->store, alert->id, receiver->name, &knows);
    if (r == 0 && !knows)
        r = newest_record(engine, alert, arena, &record);
    if (r < 0 || knows)
        return r;
    record.reason = "escalated";
    r = announce_to(engine, receiver, &record, now_ms);
    return r == 0 ? journal(engine, ACTION_ESCALATED, alert, receiver->name, now_ms) : r;
}

/* Whether people hold the alert in hand until a later time; an open end is looked at again every hour. */
static int is_in_hand(struct engine *engine, const struct alert_row *alert, const struct receiver *receiver,
    int64_t now_ms, int64_t *ret_until_ms)
{
    struct restrained event = {alert->id, &alert->scope, alert->told.severity, true, receiver, now_ms};
    struct holding holding;
    int r = restrain(engine, &event, &holding);
    if (r < 0)
        return r;
    *ret_until_ms = holding.why == HOLD_NONE                  ? 0
                    : holding.until_ms == RESTRAINED_OPEN_END ? now_ms + HOUR_MS
                                                              : holding.until_ms;
    return 0;
}

static int escalate(struct engine *engine, const struct duty *duty, int64_t now_ms, struct arena *arena)
{
    const struct receiver *receiver = target_find(engine->setup->config, duty->receiver);
    struct alert_row alert;
    int64_t until_ms;
    int r = store_get_alert(engine->store, duty->alert, arena, &alert);
    if (r < 0)
        return r;
    if (!alert.told.open || receiver == NULL)
        return store_drop_duty(engine->store, duty);
    r = is_in_hand(engine, &alert, receiver, now_ms, &until_ms);
    if (r == 0 && until_ms != 0)
        return move(engine, duty, until_ms);
    if (r == 0)
        r = store_drop_duty(engine->store, duty); /* first: telling may make another */
    return r == 0 ? tell_escalated(engine, &alert, receiver, now_ms, arena) : r;
}

static void fold(void *userdata, const struct action *action)
{
    static const char somebody[] = "somebody"; /* the action's texts end with the query */
    struct action kept = *action;
    kept.who = kept.text = somebody;
    handling_step(userdata, &kept);
}

static int lapse(struct engine *engine, const struct duty *duty, int64_t now_ms, struct arena *arena)
{
    struct handling handling = {0};
    struct alert_row alert;
    int r = store_get_alert(engine->store, duty->alert, arena, &alert);
    if (r == 0)
        r = store_each_action(engine->store, duty->alert, fold, &handling);
    if (r == 0)
        r = store_drop_duty(engine->store, duty);
    if (r < 0 || !alert.told.open || now_ms < handling.acknowledged_until_ms)
        return r;
    bool held = false; /* what was held until now says that it stands */
    r = journal(engine, ACTION_LAPSED, &alert, "", now_ms);
    if (r == 0)
        r = store_is_held(engine->store, alert.id, HOLD_ACKNOWLEDGED, &held);
    return r == 0 && !held ? announce_lapsed(engine, &alert.scope, now_ms) : r;
}

static const struct silence_entry *find_silence(const struct engine *engine, int64_t id)
{
    for (size_t i = 0; i < engine->silences.len; i++)
        if (engine->silences.items[i].silence.id == id)
            return &engine->silences.items[i];
    return NULL;
}

static int notice(struct engine *engine, const struct duty *duty, int64_t now_ms)
{
    const struct silence_entry *entry = find_silence(engine, duty->silence);
    int r = store_drop_duty(engine->store, duty);
    if (r < 0 || entry == NULL || silence_phase(&entry->silence, now_ms) == SILENCE_ENDED)
        return r;
    return announce_silence(engine, entry, SILENCE_NEWS_ENDING, now_ms);
}

static int report(struct engine *engine, const struct duty *duty, int64_t now_ms)
{
    const struct silence_entry *entry = find_silence(engine, duty->silence);
    int r = store_drop_duty(engine->store, duty);
    if (r < 0 || entry == NULL)
        return r;
    r = silences_count(&engine->silences, engine->store, &engine->setup->reference.baskets, now_ms);
    if (r == 0)
        r = announce_silence(engine, entry, SILENCE_NEWS_ENDED, now_ms);
    return r == 0 && entry->met == 0 ? announce_silence(engine, entry, SILENCE_NEWS_UNMET, now_ms) : r;
}

static int run(struct engine *engine, const struct duty *duty, int64_t now_ms, struct arena *arena)
{
    switch (duty->kind) {
    case DUTY_ESCALATE:
        return escalate(engine, duty, now_ms, arena);
    case DUTY_LAPSE:
        return lapse(engine, duty, now_ms, arena);
    case DUTY_NOTICE:
        return notice(engine, duty, now_ms);
    case DUTY_REPORT:
        return report(engine, duty, now_ms);
    case DUTY_NONE:
    case DUTY_KIND_COUNT:
        break;
    }
    return store_drop_duty(engine->store, duty);
}

int duty_run(struct engine *engine, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    struct duty *duties = NULL;
    size_t n = 0;
    int r = store_due_duties(engine->store, now_ms, &arena, &duties, &n);
    for (size_t i = 0; i < n && r == 0; i++)
        r = run(engine, &duties[i], now_ms, &arena);
    arena_deinit(&arena);
    return r;
}
