#include "io/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "io/thread.h"

struct answer {
    struct answer *next;
    void *payload;
};

struct worker {
    struct loop *loop;
    struct worker_handlers handlers;
    pthread_t thread;
    /* Messages and answers that someone still has to deal with. An answer is counted before its message is
     * let go, so the count never touches 0 in between: 0 means idle, without the lock. */
    atomic_size_t unfinished;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t posted;
    void *queue[WORKER_QUEUE_MAX]; /* a ring */
    size_t first, queued;
    bool stopping;
    struct answer *answers, **answers_end; /* short: a message brings a handful, and few messages wait */
    size_t answered;
};

/* The next message, or false when there is none and none will come. */
static bool next_message(struct worker *worker, void **ret_message)
{
    pthread_mutex_lock(&worker->lock);
    while (worker->queued == 0 && !worker->stopping)
        pthread_cond_wait(&worker->posted, &worker->lock);
    bool any = worker->queued > 0;
    if (any) {
        *ret_message = worker->queue[worker->first];
        worker->first = (worker->first + 1) % WORKER_QUEUE_MAX;
        worker->queued--;
    }
    pthread_mutex_unlock(&worker->lock);
    return any;
}

static void *work(void *userdata)
{
    struct worker *worker = userdata;
    void *message;
    while (next_message(worker, &message)) {
        worker->handlers.handle(worker->handlers.userdata, message);
        atomic_fetch_sub(&worker->unfinished, 1);
        /* Also without an answer: the loop may be waiting for room or for idleness. */
        loop_wake(worker->loop);
    }
    return NULL;
}

struct worker *worker_new(struct loop *loop, const struct worker_handlers *handlers)
{
    struct worker *worker = alloc_zeroed(1, sizeof(*worker));
    worker->loop = loop;
    worker->handlers = *handlers;
    worker->answers_end = &worker->answers;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->posted, NULL);
    if (thread_start(work, worker, &worker->thread) < 0) {
        pthread_cond_destroy(&worker->posted);
        pthread_mutex_destroy(&worker->lock);
        alloc_free(worker);
        return NULL;
    }
    return worker;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->lock);
    worker->stopping = true;
    pthread_cond_signal(&worker->posted);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    worker_take(worker);
    pthread_cond_destroy(&worker->posted);
    pthread_mutex_destroy(&worker->lock);
    alloc_free(worker);
}

int worker_post(struct worker *worker, void *message)
{
    pthread_mutex_lock(&worker->lock);
    bool room = worker->queued < WORKER_QUEUE_MAX;
    if (room) {
        worker->queue[(worker->first + worker->queued) % WORKER_QUEUE_MAX] = message;
        worker->queued++;
        atomic_fetch_add(&worker->unfinished, 1);
        pthread_cond_signal(&worker->posted);
    }
    pthread_mutex_unlock(&worker->lock);
    return room ? 0 : -EAGAIN;
}

void worker_answer(struct worker *worker, void *payload)
{
    struct answer *answer = alloc_zeroed(1, sizeof(*answer));
    answer->payload = payload;
    pthread_mutex_lock(&worker->lock);
    *worker->answers_end = answer;
    worker->answers_end = &answer->next;
    worker->answered++;
    atomic_fetch_add(&worker->unfinished, 1);
    pthread_mutex_unlock(&worker->lock);
    loop_wake(worker->loop);
}

static struct answer *pop_answer(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct answer *answer = worker->answers;
    worker->answers = answer->next;
    if (worker->answers == NULL)
        worker->answers_end = &worker->answers;
    worker->answered--;
    pthread_mutex_unlock(&worker->lock);
    return answer;
}

int worker_take(struct worker *worker)
{
    /* Only those that are there now: a worker that answers as fast as we take must not hold the loop. */
    pthread_mutex_lock(&worker->lock);
    size_t n = worker->answered;
    pthread_mutex_unlock(&worker->lock);
    for (size_t i = 0; i < n; i++) {
        struct answer *answer = pop_answer(worker);
        atomic_fetch_sub(&worker->unfinished, 1);
        worker->handlers.answer(worker->handlers.userdata, answer->payload);
        alloc_free(answer);
    }
    return (int)n;
}

bool worker_idle(const struct worker *worker)
{
    return atomic_load(&worker->unfinished) == 0;
}
