#include "app/engine_handle.h"

#include <errno.h>

#include "app/budget.h"
#include "app/deliver.h"
#include "app/duty.h"
#include "app/oversee.h"
#include "base/log.h"
#include "io/store_duty.h"
#include "io/store_held.h"

/* What is due for one receiver is one transaction: what cannot be released for one keeps no other waiting. */
static bool release_for(struct engine *engine, const char *receiver, int64_t now_ms)
{
    budget_forget(engine);
    int r = store_begin(engine->store);
    if (r == 0)
        r = deliver_due(engine, receiver, now_ms);
    if (r == 0)
        r = store_commit(engine->store);
    else
        store_rollback(engine->store);
    if (r < 0)
        log_error("what is held cannot be released receiver=%s: %s", receiver,
            r == -EMSGSIZE ? "a message would be too long" : store_error(engine->store));
    return r == 0;
}

/* So is each duty. */
static bool do_duties(struct engine *engine, int64_t now_ms, struct arena *arena)
{
    struct duty *duties = NULL;
    size_t n = 0;
    bool done = store_due_duties(engine->store, now_ms, arena, &duties, &n) == 0;
    for (size_t i = 0; i < n && !engine_cancelled(engine); i++) {
        budget_forget(engine);
        int r = store_begin(engine->store);
        if (r == 0)
            r = engine_end(engine, duty_do(engine, &duties[i], now_ms));
        if (r < 0)
            log_error("a duty cannot be done kind=%d alert=%.12s silence=%lld: %s", (int)duties[i].kind,
                duties[i].alert, (long long)duties[i].silence, store_error(engine->store));
        done = done && r == 0;
    }
    return done;
}

/* Deliveries that are late are looked for while any is pending. */
static int oversee_by_time(struct engine *engine, int64_t now_ms)
{
    if (now_ms < engine->oversee_ms)
        return 0;
    engine->oversee_ms = INT64_MAX;
    return oversee_receivers(engine, now_ms);
}

/* Written before it is sent: a store that takes nothing must not look alive. */
static int beat_by_time(struct engine *engine, int64_t now_ms, bool *ret_beat)
{
    if (now_ms < engine->beat_ms)
        return 0;
    engine->beat_ms = now_ms + engine->setup->config->heartbeat_every_s * 1000;
    *ret_beat = true;
    return store_beat(engine->store);
}

/* Is any delivery late, is a beat due? */
static int look_around(struct engine *engine, int64_t now_ms, bool *ret_beat)
{
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = oversee_by_time(engine, now_ms);
    if (r == 0)
        r = beat_by_time(engine, now_ms, ret_beat);
    r = engine_end(engine, r);
    if (r < 0) {
        log_error("what is due cannot be decided: %s", store_error(engine->store));
        *ret_beat = false;
    }
    return r;
}

void engine_handle_tick(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_TICKED);
    struct texts receivers = {0};
    bool done = do_duties(engine, message->now_ms, &answer->arena);
    if (store_due_receivers(engine->store, message->now_ms, &answer->arena, &receivers) < 0)
        done = false;
    for (size_t i = 0; i < receivers.len && !engine_cancelled(engine); i++)
        done = release_for(engine, receivers.items[i], message->now_ms) && done;
    done = look_around(engine, message->now_ms, &answer->beat) == 0 && done;
    if (!done)
        answer->tick_ms = message->now_ms + STORE_RETRY_MS;
    engine_send(engine, answer);
}
