/* The engine's insides, shared by those that do its work only. */
#ifndef APP_ENGINE_STATE_H
#define APP_ENGINE_STATE_H

#include <stdatomic.h>

#include "app/engine.h"
#include "app/silences.h"
#include "core/ledger.h"
#include "core/rates.h"

/* Messages of the last hour (app/budget.h). */
struct budget {
    bool counted;
    int64_t used;
};

struct engine {
    char *config_path;
    atomic_bool cancelled;
    engine_answer_fn *answer;
    void *userdata;
    struct setup *setup; /* in force; freed by the loop once it has been replaced */
    struct store *store;
    struct panel *panel;
    struct judge *judge;
    struct ledger ledger;       /* what has been told */
    struct rates rates;         /* of the setup's feeds */
    struct silences silences;   /* as the store has them */
    struct budget *budgets;     /* of each receiver, while a message is handled; NULL: not counted yet */
    int64_t now_ms;             /* of the message in hand */
    int64_t oversee_ms;         /* when to look for deliveries that are late; INT64_MAX: none is pending */
    int64_t beat_ms;            /* when the next heartbeat is due; INT64_MAX: never */
    int64_t fallbacks;          /* messages whose template failed, since the start */
    struct store_counts counts; /* as last counted */
    int64_t counts_until_us;    /* monotonic: until then they are not counted again */
    int64_t recount_ms;         /* when to count what has changed since; INT64_MAX: nothing has */
};

/* To be asked between the steps of what takes long. */
static inline bool engine_cancelled(const struct engine *engine)
{
    return atomic_load(&engine->cancelled);
}

#endif
