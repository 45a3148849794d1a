/* The worker of scenarios: no thread. Linked instead of io/worker.c.
 *
 * A message is handled in the turn after it was posted and its answers are taken by the worker_take of that
 * turn, as in life, so that a scenario can end the daemon between any two of these steps. */
#include "io/worker.h"

#include <errno.h>

#include "base/alloc.h"
#include "tests/support/fake_loop.h"

struct worker {
    struct loop *loop;
    struct worker_handlers handlers;
    void *queue[WORKER_QUEUE_MAX];
    size_t queued;
    void **answers;
    size_t answered, answer_cap;
};

static void handle_queued(void *userdata)
{
    struct worker *worker = userdata;
    size_t n = worker->queued;
    for (size_t i = 0; i < n; i++) {
        void *message = worker->queue[0];
        worker->queued--;
        for (size_t k = 0; k < worker->queued; k++)
            worker->queue[k] = worker->queue[k + 1];
        fake_loop_stir();
        worker->handlers.handle(worker->handlers.userdata, message);
    }
}

struct worker *worker_new(struct loop *loop, const struct worker_handlers *handlers)
{
    struct worker *worker = alloc_zeroed(1, sizeof *worker);
    worker->loop = loop;
    worker->handlers = *handlers;
    fake_loop_add(loop, handle_queued, worker);
    return worker;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    handle_queued(worker);
    worker_take(worker);
    fake_loop_remove(worker->loop, worker);
    alloc_free(worker->answers);
    alloc_free(worker);
}

int worker_post(struct worker *worker, void *message)
{
    if (worker->queued == WORKER_QUEUE_MAX)
        return -EAGAIN;
    worker->queue[worker->queued++] = message;
    return 0;
}

void worker_answer(struct worker *worker, void *answer)
{
    worker->answers = alloc_grow(worker->answers, worker->answered, &worker->answer_cap, sizeof(void *));
    worker->answers[worker->answered++] = answer;
}

int worker_take(struct worker *worker)
{
    size_t n = worker->answered;
    for (size_t i = 0; i < n; i++)
        worker->handlers.answer(worker->handlers.userdata, worker->answers[i]);
    worker->answered = 0; /* an answer's handler only posts; answers come from `handle` */
    return (int)n;
}

bool worker_idle(const struct worker *worker)
{
    return worker->queued == 0 && worker->answered == 0;
}
