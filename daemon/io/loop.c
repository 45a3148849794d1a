#include "io/loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

struct signal_watch {
    struct signal_watch *next;
    struct loop *loop;
    struct event *event;
    void (*fn)(int signo, void *userdata);
    void *userdata;
};

struct loop {
    struct event_base *base;
    int64_t woke_us;        /* 0: the turn still waits */
    struct event *deadline; /* ends a turn in which nothing happens */
    struct event *woken;
    int wake_fd;
    struct signal_watch *signals;
};

/* libevent's own warnings ("Error from accept() call: …") would reach the journal without a level. */
static void on_library_log(int severity, const char *text)
{
    if (severity >= EVENT_LOG_WARN)
        log_warning("libevent %s", text);
}

static void on_deadline(evutil_socket_t fd, short what, void *userdata)
{
    (void)fd;
    (void)what;
    loop_begin_work(userdata);
}

static void on_wake(evutil_socket_t fd, short what, void *userdata)
{
    (void)what;
    uint64_t times;
    loop_begin_work(userdata);
    (void)!read(fd, &times, sizeof(times));
}

struct loop *loop_new(void)
{
    event_set_log_callback(on_library_log);
    struct loop *loop = alloc_zeroed(1, sizeof(*loop));
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->base = event_base_new();
    if (loop->wake_fd < 0 || loop->base == NULL)
        goto failed;
    loop->deadline = evtimer_new(loop->base, on_deadline, loop);
    loop->woken = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
    if (loop->deadline == NULL || loop->woken == NULL || event_add(loop->woken, NULL) < 0)
        goto failed;
    return loop;

failed:
    loop_free(loop);
    return NULL;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    while (loop->signals != NULL) {
        struct signal_watch *watch = loop->signals;
        loop->signals = watch->next;
        event_free(watch->event);
        alloc_free(watch);
    }
    if (loop->woken != NULL)
        event_free(loop->woken);
    if (loop->deadline != NULL)
        event_free(loop->deadline);
    if (loop->base != NULL)
        event_base_free(loop->base);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    alloc_free(loop);
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

static void on_signal(evutil_socket_t signo, short what, void *userdata)
{
    (void)what;
    struct signal_watch *watch = userdata;
    loop_begin_work(watch->loop);
    watch->fn((int)signo, watch->userdata);
}

void loop_on_signal(struct loop *loop, int signo, void (*fn)(int signo, void *userdata), void *userdata)
{
    struct signal_watch *watch = alloc_zeroed(1, sizeof(*watch));
    watch->loop = loop;
    watch->fn = fn;
    watch->userdata = userdata;
    watch->event = evsignal_new(loop->base, signo, on_signal, watch);
    if (watch->event == NULL || event_add(watch->event, NULL) < 0) {
        log_error("signal not watched signo=%d", signo);
        if (watch->event != NULL)
            event_free(watch->event);
        alloc_free(watch);
        return;
    }
    watch->next = loop->signals;
    loop->signals = watch;
}

void loop_begin_work(struct loop *loop)
{
    if (loop->woke_us == 0)
        loop->woke_us = clock_monotonic_us();
}

int64_t loop_woke_us(const struct loop *loop)
{
    return loop->woke_us;
}

static void run_events(struct loop *loop, int64_t max_wait_ms)
{
    if (max_wait_ms <= 0) {
        event_base_loop(loop->base, EVLOOP_NONBLOCK);
        return;
    }
    struct timeval wait = {.tv_sec = max_wait_ms / 1000, .tv_usec = (max_wait_ms % 1000) * 1000};
    evtimer_add(loop->deadline, &wait);
    event_base_loop(loop->base, EVLOOP_ONCE);
    evtimer_del(loop->deadline);
}

void loop_turn(struct loop *loop, int64_t max_wait_ms)
{
    loop->woke_us = 0;
    if (max_wait_ms <= 0) /* no wait at all */
        loop_begin_work(loop);
    run_events(loop, max_wait_ms);
    loop_begin_work(loop); /* where nothing of ours was called */
}

void loop_wake(struct loop *loop)
{
    /* An eventfd and not event_base_loopbreak(): the wake-up is kept when it comes between two turns. It
     * cannot fail but by overflow, when the loop has long been woken. */
    uint64_t one = 1;
    (void)!write(loop->wake_fd, &one, sizeof(one));
}
