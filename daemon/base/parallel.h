/* A loop whose rounds do not depend on each other, on all processors that the process may use. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

enum { PARALLEL_MAX = 16 };

/* Threads that parallel_each uses at most, the caller among them: 1 … PARALLEL_MAX. */
size_t parallel_width(void);

/* Calls fn(userdata, i) once for each i below n, in no order, and returns when all have returned. The caller
 * works too, so that nothing is lost where a thread cannot be started. */
void parallel_each(size_t n, void (*fn)(void *userdata, size_t i), void *userdata);

#endif
