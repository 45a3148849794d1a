#include "app/budget.h"

#include <errno.h>

#include "base/alloc.h"
#include "io/store_outbox.h"

enum { HOUR_MS = 3600 * 1000 };

void budget_forget(struct engine *engine)
{
    alloc_free(engine->budgets);
    engine->budgets = NULL;
}

/* NULL: no receiver of the configuration, which has no limit. */
static struct budget *budget_of(struct engine *engine, const struct receiver *receiver)
{
    const struct config *config = engine->setup->config;
    size_t number = 0;
    while (number < config->receiver_count && &config->receivers[number] != receiver)
        number++;
    if (number == config->receiver_count)
        return NULL;
    if (engine->budgets == NULL)
        engine->budgets = alloc_zeroed(config->receiver_count, sizeof *engine->budgets);
    return &engine->budgets[number];
}

int budget_left(struct engine *engine, const struct receiver *receiver, int64_t now_ms, int64_t *ret_left)
{
    struct budget *budget = budget_of(engine, receiver);
    int r = 0;
    if (budget == NULL) {
        *ret_left = INT64_MAX;
        return 0;
    }
    if (!budget->counted) {
        r = store_count_recent(engine->store, receiver->name, now_ms - HOUR_MS, &budget->used);
        budget->counted = r == 0;
    }
    if (r == 0)
        *ret_left = receiver->limit_per_hour - budget->used;
    return r;
}

void budget_use(struct engine *engine, const struct receiver *receiver)
{
    struct budget *budget = budget_of(engine, receiver);
    if (budget != NULL)
        budget->used++;
}

int64_t budget_reserve(const struct receiver *receiver)
{
    return receiver->limit_per_hour < 20 ? 1 : receiver->limit_per_hour / 10;
}

int budget_next(struct engine *engine, const struct receiver *receiver, int64_t now_ms, int64_t *ret_ms)
{
    struct recent_question question = {
        receiver->name, now_ms - HOUR_MS, now_ms, (size_t)receiver->limit_per_hour};
    int64_t used_ms = now_ms;
    int r = store_nth_recent(engine->store, &question, &used_ms);
    if (r == 0 || r == -ENOENT)
        *ret_ms = used_ms + HOUR_MS;
    return r == -ENOENT ? 0 : r;
}
