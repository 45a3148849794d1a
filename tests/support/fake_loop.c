#include "tests/support/fake_loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { HOOKS_MAX = 8, SIGNALS_MAX = 8 };

struct hook {
    fake_loop_fn *fn;
    void *userdata;
};

struct watch {
    int signo;
    void (*fn)(int signo, void *userdata);
    void *userdata;
};

struct loop {
    struct hook hooks[HOOKS_MAX];
    size_t hook_count;
    struct watch watches[SIGNALS_MAX];
    size_t watch_count;
    int pending[SIGNALS_MAX];
    size_t pending_count;
};

static struct loop *current;
static uint64_t stirred;

struct loop *loop_new(void)
{
    current = alloc_zeroed(1, sizeof *current);
    return current;
}

void loop_free(struct loop *loop)
{
    if (loop == current)
        current = NULL;
    alloc_free(loop);
}

/* No module that owns sockets is linked with this loop. */
struct event_base *loop_base(struct loop *loop)
{
    (void)loop;
    abort();
}

void loop_on_signal(struct loop *loop, int signo, void (*fn)(int signo, void *userdata), void *userdata)
{
    if (loop->watch_count == SIGNALS_MAX)
        abort();
    loop->watches[loop->watch_count++] = (struct watch){signo, fn, userdata};
}

void fake_loop_raise(int signo)
{
    if (current != NULL && current->pending_count < SIGNALS_MAX)
        current->pending[current->pending_count++] = signo;
}

static void deliver_signals(struct loop *loop)
{
    size_t n = loop->pending_count;
    loop->pending_count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; w < loop->watch_count; w++)
            if (loop->watches[w].signo == loop->pending[i]) {
                fake_loop_stir();
                loop->watches[w].fn(loop->pending[i], loop->watches[w].userdata);
            }
}

void loop_turn(struct loop *loop, int64_t max_wait_ms)
{
    (void)max_wait_ms;
    deliver_signals(loop);
    for (size_t i = 0; i < loop->hook_count; i++)
        loop->hooks[i].fn(loop->hooks[i].userdata);
}

/* A turn takes no time: the clock stands still in it. */
void loop_begin_work(struct loop *loop)
{
    (void)loop;
}

int64_t loop_woke_us(const struct loop *loop)
{
    (void)loop;
    return clock_monotonic_us();
}

void loop_wake(struct loop *loop)
{
    (void)loop; /* no turn ever waits */
}

void fake_loop_add(struct loop *loop, fake_loop_fn *fn, void *userdata)
{
    if (loop->hook_count == HOOKS_MAX)
        abort();
    loop->hooks[loop->hook_count++] = (struct hook){fn, userdata};
}

void fake_loop_remove(struct loop *loop, const void *userdata)
{
    size_t kept = 0;
    for (size_t i = 0; i < loop->hook_count; i++)
        if (loop->hooks[i].userdata != userdata)
            loop->hooks[kept++] = loop->hooks[i];
    loop->hook_count = kept;
}

void fake_loop_stir(void)
{
    stirred++;
}

uint64_t fake_loop_stirred(void)
{
    return stirred;
}
