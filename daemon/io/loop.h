/* The event loop of the loop thread: libevent, one turn at a time. Scenario tests link another loop that
 * moves a virtual clock. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdint.h>

struct event_base;
struct loop;

/* NULL where the system has no descriptors left. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* For io/ modules that own sockets. */
struct event_base *loop_base(struct loop *loop);

/* Calls fn on the loop thread when the signal arrives. */
void loop_on_signal(struct loop *loop, int signo, void (*fn)(int signo, void *userdata), void *userdata);

/* Waits for events at most `max_wait_ms`, handles what is ready, returns. */
void loop_turn(struct loop *loop, int64_t max_wait_ms);

/* Says that a callback of the turn begins. The first one ends its wait: libevent does not say when it woke.
 */
void loop_begin_work(struct loop *loop);

/* When the wait of the newest turn ended, monotonic microseconds. */
int64_t loop_woke_us(const struct loop *loop);

/* Makes a waiting turn return. The only call that another thread may make. */
void loop_wake(struct loop *loop);

#endif
