/* The engine's insides, shared by engine.c, ingest.c and announce.c only. */
#ifndef APP_ENGINE_STATE_H
#define APP_ENGINE_STATE_H

#include "app/engine.h"
#include "core/ledger.h"

struct engine {
    char *config_path;
    engine_answer_fn *answer;
    void *userdata;
    struct setup *setup; /* in force; freed by the loop once it has been replaced */
    struct store *store;
    struct panel *panel;
    struct judge *judge;
    struct ledger ledger; /* what has been told */
};

#endif
