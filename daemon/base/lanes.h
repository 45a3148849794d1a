/* Loops over lanes that are compiled for several processors; the one at hand is chosen when the program
 * starts. All give the same values: floating point is neither contracted nor reordered (-std=c11). */
#ifndef BASE_LANES_H
#define BASE_LANES_H

/* clang does not know these names, and a sanitizer cannot look into the choice. */
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EACH_PROCESSOR
#endif

#endif
