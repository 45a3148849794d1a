/* The loop of scenarios: a turn does what the other fakes have to do and waits for nothing. Linked instead of
 * io/loop.c.
 *
 * There is one loop at a time. */
#ifndef TESTS_FAKE_LOOP_H
#define TESTS_FAKE_LOOP_H

#include "io/loop.h"

typedef void fake_loop_fn(void *userdata);

/* Calls fn once in every turn, in the order of these calls, until it is taken away. */
void fake_loop_add(struct loop *loop, fake_loop_fn *fn, void *userdata);
void fake_loop_remove(struct loop *loop, const void *userdata);

/* The signal arrives at the next turn. */
void fake_loop_raise(int signo);

/* Says that something was done; a runner sees by the count when all has come to rest. */
void fake_loop_stir(void);
uint64_t fake_loop_stirred(void);

#endif
