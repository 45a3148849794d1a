#include "app/ingest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/announce.h"
#include "app/enforce.h"
#include "app/exchange.h"
#include "app/ingest_notices.h"
#include "app/schedule.h"
#include "base/log.h"
#include "base/parallel.h"
#include "core/gate.h"
#include "core/period.h"
#include "feeds/notices_form.h"

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
    struct notices notices; /* of a feed of notices, instead of these */
    struct rate_list rates; /* of a feed of exchange rates, instead of these */
    size_t rows;            /* of the release; of the payload while there is none; its notices or rates */
    struct diag_list diags;
    struct panel_changes changes;
    struct judge_result judged;
};

/* ---- payload → rows → release: whole or not at all ---- */

struct decode_input ingest_input(const struct setup *setup, const struct rates *rates,
    const struct descriptor *feed, struct slice bytes, const char *file)
{
    return (struct decode_input){feed, &setup->reference.countries, bytes, file, parallel_width(), rates};
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
        .by_figure = feed->by_figure,
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

static bool is_of_notices(const struct passage *passage)
{
    return passage->feed->notices != NOTICES_NONE;
}

/* Of months that are over. */
static int read_rates(
    const struct decode_input *input, int64_t now_ms, struct rate_list *ret_rates, struct diag_list *diags)
{
    return decode_rates(input, period_of_ms(now_ms) - 1, ret_rates, diags);
}

static int read_payload(struct passage *passage, const char *file)
{
    const struct engine *engine = passage->engine;
    const struct engine_message *message = passage->message;
    struct decode_set set = {ingest_input(engine->setup, &engine->rates, passage->feed, message->body, file),
        message->ends, message->end_count};
    if (is_of_notices(passage)) {
        int failed = ingest_read_notices(
            engine->setup, passage->feed, message, file, &passage->notices, &passage->diags);
        passage->rows = passage->notices.len;
        return failed;
    }
    if (exchange_has_rates(passage->feed)) {
        int read = read_rates(&set.input, message->now_ms, &passage->rates, &passage->diags);
        passage->rows = passage->rates.rows;
        return read;
    }
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

/* Nothing is changed yet: rates come into memory when they are committed. */
static void compare_rates(const struct rates *rates, const struct descriptor *feed,
    const struct rate_list *list, struct ingest_report *report)
{
    struct exchange_changes changes = exchange_compare(rates, feed, list);
    report->rows = list->len;
    report->added = changes.added;
    report->revised = changes.revised;
    report->newest = changes.newest;
}

static void apply_passage(struct passage *passage, struct ingest_report *report)
{
    if (exchange_has_rates(passage->feed)) {
        compare_rates(&passage->engine->rates, passage->feed, &passage->rates, report);
        return;
    }
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

static int commit_notices(struct passage *passage, struct ingest_report *report)
{
    struct engine *engine = passage->engine;
    struct announcement why = reason(passage);
    int64_t payload;
    int r = put_payload(passage, true, 0, &payload);
    if (r == 0)
        r = ingest_commit_notices(engine, &passage->notices, payload, &why, &report->added);
    return r;
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
    if (exchange_has_rates(passage->feed))
        return exchange_put(
            passage->engine->store, &passage->engine->rates, passage->feed, &passage->rates, writing.payload);
    parallel_each(ROUND_STORE_AND_JUDGE, store_or_judge, &writing);
    if (engine_cancelled(passage->engine))
        return -ECANCELED;
    return writing.r == 0 ? announce_judged(passage->engine, &passage->judged, &why) : writing.r;
}

static int commit_accepted(struct passage *passage, struct ingest_report *report)
{
    struct announcement why = reason(passage);
    int r = is_of_notices(passage) ? commit_notices(passage, report) : commit_figures(passage, report);
    return r == 0 ? announce_feed(passage->engine, passage->feed->feed, "ok", &why) : r;
}

static int commit_quarantined(struct passage *passage)
{
    struct announcement why = {passage->message->now_ms, "feed", passage->digest.hex};
    int64_t payload;
    int r = put_payload(passage, false, 0, &payload);
    return r == 0 ? announce_feed(passage->engine, passage->feed->feed, "quarantine", &why) : r;
}

static void describe_figures(const struct descriptor *feed, struct ingest_report *report)
{
    bool rates = exchange_has_rates(feed);
    if (report->outcome == INGEST_UNCHANGED)
        snprintf(report->text, sizeof report->text, "unchanged: %zu %s, and no %s differs", report->rows,
            rates ? "rates" : "rows", rates ? "rate" : "figure");
    else
        snprintf(report->text, sizeof report->text, "accepted: %zu %s, %zu new %s, %zu revised", report->rows,
            rates ? "rates" : "rows", report->added, rates ? "rates" : "figures", report->revised);
}

static void describe(struct ingest_report *report, const struct passage *passage)
{
    if (report->outcome == INGEST_QUARANTINED)
        snprintf(report->text, sizeof report->text, "quarantined: %zu faults, first: %.150s",
            passage->diags.errors, passage->diags.len > 0 ? passage->diags.items[0].text : "");
    else if (is_of_notices(passage))
        snprintf(report->text, sizeof report->text, "accepted: %zu notices, %zu of them new or revised",
            report->rows, report->added);
    else
        describe_figures(passage->feed, report);
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
    notices_deinit(&passage->notices);
    rate_list_deinit(&passage->rates);
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
    if (outcome == INGEST_ACCEPTED && is_of_notices(passage)) {
        enforce_again(engine);
    } else if (outcome == INGEST_ACCEPTED && !exchange_has_rates(passage->feed)) {
        panel_revert(engine->panel, &passage->changes);
        judge_all(engine->judge, engine->panel, &unused);
        judge_result_deinit(&unused);
    }
    int r = announce_load(engine);
    if (r < 0)
        log_error("alerts cannot be read back: %s", store_error(engine->store));
}

static void take_rates(struct passage *passage)
{
    if (exchange_has_rates(passage->feed))
        exchange_take(&passage->engine->rates, passage->feed, &passage->rates);
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
    if (is_of_notices(passage)) { /* they are applied in the store, and judged there */
        report->rows = passage->rows;
        report->newest = passage->feed->ask.by_period ? period_of_ms(passage->message->now_ms) : PERIOD_NONE;
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
        if (r == 0 && report.outcome == INGEST_ACCEPTED)
            take_rates(&passage);
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
    if (exchange_has_rates(passage->feed) ? report->added + report->revised == 0
                                          : changes_nothing(engine->panel, &passage->changes)) {
        report->outcome = INGEST_UNCHANGED;
        return 0;
    }
    int r = commit_file(passage, report);
    if (r < 0)
        undo(passage, INGEST_ACCEPTED);
    else
        take_rates(passage);
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
    describe_figures(feed, &report);
    if (r == 0)
        *ret_report = report;
    return r;
}

static int try_rates(
    const struct decode_input *input, int64_t now_ms, struct ingest_report *report, struct diag_list *diags)
{
    struct rate_list list;
    int r = read_rates(input, now_ms, &list, diags);
    if (r == 0)
        compare_rates(input->rates, input->descriptor, &list, report);
    rate_list_deinit(&list);
    if (report->added + report->revised == 0)
        report->outcome = INGEST_UNCHANGED;
    return r;
}

static int try_rows(const struct decode_input *input, struct panel *panel, int64_t now_ms,
    struct ingest_report *report, struct diag_list *diags)
{
    struct datasets payload;
    struct release release;
    struct panel_changes changes;
    struct decode_set set = {*input, NULL, 0};
    int r = read_release(&set, panel, now_ms, &payload, &release, diags);
    if (r == 0) {
        apply(panel, input->descriptor->feed, &payload, &release, &changes, report);
        if (changes_nothing(panel, &changes))
            report->outcome = INGEST_UNCHANGED;
        panel_changes_deinit(&changes);
    }
    datasets_deinit(&payload);
    return r;
}

int ingest_try(const struct decode_input *input, struct panel *panel, int64_t now_ms,
    struct ingest_report *ret_report, struct diag_list *diags)
{
    struct ingest_report report = {.outcome = INGEST_ACCEPTED};
    int r = exchange_has_rates(input->descriptor) ? try_rates(input, now_ms, &report, diags)
                                                  : try_rows(input, panel, now_ms, &report, diags);
    describe_figures(input->descriptor, &report);
    if (r == 0)
        *ret_report = report;
    return r;
}
