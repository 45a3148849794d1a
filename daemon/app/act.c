#include "app/act.h"

#include <errno.h>
#include <string.h>

#include "app/duty.h"
#include "app/restrain.h"
#include "base/clock.h"
#include "core/silence.h"
#include "io/store_action.h"

/* One action under way. */
struct doing {
    struct engine *engine;
    struct action_request *request;
    struct arena *arena;
    struct action_outcome *outcome;
    struct alert_row alert;
    struct silence silence;
    struct action action; /* what is journaled */
};

static int refuse(struct doing *doing, int r, const char *text)
{
    doing->outcome->text = text;
    return r;
}

static const char *moment(struct doing *doing, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];
    return arena_strdup(doing->arena, clock_format(ms, text));
}

/* ---- on alerts ---- */

static int find_alert(struct doing *doing)
{
    const char *begin = doing->request->alert;
    int r = store_find_alert(doing->engine->store, begin, doing->arena, &doing->alert);
    if (r == -ENOENT)
        return refuse(doing, r, arena_printf(doing->arena, "there is no alert %s", begin));
    if (r == -ENOTUNIQ)
        return refuse(doing, r, arena_printf(doing->arena, "several alerts begin with %s", begin));
    if (r == 0) {
        doing->action.alert = doing->outcome->alert = doing->alert.id;
        doing->action.severity = doing->alert.told.severity;
    }
    return r;
}

static const char *alert_text(struct doing *doing)
{
    const struct alert_scope *scope = &doing->alert.scope;
    return arena_printf(
        doing->arena, "%.12s (%s, %s, %s)", doing->alert.id, scope->rule, scope->product, scope->market);
}

static int acknowledge(struct doing *doing)
{
    int r = find_alert(doing);
    if (r < 0)
        return r;
    if (!doing->alert.told.open)
        return refuse(doing, -EINVAL,
            arena_printf(doing->arena, "%s is over: there is nothing to acknowledge", alert_text(doing)));
    doing->outcome->text = arena_printf(doing->arena, "%s is acknowledged until %s", alert_text(doing),
        moment(doing, doing->action.until_ms));
    return 0;
}

static int assign(struct doing *doing)
{
    int r = find_alert(doing);
    if (r < 0)
        return r;
    bool nobody = doing->action.text[0] == '\0';
    doing->outcome->text = arena_printf(
        doing->arena, "%s is assigned to %s", alert_text(doing), nobody ? "nobody" : doing->action.text);
    return 0;
}

static int comment(struct doing *doing)
{
    int r = find_alert(doing);
    if (r == 0)
        doing->outcome->text = arena_printf(doing->arena, "%s has your comment", alert_text(doing));
    return r;
}

/* ---- on silences ---- */

/* Of the alerts that stand, how many the matchers mean. */
static void count_matches(
    const struct doing *doing, const struct matchers *matchers, size_t *met, size_t *all)
{
    const struct ledger *ledger = &doing->engine->ledger;
    for (size_t i = 0; i < ledger->len; i++) {
        const struct ledger_entry *entry = &ledger->items[i];
        if (!entry->told.open)
            continue;
        ++*all;
        *met += matchers_hold(
            matchers, &doing->engine->setup->reference.baskets, &entry->scope, entry->told.severity);
    }
}

static int silence(struct doing *doing)
{
    const struct action_request *request = doing->request;
    struct matchers matchers;
    const char *fault = NULL;
    size_t met = 0, all = 0;
    if (matchers_read(&request->matchers, &doing->engine->setup->reference.baskets, doing->arena, &matchers,
            &fault) < 0)
        return refuse(doing, -EINVAL, fault);
    doing->silence = (struct silence){
        .author = request->who,
        .reason = request->text,
        .texts = request->matchers,
        .made_ms = doing->action.at_ms,
        .from_ms = doing->silence.from_ms,
        .until_ms = doing->action.until_ms,
    };
    int r = store_put_silence(doing->engine->store, &doing->silence, &doing->action.silence);
    if (r < 0)
        return r;
    count_matches(doing, &matchers, &met, &all);
    doing->outcome->text = arena_printf(doing->arena,
        "silence %lld on %s from %s until %s holds %zu of the %zu alerts that stand",
        (long long)doing->action.silence, matcher_texts_format(&request->matchers, doing->arena),
        moment(doing, doing->silence.from_ms), moment(doing, doing->silence.until_ms), met, all);
    return 0;
}

/* The silence that is asked for. */
struct finding {
    int64_t id;
    bool found;
    struct silence silence; /* its texts are gone */
};

static void find_silence(void *userdata, const struct silence *silence)
{
    struct finding *finding = userdata;
    if (silence->id != finding->id)
        return;
    finding->found = true;
    finding->silence = *silence;
}

static int expire(struct doing *doing)
{
    struct finding finding = {.id = doing->request->silence};
    int r = store_each_silence(doing->engine->store, find_silence, &finding);
    if (r < 0)
        return r;
    const char *name = arena_printf(doing->arena, "silence %lld", (long long)finding.id);
    if (!finding.found)
        return refuse(doing, -ENOENT, arena_printf(doing->arena, "there is no %s", name));
    if (silence_phase(&finding.silence, doing->action.at_ms) == SILENCE_ENDED)
        return refuse(doing, -EINVAL,
            arena_printf(
                doing->arena, "%s ended at %s", name, moment(doing, silence_end_ms(&finding.silence))));
    doing->action.silence = finding.id;
    doing->outcome->text = arena_printf(doing->arena, "%s has ended", name);
    return 0;
}

/* ---- all ---- */

/* Decides, and says in the outcome what was done; what is written is undone where it fails. */
static int decide(struct doing *doing)
{
    switch (doing->request->kind) {
    case ACTION_ACKNOWLEDGED:
        return acknowledge(doing);
    case ACTION_ASSIGNED:
        return assign(doing);
    case ACTION_COMMENTED:
        return comment(doing);
    case ACTION_SILENCED:
        return silence(doing);
    case ACTION_EXPIRED:
        return expire(doing);
    case ACTION_NONE:
    case ACTION_ESCALATED:
    case ACTION_LAPSED:
    case ACTION_KIND_COUNT:
        break;
    }
    return refuse(doing, -EINVAL, "there is no such action");
}

/* What was held back for what has changed is looked at again. */
static int release(struct doing *doing)
{
    bool acknowledged = doing->action.kind == ACTION_ACKNOWLEDGED;
    if (!acknowledged && doing->action.kind != ACTION_EXPIRED)
        return 0;
    return restrain_wake(
        doing->engine, acknowledged ? HOLD_ACKNOWLEDGED : HOLD_SILENCED, doing->action.at_ms);
}

static int carry_out(struct doing *doing)
{
    struct store *store = doing->engine->store;
    int64_t id;
    int r = store_begin(store);
    if (r < 0)
        return r;
    r = decide(doing);
    if (r == 0)
        r = store_put_action(store, &doing->action, &id);
    if (r == 0)
        r = duty_acted(doing->engine, &doing->action, &doing->silence);
    if (r == 0)
        r = release(doing);
    if (r == 0)
        r = store_commit(store);
    else
        store_rollback(store);
    return r;
}

int act(struct engine *engine, struct action_request *request, int64_t now_ms, struct arena *arena,
    struct action_outcome *ret_outcome)
{
    struct doing doing = {.engine = engine, .request = request, .arena = arena, .outcome = ret_outcome};
    int r = action_check(
        request, now_ms, arena, &doing.silence.from_ms, &doing.action.until_ms, &ret_outcome->text);
    if (r < 0)
        return r;
    doing.action.kind = request->kind;
    doing.action.alert = "";
    doing.action.who = request->who;
    doing.action.login = request->login;
    doing.action.at_ms = now_ms;
    doing.action.text = request->text != NULL ? request->text : "";
    r = carry_out(&doing);
    if (r == 0)
        r = restrain_load(engine);
    if (r == 0) {
        ret_outcome->silence = doing.action.silence;
        ret_outcome->who = arena_strdup(arena, request->who);
    } else if (ret_outcome->text == NULL || (r != -EINVAL && r != -ENOENT && r != -ENOTUNIQ)) {
        ret_outcome->text = arena_printf(arena, "%s; nothing has changed", store_error(engine->store));
    }
    return r;
}
