/* The engine's insides, shared by engine.c, ingest.c and announce.c only. */
#ifndef APP_ENGINE_STATE_H
#define APP_ENGINE_STATE_H

#include <stdatomic.h>

#include "app/engine.h"
#include "core/ledger.h"

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
    int64_t now_ms;       /* of the message in hand */
    int64_t oversee_ms;   /* when to look for deliveries that are late; INT64_MAX: none is pending */
    int64_t beat_ms;      /* when the next heartbeat is due; INT64_MAX: never */
};

/* To be asked between the steps of what takes long. */
static inline bool engine_cancelled(const struct engine *engine)
{
    return atomic_load(&engine->cancelled);
}

#endif
