#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

struct loop {
    size_t n;
    void (*fn)(void *userdata, size_t i);
    void *userdata;
    atomic_size_t next;
};

size_t parallel_width(void)
{
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return 1;
    size_t width = (size_t)CPU_COUNT(&usable);
    return width < PARALLEL_MAX ? width : PARALLEL_MAX;
}

static void *work(void *userdata)
{
    struct loop *loop = userdata;
    size_t i;
    while ((i = atomic_fetch_add(&loop->next, 1)) < loop->n)
        loop->fn(loop->userdata, i);
    return NULL;
}

void parallel_each(size_t n, void (*fn)(void *userdata, size_t i), void *userdata)
{
    struct loop loop = {.n = n, .fn = fn, .userdata = userdata};
    pthread_t threads[PARALLEL_MAX];
    size_t started = 0, wanted = n > 1 ? parallel_width() - 1 : 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals belong to the loop thread */
    while (started < wanted && started + 1 < n && pthread_create(&threads[started], NULL, work, &loop) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    work(&loop);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}
