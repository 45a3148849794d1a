/* What the engine does with each message, and what those who do it share; for engine_*.c only. */
#ifndef APP_ENGINE_HANDLE_H
#define APP_ENGINE_HANDLE_H

#include "app/engine_state.h"

enum { STORE_RETRY_MS = 60 * 1000 }; /* what the store would not take is brought to it again */

void engine_handle_start(struct engine *engine, const struct engine_message *message);
void engine_handle_reload(struct engine *engine, const struct engine_message *message);
void engine_handle_settle(struct engine *engine, const struct engine_message *message);
void engine_handle_fetched(struct engine *engine, struct engine_message *message);
void engine_handle_import(struct engine *engine, const struct engine_message *message);
void engine_handle_backfill(struct engine *engine, const struct engine_message *message);
void engine_handle_decide(struct engine *engine, struct engine_message *message);
void engine_handle_tick(struct engine *engine, const struct engine_message *message);

struct engine_answer *engine_answer_new(enum answer_kind kind);

/* Says what the store holds and when to be woken, then hands the answer over. */
void engine_send(struct engine *engine, struct engine_answer *answer);

/* Commits what went well (r = 0), else undoes it: in the store, and of what is known to be told. Returns r,
 * or why it could not be committed. */
int engine_end(struct engine *engine, int r);

/* A feed's state for the poller. Where its descriptor has changed since, it is asked at once and in full, and
 * its bytes are read anew. */
struct feed_row engine_feed(struct engine *engine, const struct descriptor *feed, struct arena *arena);

/* Which payloads in quarantine are read again: of any feed, or of those whose values wait for exchange rates.
 */
enum reopened { REOPEN_ALL, REOPEN_CONVERTED };

/* A payload in quarantine is read again, at `latest_ms` if not before: what refused it may have been mended
 * on our side. */
int engine_reopen(struct engine *engine, enum reopened which, int64_t latest_ms);

#endif
