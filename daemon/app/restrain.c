#include "app/restrain.h"

#include <string.h>

#include "core/code.h"
#include "core/inhibition.h"
#include "core/routing.h"
#include "io/store_action.h"
#include "io/store_held.h"

int restrain_load(struct engine *engine)
{
    return silences_load(engine->store, &engine->setup->reference.baskets, &engine->silences);
}

int restrain_wake(struct engine *engine, enum hold why, int64_t now_ms)
{
    return store_wake_held(engine->store, why, now_ms);
}

/* ---- silences ---- */

static const struct silence *silence_over(
    const struct engine *engine, const struct alert_scope *scope, enum severity severity, int64_t now_ms)
{
    return silences_find(&engine->silences, &engine->setup->reference.baskets, scope, severity, now_ms);
}

/* ---- inhibition ---- */

static bool reaches(const struct engine *engine, const struct labels *labels, const struct receiver *receiver)
{
    const struct setup *setup = engine->setup;
    const struct routing *routing = &setup->config->routing;
    const struct baskets *baskets = &setup->reference.baskets;
    struct follower follower = config_follower(receiver);
    struct routed routed;
    routing_route(routing, labels, baskets, &routed);
    return routing_reach(routing, &routed, labels, baskets, &follower, NULL) == REACH_TOLD;
}

/* Whether an alert of this scope stands open by now, whether it is told in this turn or was before. The
 * judge knows, whatever the order in which a release's alerts are told. */
static const struct rule *standing_rule(const struct engine *engine, const struct alert_scope *scope)
{
    uint32_t rule, number;
    if (!judge_find(engine->judge, scope, &rule, &number))
        return NULL;
    enum alert_state state = judge_track(engine->judge, rule, number).state;
    const struct ledger_entry *entry = ledger_find(&engine->ledger, scope);
    bool told = entry != NULL && entry->told.open;
    bool open = state == ALERT_FIRING || (told && alert_is_open(state));
    return open ? judge_rule(engine->judge, rule) : NULL;
}

/* Whether the alert of `scope`, if it stands and the receiver hears of it, holds the event back. */
static bool inhibits(
    const struct engine *engine, const struct alert_scope *scope, const struct restrained *event)
{
    const struct rule *rule = standing_rule(engine, scope);
    if (rule == NULL || rule->shadow ||
        inhibition_of(scope, rule->severity, event->scope, event->severity) == INHIBITION_NONE)
        return false;
    struct labels labels = {*scope, rule->severity, rule->audience, false};
    return silence_over(engine, scope, rule->severity, event->now_ms) == NULL &&
           reaches(engine, &labels, event->receiver);
}

/* By the same rule on a heading of its code. */
static bool inhibited_by_heading(const struct engine *engine, const struct restrained *event)
{
    struct alert_scope scope = *event->scope;
    char heading[CODE_SIZE];
    if (!code_is_hs(slice_of(scope.product)))
        return false;
    size_t digits = strlen(scope.product);
    for (size_t n = 2; n < digits; n += 2) {
        memcpy(heading, event->scope->product, n);
        heading[n] = '\0';
        scope.product = heading;
        if (inhibits(engine, &scope, event))
            return true;
    }
    return false;
}

/* By another rule on the same scope. */
static bool inhibited_by_critical(const struct engine *engine, const struct restrained *event)
{
    struct alert_scope scope = *event->scope;
    if (event->severity != SEVERITY_WATCH)
        return false;
    for (uint32_t i = 0; i < judge_rule_count(engine->judge); i++) {
        const struct rule *rule = judge_rule(engine->judge, i);
        scope.rule = rule->id;
        if (rule->severity == SEVERITY_CRITICAL && inhibits(engine, &scope, event))
            return true;
    }
    return false;
}

/* ---- acknowledgements ---- */

static void fold(void *userdata, const struct action *action)
{
    static const char somebody[] = "somebody"; /* the action's texts end with the query */
    struct action kept = *action;
    kept.who = kept.text = somebody;
    handling_step(userdata, &kept);
}

/* ---- all ---- */

int restrain(struct engine *engine, const struct restrained *event, struct holding *ret_holding)
{
    const struct silence *silence = silence_over(engine, event->scope, event->severity, event->now_ms);
    *ret_holding = HOLDING_NONE;
    if (silence != NULL) {
        *ret_holding = (struct holding){HOLD_SILENCED, silence_end_ms(silence)};
        return 0;
    }
    if (inhibited_by_heading(engine, event) || inhibited_by_critical(engine, event)) {
        *ret_holding = (struct holding){HOLD_INHIBITED, RESTRAINED_OPEN_END};
        return 0;
    }
    if (!event->repeats)
        return 0;
    struct handling handling = {0};
    int r = store_each_action(engine->store, event->alert, fold, &handling);
    if (r == 0 && handling_is_acknowledged(&handling, event->severity, event->now_ms))
        *ret_holding = (struct holding){HOLD_ACKNOWLEDGED, handling.acknowledged_until_ms};
    return r;
}
