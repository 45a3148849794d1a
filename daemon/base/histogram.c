#include "base/histogram.h"

static const int64_t BOUNDS_US[HISTOGRAM_BOUNDS] = {
    1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

void histogram_add(struct histogram *histogram, int64_t took_us)
{
    size_t i = 0;
    while (i < HISTOGRAM_BOUNDS && took_us > BOUNDS_US[i])
        i++;
    histogram->counts[i]++;
    histogram->sum_us += took_us > 0 ? took_us : 0;
}

int64_t histogram_bound_us(size_t i)
{
    return BOUNDS_US[i];
}

uint64_t histogram_up_to(const struct histogram *histogram, size_t i)
{
    uint64_t n = 0;
    for (size_t b = 0; b <= i; b++)
        n += histogram->counts[b];
    return n;
}
