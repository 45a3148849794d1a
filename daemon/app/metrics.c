#include "app/metrics.h"

#include <inttypes.h>
#include <stdio.h>

enum { US_PER_S = 1000 * 1000 };

/* A metric that is one number without labels. */
struct number {
    const char *name, *type, *help;
    int64_t value;
};

static int write_head(struct buf *out, const char *name, const char *type, const char *help)
{
    return buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static int write_number(struct buf *out, const struct number *number)
{
    int r = write_head(out, number->name, number->type, number->help);
    return r == 0 ? buf_printf(out, "%s %" PRId64 "\n", number->name, number->value) : r;
}

/* Values of labels are ours or hexadecimal: nothing in them has to be escaped. */
static int write_info(
    struct buf *out, const char *name, const char *help, const char *label, const char *value)
{
    int r = write_head(out, name, "gauge", help);
    return r == 0 ? buf_printf(out, "%s{%s=\"%s\"} 1\n", name, label, value) : r;
}

/* Seconds with as many digits as it takes: "0.0025", "10". */
static int write_seconds(struct buf *out, int64_t us)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRId64 ".%06" PRId64, us / US_PER_S, us % US_PER_S);
    while (digits[len - 1] == '0')
        len--;
    len -= digits[len - 1] == '.';
    return buf_append(out, digits, (size_t)len);
}

static int write_bucket(struct buf *out, const struct histogram *turns, size_t i)
{
    int r = buf_puts(out, "tdwatch_loop_turn_seconds_bucket{le=\"");
    if (r == 0 && i < HISTOGRAM_BOUNDS)
        r = write_seconds(out, histogram_bound_us(i));
    else if (r == 0)
        r = buf_puts(out, "+Inf");
    return r == 0 ? buf_printf(out, "\"} %" PRIu64 "\n", histogram_up_to(turns, i)) : r;
}

static int write_turns(struct buf *out, const struct histogram *turns)
{
    int r = write_head(out, "tdwatch_loop_turn_seconds", "histogram",
        "Time that a turn of the event loop worked, without its wait for events.");
    for (size_t i = 0; r == 0 && i <= HISTOGRAM_BOUNDS; i++)
        r = write_bucket(out, turns, i);
    if (r == 0)
        r = buf_puts(out, "tdwatch_loop_turn_seconds_sum ");
    if (r == 0)
        r = write_seconds(out, turns->sum_us);
    if (r == 0)
        r = buf_printf(
            out, "\ntdwatch_loop_turn_seconds_count %" PRIu64 "\n", histogram_up_to(turns, HISTOGRAM_BOUNDS));
    return r;
}

static int write_outbox(struct buf *out, const struct store_counts *counts)
{
    int r = write_head(out, "tdwatch_outbox_deliveries", "gauge", "Deliveries by where they stand.");
    if (r < 0)
        return r;
    return buf_printf(out,
        "tdwatch_outbox_deliveries{state=\"pending\"} %" PRId64
        "\ntdwatch_outbox_deliveries{state=\"delivered\"} %" PRId64
        "\ntdwatch_outbox_deliveries{state=\"parked\"} %" PRId64
        "\ntdwatch_outbox_deliveries{state=\"dropped\"} %" PRId64 "\n",
        counts->pending, counts->delivered, counts->parked, counts->dropped);
}

static int write_numbers(struct buf *out, const struct status *status)
{
    const struct store_counts *counts = &status->counts;
    const struct number numbers[] = {
        {"tdwatch_payloads_total", "counter", "Payloads taken in or refused.", counts->payloads},
        {"tdwatch_payloads_quarantined_total", "counter", "Payloads refused for a fault.",
            counts->quarantined},
        {"tdwatch_figures_revised_total", "counter", "Figures that a later payload changed.",
            counts->observations_revised},
        {"tdwatch_alerts_open", "gauge", "Alerts that stand.", counts->alerts_open},
        {"tdwatch_events_total", "counter", "Events of alerts in the journal.", counts->events},
        {"tdwatch_deliveries_total", "counter", "Deliveries decided.", counts->deliveries},
        {"tdwatch_events_held", "gauge", "Events that a receiver is to know of later.", counts->held},
        {"tdwatch_receivers_disabled", "gauge", "Receivers that answered that they are gone.",
            counts->receivers_disabled},
        {"tdwatch_heartbeats_total", "counter", "Heartbeats begun.", status->heartbeat.beats},
        {"tdwatch_heartbeat_failures", "gauge", "Heartbeats in a row that were not answered.",
            status->heartbeat.failures},
        {"tdwatch_heartbeat_answered_time_seconds", "gauge",
            "When the newest answered heartbeat was, Unix time; 0: never.",
            status->heartbeat.answered_ms / 1000},
        {"tdwatch_template_failures_total", "counter",
            "Messages that are built-in because a template failed.", status->fallbacks},
        {"tdwatch_rules_degraded", "gauge",
            "1 while the last accepted rules run because those on disk are faulty.", status->degraded},
        {"tdwatch_reload_failed", "gauge", "1 while the newest reload was refused.", status->reload_failed},
    };
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof numbers / sizeof *numbers; i++)
        r = write_number(out, &numbers[i]);
    return r;
}

static int write_started(struct buf *out, int64_t started_ms)
{
    int r = write_head(out, "process_start_time_seconds", "gauge", "Start of the process, Unix time.");
    if (r == 0)
        r = buf_puts(out, "process_start_time_seconds ");
    if (r == 0)
        r = write_seconds(out, started_ms * 1000);
    return r == 0 ? buf_puts(out, "\n") : r;
}

int metrics_write(const struct status *status, struct buf *out)
{
    int r = write_info(out, "tdwatch_build_info", "The version that runs.", "version", TDWATCH_VERSION);
    if (r == 0)
        r = write_info(
            out, "tdwatch_ruleset_info", "Digest of the rules in force.", "digest", status->ruleset.hex);
    if (r == 0)
        r = write_started(out, status->started_ms);
    if (r == 0)
        r = write_numbers(out, status);
    if (r == 0)
        r = write_outbox(out, &status->counts);
    return r == 0 ? write_turns(out, &status->turns) : r;
}
