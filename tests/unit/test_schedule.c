/* link: daemon/app/schedule daemon/base/digest */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "app/schedule.h"

#define NOW INT64_C(1700000000000)

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, TRIES = 200 };

static const struct channel three_tries = {.name = "test", .delays_s = (const int64_t[]){5, 300, 0}};

/* Within ten percent of the delay. */
static void assert_about(int64_t next_ms, int64_t delay_ms)
{
    int64_t off = next_ms - NOW - delay_ms;
    if (off < -delay_ms / 10 - 1 || off > delay_ms / 10 + 1)
        fail_msg("%lld ms, not about %lld ms", (long long)(next_ms - NOW), (long long)delay_ms);
}

static void feed_is_polled_at_its_interval_and_backs_off_up_to_it(void **state)
{
    static const struct {
        int failures;
        int64_t delay_ms;
    } cases[] = {
        {0, 6 * HOUR}, {1, MINUTE}, {2, 2 * MINUTE}, {5, 16 * MINUTE}, {20, 6 * HOUR}, {1000, 6 * HOUR}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_about(schedule_feed("nso", 6 * 3600, cases[i].failures, 0, NOW), cases[i].delay_ms);
}

static void jitter_spreads_and_repeats(void **state)
{
    int64_t least = INT64_MAX, most = 0;
    (void)state;
    for (int i = 0; i < TRIES; i++) {
        char name[32];
        snprintf(name, sizeof name, "feed-%d", i);
        int64_t next_ms = schedule_feed(name, 3600, 0, 0, NOW);
        assert_about(next_ms, HOUR);
        assert_int_equal(next_ms, schedule_feed(name, 3600, 0, 0, NOW));
        least = next_ms < least ? next_ms : least;
        most = next_ms > most ? next_ms : most;
    }
    /* Of 200 feeds asked in one moment the next polls lie at least a tenth of the interval apart. */
    assert_true(most - least > HOUR / 10);
}

static void patience_asked_for_is_given_up_to_a_day(void **state)
{
    struct delivery_row row = {.message_id = "m"};
    (void)state;
    assert_true(schedule_feed("nso", 60, 1, 7200, NOW) >= NOW + 2 * HOUR);
    assert_true(schedule_feed("nso", 60, 1, INT64_C(1000000000), NOW) <= NOW + 24 * HOUR);
    assert_about(schedule_feed("nso", 6 * 3600, 0, 1, NOW), 6 * HOUR); /* less than we wait anyway */
    assert_true(schedule_delivery(&three_tries, &row, 1, 7200, NOW) >= NOW + 2 * HOUR);
}

static void delivery_follows_its_channel_and_ends(void **state)
{
    struct delivery_row row = {.message_id = "m"};
    (void)state;
    assert_about(schedule_delivery(&three_tries, &row, 1, 0, NOW), 5 * 1000);
    assert_about(schedule_delivery(&three_tries, &row, 2, 0, NOW), 300 * 1000);
    assert_int_equal(schedule_delivery(&three_tries, &row, 3, 0, NOW), 0);
    assert_int_equal(schedule_delivery(&three_tries, &row, 300, 0, NOW), 0);
}

static void own_faults_are_retried_for_ever_and_more_calmly(void **state)
{
    static const struct {
        int64_t age_ms, delay_ms;
    } cases[] = {{0, MINUTE}, {MINUTE, MINUTE}, {20 * MINUTE, 5 * MINUTE}, {2 * HOUR, 30 * MINUTE},
        {INT64_C(1000) * HOUR, 30 * MINUTE}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct delivery_row row = {.message_id = "m", .created_ms = NOW - cases[i].age_ms};
        assert_about(schedule_own_fault(&row, NOW), cases[i].delay_ms);
    }
}

/* What the outbox does with each class of answer: where the delivery stands, and whether the receiver rests.
 */
static void every_outcome_has_its_consequence(void **state)
{
    static const struct {
        enum channel_outcome outcome;
        int attempts; /* before this one */
        int64_t retry_after_s;
        enum delivery_state expected;
        int64_t next_ms, rest_ms; /* from now; 0: none */
    } cases[] = {
        {CHANNEL_DELIVERED, 0, 0, DELIVERY_DELIVERED, 0, 0},
        {CHANNEL_DELIVERED, 0, 60, DELIVERY_DELIVERED, 0, 0},
        {CHANNEL_RETRY, 0, 0, DELIVERY_PENDING, 5 * 1000, 0},
        {CHANNEL_RETRY, 1, 0, DELIVERY_PENDING, 5 * MINUTE, 0},
        {CHANNEL_RETRY, 2, 0, DELIVERY_PARKED, 0, 0},
        {CHANNEL_RETRY, 0, 3600, DELIVERY_PENDING, HOUR, HOUR},
        {CHANNEL_RETRY, 0, INT64_C(1000000000), DELIVERY_PENDING, 24 * HOUR, 24 * HOUR},
        {CHANNEL_RETRY, 2, 3600, DELIVERY_PARKED, 0, HOUR},
        {CHANNEL_REJECTED, 0, 0, DELIVERY_PENDING, 5 * 1000, 0},
        {CHANNEL_REJECTED, 1, 0, DELIVERY_PENDING, 5 * MINUTE, 0},
        {CHANNEL_REJECTED, 2, 0, DELIVERY_PARKED, 0, 0},
        {CHANNEL_REFUSED, 0, 0, DELIVERY_PARKED, 0, 0},
        {CHANNEL_GONE, 0, 3600, DELIVERY_PARKED, 0, 0},
        {CHANNEL_OUR_FAULT, 0, 0, DELIVERY_PENDING, MINUTE, MINUTE},
        {CHANNEL_OUR_FAULT, 99, 0, DELIVERY_PENDING, MINUTE, MINUTE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct delivery_row row = {.message_id = "m", .attempts = cases[i].attempts, .created_ms = NOW};
        struct attempt_row attempt = {.at_ms = NOW};
        schedule_attempt(&three_tries, &row, cases[i].outcome, cases[i].retry_after_s, &attempt);
        if (attempt.state != cases[i].expected || (attempt.next_ms != 0) != (cases[i].next_ms != 0) ||
            (attempt.rest_ms != 0) != (cases[i].rest_ms != 0))
            fail_msg("case %zu: state %d", i, (int)attempt.state);
        assert_int_equal(attempt.own_fault, cases[i].outcome == CHANNEL_OUR_FAULT);
        if (cases[i].next_ms != 0)
            assert_about(attempt.next_ms, cases[i].next_ms);
        if (cases[i].rest_ms != 0)
            assert_about(attempt.rest_ms, cases[i].rest_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feed_is_polled_at_its_interval_and_backs_off_up_to_it),
        cmocka_unit_test(jitter_spreads_and_repeats),
        cmocka_unit_test(patience_asked_for_is_given_up_to_a_day),
        cmocka_unit_test(delivery_follows_its_channel_and_ends),
        cmocka_unit_test(every_outcome_has_its_consequence),
        cmocka_unit_test(own_faults_are_retried_for_ever_and_more_calmly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
