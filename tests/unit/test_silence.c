/* link: daemon/core/silence */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/silence.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static void silence_is_in_force_from_its_beginning_and_not_at_its_end(void **state)
{
    (void)state;
    struct silence silence = {.from_ms = 100, .until_ms = 200};
    assert_int_equal(silence_phase(&silence, 99), SILENCE_SCHEDULED);
    assert_int_equal(silence_phase(&silence, 100), SILENCE_ACTIVE);
    assert_int_equal(silence_phase(&silence, 199), SILENCE_ACTIVE);
    assert_int_equal(silence_phase(&silence, 200), SILENCE_ENDED);
    silence.expired_ms = 150;
    assert_int_equal(silence_phase(&silence, 149), SILENCE_ACTIVE);
    assert_int_equal(silence_phase(&silence, 150), SILENCE_ENDED);
    assert_int_equal(silence_end_ms(&silence), 150);
    silence.expired_ms = 50; /* before it began */
    assert_int_equal(silence_phase(&silence, 60), SILENCE_ENDED);
}

static void end_is_announced_a_day_or_a_tenth_before(void **state)
{
    (void)state;
    struct silence week = {.from_ms = 0, .until_ms = 30 * DAY}, hours = {.from_ms = 0, .until_ms = 10 * HOUR};
    assert_int_equal(silence_notice_ms(&week), 29 * DAY);
    assert_int_equal(silence_notice_ms(&hours), 9 * HOUR);
}

static void alert_that_stood_meanwhile_is_met(void **state)
{
    (void)state;
    static const struct {
        int64_t opened, closed, now;
        bool met;
    } cases[] = {
        {50, 0, 150, true},   /* stood before, stands still */
        {120, 0, 150, true},  /* raised meanwhile */
        {50, 99, 150, false}, /* over before */
        {50, 100, 150, true}, /* over as it began */
        {200, 0, 300, false}, /* raised when it had ended */
        {50, 0, 99, false},   /* it has not begun */
    };
    struct silence silence = {.from_ms = 100, .until_ms = 200};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (silence_meets(&silence, cases[i].opened, cases[i].closed, cases[i].now) != cases[i].met)
            fail_msg("case %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_in_force_from_its_beginning_and_not_at_its_end),
        cmocka_unit_test(end_is_announced_a_day_or_a_tenth_before),
        cmocka_unit_test(alert_that_stood_meanwhile_is_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
