/* The engine's insides, shared by engine.c, ingest.c and announce.c only. */
#ifndef APP_ENGINE_STATE_H
#define APP_ENGINE_STATE_H

#include "app/engine.h"
#include "base/map.h"
#include "core/judge.h"

/* What has been told of one alert, by scope. */
struct told_alert {
    struct alert_told told;
    struct alert_scope scope; /* texts in the engine's told arena */
    enum audience audience;
    char id[ALERT_ID_SIZE];
    int seq;
};

struct told_alerts {
    struct told_alert *items;
    size_t len, cap;
    struct map by_scope;
    struct arena arena;
};

struct engine {
    char *config_path;
    engine_answer_fn *answer;
    void *userdata;
    struct setup *setup; /* in force; freed by the loop once it has been replaced */
    struct store *store;
    struct panel *panel;
    struct judge *judge;
    struct told_alerts told;
};

#endif
