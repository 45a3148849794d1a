#include "app/engine.h"

#include <errno.h>

#include "app/act.h"
#include "app/announce.h"
#include "app/budget.h"
#include "app/engine_handle.h"
#include "app/explain_answer.h"
#include "app/oversee.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/store_duty.h"
#include "io/store_held.h"

enum {
    OVERSEE_MS = 5 * 60 * 1000, /* while something is pending: is it late? */
    COUNT_QUICK_US = 5000,      /* counting may take that long with every answer */
    COUNT_REST = 20,            /* else it rests for so many times what it took */
};

/* ---- messages and answers ---- */

struct engine_message *engine_message_new(enum message_kind kind, int64_t now_ms)
{
    struct engine_message *message = alloc_zeroed(1, sizeof *message);
    message->kind = kind;
    message->now_ms = now_ms;
    return message;
}

void engine_message_free(struct engine_message *message)
{
    if (message == NULL)
        return;
    arena_deinit(&message->arena);
    alloc_free(message->bytes);
    alloc_free(message);
}

struct engine_answer *engine_answer_new(enum answer_kind kind)
{
    struct engine_answer *answer = alloc_zeroed(1, sizeof *answer);
    answer->kind = kind;
    return answer;
}

void engine_answer_free(struct engine_answer *answer)
{
    if (answer == NULL)
        return;
    diag_list_deinit(&answer->faults);
    arena_deinit(&answer->arena);
    alloc_free(answer);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Counting reads whole tables, and those of years are long: an answer may have the counts of the one before,
 * and then a tick soon has those of today. */
static int count_rows(struct engine *engine)
{
    int64_t start_us = clock_monotonic_us();
    if (start_us < engine->counts_until_us) {
        engine->recount_ms = engine->now_ms + (engine->counts_until_us - start_us) / 1000 + 1;
        return 0;
    }
    int r = store_count(engine->store, &engine->counts);
    int64_t end_us = clock_monotonic_us(), took_us = end_us - start_us;
    engine->counts_until_us = took_us > COUNT_QUICK_US ? end_us + took_us * COUNT_REST : end_us;
    engine->recount_ms = INT64_MAX;
    return r;
}

/* When the engine is to be woken: the earliest time at which something held, a look at deliveries, a
 * heartbeat or counting is due. */
static int64_t next_tick(struct engine *engine)
{
    int64_t held_ms = INT64_MAX, duty_ms = INT64_MAX;
    int r = engine->store != NULL ? store_next_held(engine->store, &held_ms) : -ENOENT;
    if (r == 0 || (r == -ENOENT && engine->store != NULL))
        r = store_next_duty(engine->store, &duty_ms);
    if (r < 0 && r != -ENOENT)
        log_error("store cannot be read: %s", store_error(engine->store));
    int64_t routine_ms = earlier(engine->oversee_ms, engine->beat_ms);
    return earlier(earlier(held_ms, duty_ms), earlier(routine_ms, engine->recount_ms));
}

static int describe_store(struct engine *engine, struct engine_answer *answer)
{
    int r = count_rows(engine);
    answer->counts = engine->counts;
    return r == 0 ? store_get_heartbeat(engine->store, &answer->arena, &answer->heartbeat) : r;
}

void engine_send(struct engine *engine, struct engine_answer *answer)
{
    if (engine->store != NULL && describe_store(engine, answer) < 0)
        log_error("store cannot be read: %s", store_error(engine->store));
    if (engine->setup != NULL) {
        answer->ruleset = engine->setup->ruleset->digest;
        answer->rule_count = engine->setup->ruleset->len;
    }
    answer->fallbacks = engine->fallbacks;
    if (answer->counts.pending > 0)
        engine->oversee_ms = earlier(engine->oversee_ms, engine->now_ms + OVERSEE_MS);
    if (answer->tick_ms == 0)
        answer->tick_ms = next_tick(engine);
    engine->answer(engine->userdata, answer);
}

int engine_end(struct engine *engine, int r)
{
    if (r == 0)
        r = store_commit(engine->store);
    else
        store_rollback(engine->store);
    if (r < 0 && announce_load(engine) < 0)
        log_error("alerts cannot be read back: %s", store_error(engine->store));
    return r;
}

/* ---- life ---- */

struct engine *engine_new(const char *config_path, engine_answer_fn *answer, void *userdata)
{
    struct engine *engine = alloc_zeroed(1, sizeof *engine);
    engine->config_path = alloc_strdup(config_path);
    engine->answer = answer;
    engine->userdata = userdata;
    engine->oversee_ms = engine->beat_ms = engine->recount_ms = INT64_MAX;
    return engine;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->store != NULL && store_close(engine->store) < 0)
        log_warning("the store's last checkpoint failed; it is made again at the next start");
    judge_free(engine->judge);
    panel_free(engine->panel);
    ledger_deinit(&engine->ledger);
    rates_deinit(&engine->rates);
    silences_deinit(&engine->silences);
    budget_forget(engine);
    alloc_free(engine->config_path);
    alloc_free(engine);
}

void engine_cancel(struct engine *engine)
{
    atomic_store(&engine->cancelled, true);
}

/* ---- deliveries ---- */

/* A heartbeat's attempt is kept apart from those of alerts; theirs may be a reason to tell somebody else. */
static int put_attempt(struct engine *engine, const struct attempt_row *attempt, int64_t now_ms)
{
    if (attempt->delivery == 0)
        return store_put_beat(engine->store, attempt);
    int r = store_put_attempt(engine->store, attempt);
    return r == 0 ? oversee_receiver(engine, attempt->receiver, attempt->state == DELIVERY_DELIVERED, now_ms)
                  : r;
}

/* An attempt that cannot be journaled is reported again, and its receiver gets nothing meanwhile: or a full
 * disk would send the same message over and over. One that fits no delivery is past mending. */
static void handle_attempted(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_ATTEMPTED);
    answer->delivery = message->attempt.delivery;
    int r = store_begin(engine->store);
    if (r == 0)
        r = engine_end(engine, put_attempt(engine, &message->attempt, message->now_ms));
    if (r < 0)
        log_error("attempt cannot be journaled delivery=%lld: %s", (long long)message->attempt.delivery,
            store_error(engine->store));
    if (r < 0 && r != -ENOENT)
        answer->next_ms = message->now_ms + STORE_RETRY_MS;
    engine_send(engine, answer);
}

/* ---- orders ---- */

static void handle_order(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_ORDERED);
    answer->asker = message->asker;
    answer->error =
        outbox_order_run(engine->store, &message->order, message->now_ms, &answer->arena, &answer->text);
    log_notice("outbox ordered who=%s: %s", message->order.who, answer->text);
    engine->oversee_ms = message->now_ms; /* what was said of its receiver may be over */
    engine_send(engine, answer);
}

/* ---- what people do ---- */

static void handle_act(struct engine *engine, struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_ACTED);
    answer->asker = message->asker;
    answer->error = act(engine, &message->action, message->now_ms, &answer->arena, &answer->outcome);
    engine_send(engine, answer);
}

static int explain(struct engine *engine, const struct explain_question *question, struct arena *arena,
    const char **ret_text)
{
    const struct explain_base base = {engine->setup, engine->store, engine->judge, engine->panel};
    struct scope_place place;
    char *printed = NULL;
    size_t len = 0;
    int r = explain_find(base.setup, base.judge, &question->scope, arena, &place, ret_text);
    if (r < 0)
        return r;
    FILE *out = open_memstream(&printed, &len);
    if (out == NULL)
        return -ENOMEM;
    r = explain_answer(&base, question, &place, out, ret_text);
    if (fclose(out) != 0 && r == 0)
        r = -ENOMEM;
    if (r == 0)
        *ret_text = arena_strdup(arena, printed);
    alloc_free(printed);
    return r;
}

static void handle_explain(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_EXPLAINED);
    answer->asker = message->asker;
    answer->text = "out of memory";
    answer->error = explain(engine, &message->question, &answer->arena, &answer->text);
    answer->json = message->question.json;
    engine_send(engine, answer);
}

void engine_handle(struct engine *engine, struct engine_message *message)
{
    engine->now_ms = message->now_ms;
    budget_forget(engine);
    switch (message->kind) {
    case MESSAGE_START:
        engine_handle_start(engine, message);
        break;
    case MESSAGE_RELOAD:
        engine_handle_reload(engine, message);
        break;
    case MESSAGE_FETCHED:
        engine_handle_fetched(engine, message);
        break;
    case MESSAGE_ATTEMPTED:
        handle_attempted(engine, message);
        break;
    case MESSAGE_TICK:
        engine_handle_tick(engine, message);
        break;
    case MESSAGE_ORDER:
        handle_order(engine, message);
        break;
    case MESSAGE_ACT:
        handle_act(engine, message);
        break;
    case MESSAGE_EXPLAIN:
        handle_explain(engine, message);
        break;
    case MESSAGE_IMPORT:
        engine_handle_import(engine, message);
        break;
    case MESSAGE_BACKFILL:
        engine_handle_backfill(engine, message);
        break;
    case MESSAGE_SETTLE:
        engine_handle_settle(engine, message);
        break;
    case MESSAGE_DECIDE:
        engine_handle_decide(engine, message);
        break;
    }
    engine_message_free(message);
}
