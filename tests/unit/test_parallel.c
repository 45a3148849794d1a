/* link: daemon/base/parallel */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parallel.h"

enum { ROUNDS = 1000 };

static atomic_int calls[ROUNDS];

static void count(void *userdata, size_t i)
{
    (void)userdata;
    atomic_fetch_add(&calls[i], 1);
}

static void every_round_runs_once(void **state)
{
    (void)state;
    const size_t lengths[] = {0, 1, 2, 3, PARALLEL_MAX + 1, ROUNDS};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        for (size_t i = 0; i < ROUNDS; i++)
            atomic_store(&calls[i], 0);
        parallel_each(lengths[k], count, NULL);
        for (size_t i = 0; i < ROUNDS; i++)
            assert_int_equal(atomic_load(&calls[i]), i < lengths[k] ? 1 : 0);
    }
}

static void what_rounds_wrote_is_seen(void **state)
{
    (void)state;
    assert_in_range(parallel_width(), 1, PARALLEL_MAX);
    parallel_each(ROUNDS, count, NULL);
    int sum = 0;
    for (size_t i = 0; i < ROUNDS; i++)
        sum += calls[i];
    assert_int_equal(sum, 2 * ROUNDS); /* the first test has left one call each */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_round_runs_once),
        cmocka_unit_test(what_rounds_wrote_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
