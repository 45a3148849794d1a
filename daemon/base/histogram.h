/* How long something took, counted by length: the buckets that a Prometheus histogram shows. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Buckets with a bound, 1 ms to 10 s. What is longer than the last bound is counted behind them. */
enum { HISTOGRAM_BOUNDS = 13 };

struct histogram {
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* each alone, not cumulated */
    int64_t sum_us;
};

/* Counts one; a negative time counts as none. */
void histogram_add(struct histogram *histogram, int64_t took_us);

/* The bound of bucket i < HISTOGRAM_BOUNDS, which holds what took at most so long. */
int64_t histogram_bound_us(size_t i);

/* How many took at most as long as the bound of bucket i; at HISTOGRAM_BOUNDS all of them. */
uint64_t histogram_up_to(const struct histogram *histogram, size_t i);

#endif
