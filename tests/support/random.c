#include "tests/support/random.h"

#include <math.h>

static uint64_t next(struct random *random)
{
    random->state += 0x9e3779b97f4a7c15U;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

double random_uniform(struct random *random)
{
    return ((double)(next(random) >> 11) + 0.5) * 0x1p-53;
}

double random_normal(struct random *random)
{
    double radius = sqrt(-2 * log(random_uniform(random)));
    return radius * cos(2 * M_PI * random_uniform(random));
}
