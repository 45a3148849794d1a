/* A record with what only a message says of it: the evidence behind it and what was told last. That takes a
 * run of the rule's program for each month of two years, and so it is made for the first receiver who is
 * told. */
#ifndef APP_WHOLE_H
#define APP_WHOLE_H

#include "app/engine_state.h"
#include "core/evidence.h"
#include "core/message.h"

/* Begins as {.record = …}; it may not be copied once it is made. */
struct whole {
    struct alert_record record;
    struct evidence evidence;
    struct alert_last last;
    struct arena arena;
    bool made;
};

/* 0 or -errno of the store. The second time it does nothing. */
int whole_make(struct engine *engine, struct whole *whole);

void whole_deinit(struct whole *whole);

#endif
