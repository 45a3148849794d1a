/* link: daemon/app/metrics daemon/base/histogram daemon/base/buf daemon/base/alloc */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/metrics.h"

static const struct status STATUS = {
    .started_ms = 1750000000250,
    .degraded = true,
    .ruleset = {"9d5e"},
    .counts = {.observations_revised = 1,
        .payloads = 2,
        .quarantined = 3,
        .alerts_open = 4,
        .events = 5,
        .deliveries = 18,
        .pending = 6,
        .delivered = 7,
        .parked = 5},
    .turns = {.counts = {[0] = 10, [6] = 2, [HISTOGRAM_BOUNDS] = 1}, .sum_us = 12345678},
};

static void every_number_of_the_status_is_there(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "tdwatch_build_info{version=\"" TDWATCH_VERSION "\"} 1\n",
        "tdwatch_ruleset_info{digest=\"9d5e\"} 1\n",
        "process_start_time_seconds 1750000000.25\n",
        "tdwatch_figures_revised_total 1\n",
        "tdwatch_payloads_total 2\n",
        "tdwatch_payloads_quarantined_total 3\n",
        "tdwatch_alerts_open 4\n",
        "tdwatch_events_total 5\n",
        "tdwatch_deliveries_total 18\n",
        "tdwatch_outbox_deliveries{state=\"pending\"} 6\n",
        "tdwatch_outbox_deliveries{state=\"delivered\"} 7\n",
        "tdwatch_outbox_deliveries{state=\"parked\"} 5\n",
        "tdwatch_rules_degraded 1\n",
        "tdwatch_reload_failed 0\n",
        "# TYPE tdwatch_loop_turn_seconds histogram\n",
        "tdwatch_loop_turn_seconds_bucket{le=\"0.001\"} 10\n",
        "tdwatch_loop_turn_seconds_bucket{le=\"0.0025\"} 10\n",
        "tdwatch_loop_turn_seconds_bucket{le=\"0.1\"} 12\n",
        "tdwatch_loop_turn_seconds_bucket{le=\"10\"} 12\n",
        "tdwatch_loop_turn_seconds_bucket{le=\"+Inf\"} 13\n",
        "tdwatch_loop_turn_seconds_sum 12.345678\n",
        "tdwatch_loop_turn_seconds_count 13\n",
    };
    struct buf out;
    buf_init(&out, 16 * 1024);
    assert_int_equal(metrics_write(&STATUS, &out), 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *found = strstr(buf_text(&out), lines[i]);
        if (found == NULL || (found != buf_text(&out) && found[-1] != '\n'))
            fail_msg("not there: %s", lines[i]);
    }
    buf_deinit(&out);
}

static void page_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 500);
    assert_true(metrics_write(&STATUS, &out) < 0);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_the_status_is_there),
        cmocka_unit_test(page_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
