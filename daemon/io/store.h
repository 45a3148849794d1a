/* The store: SQLite, one file, one writing connection, owned by the engine thread.
 *
 * WAL with synchronous=FULL: what COMMIT has returned survives a power cut (NORMAL loses acknowledged rows;
 * measured). From decode to commit is one transaction, so a crash at any instruction loses no decided alert.
 * All functions return 0 or -errno (-EIO damage or disk trouble, -ENOSPC full) unless they say otherwise;
 * store_error() has the sentence. */
#ifndef IO_STORE_H
#define IO_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "core/alert.h"
#include "core/message.h"
#include "core/panel.h"

struct store;

enum store_mode {
    STORE_WRITE,
    STORE_READ,
    STORE_FOLLOW, /* as STORE_READ, beside a writer of this process that has checked the file; closed first */
};

/* Opens, and in STORE_WRITE creates, locks and migrates. Runs quick_check but in STORE_FOLLOW. -EUCLEAN: the
 * file is damaged; -EPROTO: written by a newer tdwatch; -EBUSY: another one writes to it, until that process
 * ends. The sentence then is in *ret_text (alloc_free it). */
int store_open(const char *path, enum store_mode mode, struct store **ret_store, char **ret_text);
int store_close(struct store *store); /* NULL is fine; the checkpoint's failure is returned */
const char *store_error(const struct store *store);

int store_begin(struct store *store);
int store_commit(struct store *store); /* on failure the transaction is rolled back */
void store_rollback(struct store *store);

/* ---- history ---- */

/* Fills an empty panel; series keep their numbers. */
int store_load_panel(struct store *store, struct panel *panel);

/* Writes new series, the blocks that the changes touch, and a revision row for every figure that was there
 * before or came late. `panel` has the changes applied. */
int store_put_changes(
    struct store *store, const struct panel *panel, const struct panel_changes *changes, int64_t payload);

/* ---- payloads and feeds ---- */

struct payload_row {
    const char *feed;
    struct digest digest; /* of the bytes */
    int64_t seen_ms;
    size_t bytes, rows, revised;
    bool accepted;
    const char *reasons; /* quarantine: one fault a line; "" when accepted */
    struct slice body;   /* kept (compressed) only when quarantined, */
    const char *ends;    /* with where each answer ends in it, "10,25"; NULL: it is one */
};

int store_put_payload(struct store *store, const struct payload_row *row, int64_t *ret_id);

/* The state of one feed, kept across restarts. Texts live in the caller's arena. */
struct feed_row {
    const char *feed;
    const char *etag, *last_modified; /* "" where there is none */
    const char *digest; /* of the last payload seen, accepted or not, and its descriptor; or "" */
    int64_t attempted_ms, succeeded_ms, next_ms;
    int failures;       /* in a row */
    const char *health; /* "ok", or the class of the trouble: transport tls http format schema plausibility */
    const char *text;   /* one sentence about it */
    int32_t newest;     /* month of its payloads; PERIOD_NONE until one came */
    const char *detected; /* what its change detector saw last, or "" */
};

/* 0; -ENOENT: never seen. */
int store_get_feed(struct store *store, const char *feed, struct arena *arena, struct feed_row *ret_row);
int store_put_feed(struct store *store, const struct feed_row *row);
/* Calls fn for every feed, by name. */
int store_each_feed(
    struct store *store, void (*fn)(void *userdata, const struct feed_row *row), void *userdata);

/* Requests that a host has had on a day (UTC). A host without any has none. */
struct host_row {
    const char *host;
    int64_t day, used;
};
int store_get_host(struct store *store, const char *host, struct host_row *ret_row);
int store_put_host(struct store *store, const struct host_row *row);

/* ---- rule sets ---- */

/* Keeps a rule set that was accepted: its digest and the text of its files (opaque here). Putting a known
 * digest is no change. */
int store_put_ruleset(struct store *store, const char *digest, struct slice files, int64_t at_ms);
/* The last one accepted; -ENOENT. Bytes in `arena`. */
int store_last_ruleset(struct store *store, struct arena *arena, struct slice *ret_files);
/* The one with this digest; -ENOENT. */
int store_get_ruleset(struct store *store, const char *digest, struct arena *arena, struct slice *ret_files);

/* ---- alerts ---- */

struct alert_row {
    const char *id;
    struct alert_scope scope;
    enum audience audience;
    struct alert_told told;
    int seq;                      /* of its newest event */
    int64_t opened_ms, closed_ms; /* 0 while open */
};

/* Calls fn for every open alert (or all), oldest first; or reads one (-ENOENT; texts in `arena`). */
int store_each_alert(struct store *store, bool open_only,
    void (*fn)(void *userdata, const struct alert_row *row), void *userdata);
int store_get_alert(struct store *store, const char *id, struct arena *arena, struct alert_row *ret_row);
/* By the beginning of its id. -ENOENT; -ENOTUNIQ: several begin so. */
int store_find_alert(struct store *store, const char *begin, struct arena *arena, struct alert_row *ret_row);

/* Writes the alert's new state and appends the event with its figures to the journal. `closes` ends the
 * alert. */
int store_put_event(struct store *store, const struct alert_record *record, bool closes);

/* Follows an alert that goes on without an event: its newest period and figures. */
int store_touch_alert(struct store *store, const char *id, enum alert_state state, int32_t period,
    const struct figure *figures, size_t figure_count);

/* The alert's present figures, in order, into `arena`. */
int store_alert_figures(
    struct store *store, const char *id, struct arena *arena, struct figure **ret_figures, size_t *ret_count);

/* ---- figures of the status page ---- */

struct store_counts {
    int64_t observations_revised, payloads, quarantined, alerts_open, events, deliveries, pending, delivered,
        parked, held, dropped, receivers_disabled;
};
int store_count(struct store *store, struct store_counts *ret_counts);

#endif
