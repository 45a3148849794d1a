/* The engine's insides, shared by engine.c, ingest.c and announce.c only. */
#ifndef APP_ENGINE_STATE_H
#define APP_ENGINE_STATE_H

#include <stdatomic.h>

#include "app/engine.h"
#include "core/ledger.h"
#include "core/rates.h"

struct engine {
    char *config_path;
    atomic_bool cancelled;
    engine_answer_fn *answer;
    void *userdata;
    struct setup *setup; /* in force; freed by the loop once it has been replaced */
    struct store *store;
    struct panel *panel;
    struct judge *judge;
    struct ledger ledger; /* what has been told */
    struct rates rates;   /* of the setup's feeds */
    int64_t fallbacks;    /* messages whose template failed, since the start */
};

/* To be asked between the steps of what takes long. */
static inline bool engine_cancelled(const struct engine *engine)
{
    return atomic_load(&engine->cancelled);
}

#endif
