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

/* Adds the alert of this scope if it stands open by now, and says more. Whether it is told in this turn or
 * was before: the judge knows, whatever the order in which a release's alerts are told. */
static void add_greater(
    const struct engine *engine, const struct alert_scope *scope, struct restraint *restraint)
{
    uint32_t number, found;
    if (restraint->count == RESTRAINT_MAX || !judge_find(engine->judge, scope, &number, &found))
        return;
    const struct rule *rule = judge_rule(engine->judge, number);
    const struct scope *kept = judge_scope(engine->judge, number, found);
    const struct ledger_entry *entry = ledger_find(&engine->ledger, scope);
    enum alert_state state = judge_track(engine->judge, number, found).state;
    bool told = entry != NULL && entry->told.open;
    bool open = state == ALERT_FIRING || (told && alert_is_open(state));
    if (!open || rule->shadow ||
        inhibition_of(scope, rule->severity, &restraint->scope, restraint->severity) == INHIBITION_NONE ||
        silence_over(engine, scope, rule->severity, restraint->now_ms) != NULL)
        return;
    restraint->greater[restraint->count++] = (struct labels){
        .scope = {rule->id, kept->product, kept->market, kept->origin},
        .severity = rule->severity,
        .audience = rule->audience,
    };
}

/* The same rule on the headings of its code. */
static void add_headings(const struct engine *engine, struct restraint *restraint)
{
    struct alert_scope scope = restraint->scope;
    char heading[CODE_SIZE];
    if (!code_is_hs(slice_of(scope.product)))
        return;
    size_t digits = strlen(scope.product);
    scope.product = heading;
    for (size_t n = 2; n < digits; n += 2) {
        memcpy(heading, restraint->scope.product, n);
        heading[n] = '\0';
        add_greater(engine, &scope, restraint);
    }
}

/* Other rules on the same scope. */
static void add_critical(const struct engine *engine, struct restraint *restraint)
{
    struct alert_scope scope = restraint->scope;
    if (restraint->severity != SEVERITY_WATCH)
        return;
    for (uint32_t i = 0; i < judge_rule_count(engine->judge); i++) {
        const struct rule *rule = judge_rule(engine->judge, i);
        scope.rule = rule->id;
        if (rule->severity == SEVERITY_CRITICAL)
            add_greater(engine, &scope, restraint);
    }
}

void restrain_find(const struct engine *engine, struct restraint *restraint)
{
    restraint->silence = silence_over(engine, &restraint->scope, restraint->severity, restraint->now_ms);
    restraint->count = 0;
    add_headings(engine, restraint);
    add_critical(engine, restraint);
}

static bool is_inhibited(
    const struct engine *engine, const struct restraint *restraint, const struct receiver *receiver)
{
    for (size_t i = 0; i < restraint->count; i++)
        if (reaches(engine, &restraint->greater[i], receiver))
            return true;
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

int restrain(struct engine *engine, const struct restraint *restraint, const struct receiver *receiver,
    struct holding *ret_holding)
{
    struct handling handling = {0};
    *ret_holding = HOLDING_NONE;
    if (restraint->silence != NULL) {
        *ret_holding = (struct holding){HOLD_SILENCED, silence_end_ms(restraint->silence)};
        return 0;
    }
    if (is_inhibited(engine, restraint, receiver)) {
        *ret_holding = (struct holding){HOLD_INHIBITED, RESTRAINED_OPEN_END};
        return 0;
    }
    if (!restraint->repeats)
        return 0;
    int r = store_each_action(engine->store, restraint->alert, fold, &handling);
    if (r == 0 && handling_is_acknowledged(&handling, restraint->severity, restraint->now_ms))
        *ret_holding = (struct holding){HOLD_ACKNOWLEDGED, handling.acknowledged_until_ms};
    return r;
}
