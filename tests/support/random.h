/* Random numbers that are the same on every machine: splitmix64 (Steele, Lea and Flood 2014), and normal ones
 * by Box and Muller 1958. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* any seed */
};

/* Above 0, below 1. */
double random_uniform(struct random *random);

/* Mean 0, standard deviation 1. */
double random_normal(struct random *random);

#endif
