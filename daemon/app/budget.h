/* How many messages each receiver may still get in the hour: counted in the store once while a message to the
 * engine is handled, then counted down. */
#ifndef APP_BUDGET_H
#define APP_BUDGET_H

#include "app/engine_state.h"

/* What was counted is no longer so: another message, another configuration, a transaction undone. */
void budget_forget(struct engine *engine);

/* What is left of the receiver's limit: what waits for it, and what ended within the last hour, is used. 0 or
 * -errno. */
int budget_left(struct engine *engine, const struct receiver *receiver, int64_t now_ms, int64_t *ret_left);

/* One more is used. */
void budget_use(struct engine *engine, const struct receiver *receiver);

/* Messages that are kept back for what is held, so that a flood does not leave it waiting for an hour: a
 * tenth of the limit, at least one. */
int64_t budget_reserve(const struct receiver *receiver);

/* When the next one may be sent, of a receiver with none left. */
int budget_next(struct engine *engine, const struct receiver *receiver, int64_t now_ms, int64_t *ret_ms);

#endif
