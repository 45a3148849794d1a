/* Acting: what people ask for about alerts and silences, checked, done and journaled. */
#ifndef APP_ACT_H
#define APP_ACT_H

#include "app/engine_state.h"

/* Does it in a transaction of its own. 0, or why it is refused, and then nothing has changed: -EINVAL,
 * -ENOENT (no such alert or silence), -ENOTUNIQ (several alerts begin so), or what the store says. The
 * outcome's texts are in `arena`. */
int act(struct engine *engine, struct action_request *request, int64_t now_ms, struct arena *arena,
    struct action_outcome *ret_outcome);

#endif
