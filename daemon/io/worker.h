/* One thread beside the loop, fed by one bounded queue.
 *
 * Messages go in in order and are handled one at a time; answers come back in order on the loop thread.
 * Nothing else is shared. Scenario tests link a worker without a thread. */
#ifndef IO_WORKER_H
#define IO_WORKER_H

#include <stdbool.h>

#include "io/loop.h"

enum { WORKER_QUEUE_MAX = 128 };

struct worker;

struct worker_handlers {
    void (*handle)(void *userdata, void *message); /* on the worker's thread; owns the message */
    void (*answer)(void *userdata, void *answer);  /* on the loop thread, from worker_take; owns the answer */
    void *userdata;
};

/* NULL where no thread can be started. */
struct worker *worker_new(struct loop *loop, const struct worker_handlers *handlers);

/* Handles what is queued, then stops and joins. Answers not yet taken are handed to `answer` first. NULL is
 * fine. */
void worker_free(struct worker *worker);

/* Queues a message, from the loop thread. 0, or -EAGAIN while the queue is full (the caller keeps the
 * message). */
int worker_post(struct worker *worker, void *message);

/* Hands an answer back, from `handle` only. */
void worker_answer(struct worker *worker, void *answer);

/* Calls `answer` for every answer that has come; from the loop thread. Returns how many. */
int worker_take(struct worker *worker);

/* Whether nothing is queued, being handled or waiting to be taken. From the loop thread. */
bool worker_idle(const struct worker *worker);

#endif
