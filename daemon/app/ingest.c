#include "app/ingest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/announce.h"
#include "app/schedule.h"
#include "base/log.h"
#include "base/parallel.h"
#include "core/gate.h"
#include "core/period.h"

/*~ This file is the way of one datum, read from top to bottom in ingest_payload near its end. Everything that
 * a payload causes, from the first new figure to the last delivery, is one transaction; what is in memory is
 * undone if the transaction fails. */

enum { VERSION_DIGITS = 16 };

const char *ingest_identity(const struct descriptor *feed, struct digest payload, struct arena *arena)
{
    return arena_printf(arena, "%s.%.*s", payload.hex, VERSION_DIGITS, feed->version.hex);
}

bool ingest_is_current(const struct descriptor *feed, const struct feed_row *row)
{
    const char *dot = strchr(row->digest, '.');
    return row->digest[0] == '\0' ||
           (dot != NULL && strncmp(dot + 1, feed->version.hex, VERSION_DIGITS) == 0);
}

/* A payload on its way. */
struct passage {
    struct engine *engine;
    const struct descriptor *feed;
    const struct engine_message *message;
    struct arena *arena; /* the caller's */
    struct digest digest;
    struct datasets payload;
    struct release release;
    size_t rows; /* of the release; of the payload while there is none */
    struct diag_list diags;
    struct panel_changes changes;
    struct judge_result judged;
};

/* ---- payload → rows → release: whole or not at all ---- */

struct decode_input ingest_input(
    const struct setup *setup, const struct descriptor *feed, struct slice bytes, const char *file)
{
    return (struct decode_input){feed, &setup->reference.countries, bytes, file, parallel_width()};
}

static int decode_and_gate(const struct decode_set *set, const struct panel *panel, int64_t now_ms,
    struct datasets *ret_payload, struct release *ret_release, struct diag_list *diags)
{
    int r = decode_set(set, ret_payload, diags);
    if (r < 0)
        return r;
    const struct descriptor *feed = set->input.descriptor;
    struct gate gate = {
        .feed = feed->feed,
        .file = set->input.file,
        .newest_period = period_of_ms(now_ms),
        .min_rows = (size_t)feed->rows_at_least,
        .sum = feed->sums,
    };
    return gate_check(&gate, panel, ret_payload, ret_release, diags);
}

/* Lines of a payload that was read in parts count from each part's first, so what has a fault is read once
 * more as one piece. Documents of a set are not read in parts. */
static int read_release(const struct decode_set *set, const struct panel *panel, int64_t now_ms,
    struct datasets *ret_payload, struct release *ret_release, struct diag_list *diags)
{
    struct decode_set whole = *set;
    struct diag_list faults = DIAG_LIST_NULL;
    *ret_release = (struct release){0};
    int r = decode_and_gate(set, panel, now_ms, ret_payload, ret_release, &faults);
    if (r == 0 || ret_payload->len <= 1 || set->len > 1) {
        *diags = faults;
        return r;
    }
    whole.input.parts = 1;
    diag_list_deinit(&faults);
    datasets_deinit(ret_payload);
    return decode_and_gate(&whole, panel, now_ms, ret_payload, ret_release, diags);
}

static int read_payload(struct passage *passage, const char *file)
{
    const struct engine *engine = passage->engine;
    const struct engine_message *message = passage->message;
    struct decode_set set = {
        ingest_input(engine->setup, passage->feed, message->body, file), message->ends, message->end_count};
    int r = read_release(
        &set, engine->panel, message->now_ms, &passage->payload, &passage->release, &passage->diags);
    for (size_t i = 0; i < passage->payload.len; i++)
        passage->rows += passage->payload.items[i].rows;
    if (r == 0)
        passage->rows = passage->release.rows;
    return r;
}

/* ---- release → panel ---- */

/* The rows are not needed behind this, and their memory is that of a second history. */
static void apply(struct panel *panel, const char *feed, struct datasets *payload, struct release *release,
    struct panel_changes *ret_changes, struct ingest_report *report)
{
    report->rows = release->rows;
    report->newest = release->len > 0 ? release->blocks[release->len - 1].period : PERIOD_NONE;
    panel_apply_release(panel, feed, release, ret_changes);
    release_deinit(release);
    datasets_deinit(payload);
    report->revised = ret_changes->revised;
    report->added = ret_changes->added;
}

static void apply_passage(struct passage *passage, struct ingest_report *report)
{
    apply(passage->engine->panel, passage->feed->feed, &passage->payload, &passage->release,
        &passage->changes, report);
}

/* ---- faults → quarantine ---- */

/* One fault a line, as operators will read them. */
static const char *reasons_text(struct passage *passage, struct buf *out)
{
    for (size_t i = 0; i < passage->diags.len; i++) {
        const char *line = diag_line(&passage->diags, &passage->diags.items[i]);
        log_warning("payload refused feed=%s: %s", passage->feed->feed, line);
        if (buf_printf(out, "%s\n", line) < 0)
            break;
    }
    return buf_text(out);
}

enum { REASONS_MAX = 64 * 1024 };

static int put_payload(struct passage *passage, bool accepted, size_t revised, int64_t *ret_id)
{
    struct buf reasons;
    buf_init(&reasons, REASONS_MAX);
    struct payload_row row = {
        .feed = passage->feed->feed,
        .digest = passage->digest,
        .seen_ms = passage->message->now_ms,
        .bytes = passage->message->body.len,
        .rows = passage->rows,
        .revised = revised,
        .accepted = accepted,
        .reasons = accepted ? "" : reasons_text(passage, &reasons),
        .body = accepted ? (struct slice){"", 0} : passage->message->body,
    };
    int r = store_put_payload(passage->engine->store, &row, ret_id);
    buf_deinit(&reasons);
    return r;
}

/* ---- the feed's own state ---- */

static int32_t newer(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void take_state(struct passage *passage, struct feed_row *feed_row, const struct ingest_report *report)
{
    bool accepted = report->outcome == INGEST_ACCEPTED;
    const struct engine_message *message = passage->message;
    feed_row->feed = passage->feed->feed;
    feed_row->digest = ingest_identity(passage->feed, passage->digest, passage->arena);
    feed_row->attempted_ms = message->now_ms;
    feed_row->failures = 0;
    feed_row->health = accepted ? "ok" : "quarantine";
    const char *fault = passage->diags.len > 0 ? passage->diags.items[0].text : "";
    feed_row->text = accepted ? "" : arena_strdup(passage->arena, fault);
    feed_row->next_ms = schedule_feed(passage->feed->feed, passage->feed->interval_s, 0, 0, message->now_ms);
    /* A quarantined payload is asked for again in full: the next one may be whole under the same name. */
    feed_row->etag = accepted && message->etag != NULL ? message->etag : "";
    feed_row->last_modified = accepted && message->last_modified != NULL ? message->last_modified : "";
    if (!accepted)
        return;
    feed_row->succeeded_ms = message->now_ms;
    feed_row->newest = newer(feed_row->newest, report->newest);
}

/* ---- inside the transaction ---- */

static struct announcement reason(const struct passage *passage)
{
    return (struct announcement){passage->message->now_ms, "threshold", passage->digest.hex};
}

/* Two rounds that do not depend on each other: both read the panel, and one writes the store. */
enum { ROUND_STORE, ROUND_JUDGE, ROUND_STORE_AND_JUDGE };

struct writing {
    struct passage *passage;
    int64_t payload;
    int r;
};

static void store_or_judge(void *userdata, size_t round)
{
    struct writing *writing = userdata;
    struct passage *passage = writing->passage;
    struct engine *engine = passage->engine;
    if (round == ROUND_STORE)
        writing->r = store_put_changes(engine->store, engine->panel, &passage->changes, writing->payload);
    else
        judge_changes(engine->judge, engine->panel, &passage->changes, &passage->judged);
}

static int commit_figures(struct passage *passage, const struct ingest_report *report)
{
    struct announcement why = reason(passage);
    struct writing writing = {.passage = passage};
    int r = put_payload(passage, true, report->revised, &writing.payload);
    if (r < 0)
        return r;
    parallel_each(ROUND_STORE_AND_JUDGE, store_or_judge, &writing);
    if (engine_cancelled(passage->engine))
        return -ECANCELED;
    return writing.r == 0 ? announce_judged(passage->engine, &passage->judged, &why) : writing.r;
}

static int commit_accepted(struct passage *passage, const struct ingest_report *report)
{
    struct announcement why = reason(passage);
    int r = commit_figures(passage, report);
    return r == 0 ? announce_feed(passage->engine, passage->feed->feed, "ok", &why) : r;
}

static int commit_quarantined(struct passage *passage)
{
    struct announcement why = {passage->message->now_ms, "feed", passage->digest.hex};
    int64_t payload;
    int r = put_payload(passage, false, 0, &payload);
    return r == 0 ? announce_feed(passage->engine, passage->feed->feed, "quarantine", &why) : r;
}

static void describe_figures(struct ingest_report *report)
{
    if (report->outcome == INGEST_UNCHANGED)
        snprintf(
            report->text, sizeof report->text, "unchanged: %zu rows, and no figure differs", report->rows);
    else
        snprintf(report->text, sizeof report->text, "accepted: %zu rows, %zu new figures, %zu revised",
            report->rows, report->added, report->revised);
}

static void describe(struct ingest_report *report, const struct passage *passage)
{
    if (report->outcome == INGEST_QUARANTINED)
        snprintf(report->text, sizeof report->text, "quarantined: %zu faults, first: %.150s",
            passage->diags.errors, passage->diags.len > 0 ? passage->diags.items[0].text : "");
    else
        describe_figures(report);
}

/* Everything that the payload causes, as one transaction. On failure all that was done in memory is undone.
 */
static int commit_passage(struct passage *passage, struct feed_row *feed_row, struct ingest_report *report)
{
    struct engine *engine = passage->engine;
    bool accepted = report->outcome == INGEST_ACCEPTED;
    take_state(passage, feed_row, report);
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = accepted ? commit_accepted(passage, report) : commit_quarantined(passage);
    if (r == 0)
        r = store_put_feed(engine->store, feed_row);
    if (r == 0)
        return store_commit(engine->store);
    store_rollback(engine->store);
    return r;
}

static void passage_deinit(struct passage *passage)
{
    datasets_deinit(&passage->payload);
    release_deinit(&passage->release);
    diag_list_deinit(&passage->diags);
    panel_changes_deinit(&passage->changes);
    judge_result_deinit(&passage->judged);
}

/* Puts memory back to what the store holds. A refused payload has not touched the panel, and its empty
 * changes would take every series for new. */
static void undo(struct passage *passage, enum ingest_outcome outcome)
{
    struct engine *engine = passage->engine;
    struct judge_result unused;
    if (outcome == INGEST_ACCEPTED) {
        panel_revert(engine->panel, &passage->changes);
        judge_all(engine->judge, engine->panel, &unused);
        judge_result_deinit(&unused);
    }
    int r = announce_load(engine);
    if (r < 0)
        log_error("alerts cannot be read back: %s", store_error(engine->store));
}

/* Decodes and applies; nothing is written yet. A payload that is given up is fetched again, and at the end of
 * the daemon nobody waits for memory to be put back. */
static int work_out(struct passage *passage, struct ingest_report *report)
{
    struct engine *engine = passage->engine;
    int r = engine_cancelled(engine) ? -ECANCELED : read_payload(passage, passage->feed->feed);
    if (engine_cancelled(engine))
        return -ECANCELED;
    if (r < 0) {
        report->outcome = INGEST_QUARANTINED;
        return 0;
    }
    apply_passage(passage, report);
    return engine_cancelled(engine) ? -ECANCELED : 0;
}

int ingest_payload(struct engine *engine, const struct descriptor *feed, const struct engine_message *message,
    struct arena *arena, struct feed_row *feed_row, struct ingest_report *ret_report)
{
    struct passage passage = {.engine = engine, .feed = feed, .message = message, .arena = arena};
    struct ingest_report report = {.outcome = INGEST_ACCEPTED};
    passage.digest = digest_of(message->body.data, message->body.len);
    if (str_equal(feed_row->digest, ingest_identity(feed, passage.digest, arena))) {
        report.outcome = INGEST_UNCHANGED;
        snprintf(report.text, sizeof report.text, "unchanged: the same bytes as before");
        *ret_report = report;
        return 0;
    }
    int r = work_out(&passage, &report);
    if (r == 0) {
        r = commit_passage(&passage, feed_row, &report);
        if (r < 0 && r != -ECANCELED)
            undo(&passage, report.outcome);
    }
    describe(&report, &passage);
    passage_deinit(&passage);
    if (r == 0)
        *ret_report = report;
    return r;
}

/* ---- files that people bring ---- */

/* A series without any figure counts: it may open a scope. */
static bool changes_nothing(const struct panel *panel, const struct panel_changes *changes)
{
    return changes->len == 0 && changes->block_len == 0 &&
           panel_series_count(panel) == changes->first_new_series;
}

/* Of the feed's state only when figures last came. */
static int put_state_of_file(struct passage *passage, const struct ingest_report *report)
{
    struct store *store = passage->engine->store;
    struct arena arena = ARENA_NULL;
    struct feed_row row = {.feed = passage->feed->feed, .health = "ok"};
    int r = store_get_feed(store, passage->feed->feed, &arena, &row);
    row.succeeded_ms = passage->message->now_ms;
    row.newest = newer(row.newest, report->newest);
    if (r == 0 || r == -ENOENT)
        r = store_put_feed(store, &row);
    arena_deinit(&arena);
    return r;
}

static int commit_file(struct passage *passage, const struct ingest_report *report)
{
    struct store *store = passage->engine->store;
    int r = store_begin(store);
    if (r < 0)
        return r;
    r = commit_figures(passage, report);
    if (r == 0)
        r = put_state_of_file(passage, report);
    if (r == 0)
        return store_commit(store);
    store_rollback(store);
    return r;
}

static int take_file(struct passage *passage, struct ingest_report *report)
{
    struct engine *engine = passage->engine;
    apply_passage(passage, report);
    if (changes_nothing(engine->panel, &passage->changes)) {
        report->outcome = INGEST_UNCHANGED;
        return 0;
    }
    int r = commit_file(passage, report);
    if (r < 0)
        undo(passage, INGEST_ACCEPTED);
    return r;
}

/* Two rounds that do not depend on each other either. */
enum { ROUND_DIGEST, ROUND_READ, ROUND_DIGEST_AND_READ };

struct reading {
    struct passage *passage;
    int r;
};

static void digest_or_read(void *userdata, size_t round)
{
    struct reading *reading = userdata;
    const struct engine_message *message = reading->passage->message;
    if (round == ROUND_DIGEST)
        reading->passage->digest = digest_of(message->body.data, message->body.len);
    else
        reading->r = read_payload(reading->passage, message->file);
}

int ingest_file(struct engine *engine, const struct descriptor *feed, const struct engine_message *message,
    struct ingest_report *ret_report, struct diag_list *diags)
{
    struct passage passage = {.engine = engine, .feed = feed, .message = message};
    struct ingest_report report = {.outcome = INGEST_ACCEPTED};
    struct reading reading = {.passage = &passage};
    parallel_each(ROUND_DIGEST_AND_READ, digest_or_read, &reading);
    int r = reading.r;
    if (r == 0)
        r = take_file(&passage, &report);
    *diags = passage.diags;
    passage.diags = DIAG_LIST_NULL;
    passage_deinit(&passage);
    describe_figures(&report);
    if (r == 0)
        *ret_report = report;
    return r;
}

int ingest_try(const struct decode_input *input, struct panel *panel, int64_t now_ms,
    struct ingest_report *ret_report, struct diag_list *diags)
{
    struct datasets payload;
    struct release release;
    struct panel_changes changes;
    struct ingest_report report = {.outcome = INGEST_ACCEPTED};
    struct decode_set set = {*input, NULL, 0};
    int r = read_release(&set, panel, now_ms, &payload, &release, diags);
    if (r == 0) {
        apply(panel, input->descriptor->feed, &payload, &release, &changes, &report);
        if (changes_nothing(panel, &changes))
            report.outcome = INGEST_UNCHANGED;
        panel_changes_deinit(&changes);
        describe_figures(&report);
        *ret_report = report;
    }
    datasets_deinit(&payload);
    return r;
}
