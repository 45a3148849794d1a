/* Looks for due deliveries, on a thread and a connection of its own.
 *
 * The engine is busy for as long as a payload takes, and what was decided before it must leave all the same
 * (docs/adr/0010). Readers of a write-ahead log wait for no writer: they see what is committed. Scenario
 * tests link a worker without a thread. */
#ifndef APP_DUE_H
#define APP_DUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "io/loop.h"
#include "io/store_outbox.h"

struct due;

struct due_answer {
    struct arena arena;
    struct delivery_row *deliveries; /* at most one for each receiver */
    size_t count;
    int64_t next_ms; /* when to ask again; 0: nothing is pending */
};

/* The answer is borrowed. */
typedef void due_found_fn(void *userdata, const struct due_answer *answer);

/* Of the store below `state_directory`, which its writer has opened. NULL where no thread can be started. */
struct due *due_new(struct loop *loop, const char *state_directory, due_found_fn *found, void *userdata);

/* Before the writer closes; no answer comes any more. NULL is fine. */
void due_free(struct due *due);

/* Asks, when the last answer has come. The lists (io/store_outbox.h) are copied. */
void due_ask(struct due *due, int64_t now_ms, const struct buf *taken, const struct buf *done);

/* Hands over the answer if it has come; from the loop thread. */
void due_take(struct due *due);

#endif
