/* Alerts, silences and the history of an alert as JSON, for programs. tdwatch(8) documents the shape. */
#ifndef IO_ALERT_JSON_H
#define IO_ALERT_JSON_H

#include <stdio.h>

#include "io/store_action.h"
#include "io/store_event.h"
#include "io/store_outbox.h"

/* An alert as it stands with the figures and with people. */
struct alert_view {
    struct alert_row row;
    struct handling handling;
    bool acknowledged;             /* and it holds now */
    const struct silence *silence; /* in force over it now, or NULL */
    struct figure *figures;
    size_t figure_count;
};

/* { "alerts": [ … ] }. 0 or -EIO, as all of these. */
int alerts_json_write(const struct alert_view *views, size_t n, FILE *out);

struct silence_view {
    const struct silence *silence;
    size_t met; /* alerts that stood while it was in force */
};

/* { "silences": [ … ] } */
int silences_json_write(const struct silence_view *views, size_t n, int64_t now_ms, FILE *out);

/* { "met", "standing", "year": { "met", "alerts" }, "alerts": [ … ] } of `silence preview`. */
struct preview {
    const struct alert_view *views; /* what it would hold now */
    size_t met, standing;           /* alerts that stand: those, and all */
    size_t year_met, year_all;      /* alerts of the last 365 days */
};
int preview_json_write(const struct preview *preview, FILE *out);

/* One thing that happened to an alert: exactly one of the three. */
struct history_entry {
    int64_t at_ms;
    const struct event_row *event;
    const struct action *action;
    const struct delivery_row *delivery;
};

/* { "alert": { … }, "history": [ … ] } */
int history_json_write(
    const struct alert_view *view, const struct history_entry *entries, size_t n, FILE *out);

#endif
