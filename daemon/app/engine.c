#include "app/engine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/act.h"
#include "app/announce.h"
#include "app/budget.h"
#include "app/deliver.h"
#include "app/duty.h"
#include "app/enforce.h"
#include "app/engine_state.h"
#include "app/exchange.h"
#include "app/ingest.h"
#include "app/oversee.h"
#include "app/restrain.h"
#include "app/schedule.h"
#include "base/alloc.h"
#include "base/log.h"
#include "core/period.h"
#include "feeds/url.h"
#include "io/file.h"
#include "io/store_backfill.h"
#include "io/store_duty.h"
#include "io/store_held.h"

enum {
    FAILURES_BEFORE_ALERT = 3,          /* one missed fetch is weather */
    SETTLE_MS = 60 * 1000,              /* after a start or a reload, before deliveries are looked at */
    OVERSEE_MS = 5 * 60 * 1000,         /* while something is pending: is it late? */
    STORE_RETRY_MS = 60 * 1000,         /* what the store would not take is brought to it again */
    HELD_MAX_MS = 8 * 24 * 3600 * 1000, /* no agenda holds for longer: the longest is a week */
    NEWS_MONTHS = 12, /* an alert whose newest month is longer ago is no news when a backfill finds it */
};

/* ---- messages and answers ---- */

struct engine_message *engine_message_new(enum message_kind kind, int64_t now_ms)
{
    struct engine_message *message = alloc_zeroed(1, sizeof *message);
    message->kind = kind;
    message->now_ms = now_ms;
    return message;
}

void engine_message_free(struct engine_message *message)
{
    if (message == NULL)
        return;
    arena_deinit(&message->arena);
    alloc_free(message->bytes);
    alloc_free(message);
}

static struct engine_answer *answer_new(enum answer_kind kind)
{
    struct engine_answer *answer = alloc_zeroed(1, sizeof *answer);
    answer->kind = kind;
    return answer;
}

void engine_answer_free(struct engine_answer *answer)
{
    if (answer == NULL)
        return;
    diag_list_deinit(&answer->faults);
    arena_deinit(&answer->arena);
    alloc_free(answer);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the engine is to be woken: the earliest time at which something held, a look at deliveries or a
 * heartbeat is due. */
static int64_t next_tick(struct engine *engine)
{
    int64_t held_ms = INT64_MAX, duty_ms = INT64_MAX;
    int r = engine->store != NULL ? store_next_held(engine->store, &held_ms) : -ENOENT;
    if (r == 0 || (r == -ENOENT && engine->store != NULL))
        r = store_next_duty(engine->store, &duty_ms);
    if (r < 0 && r != -ENOENT)
        log_error("store cannot be read: %s", store_error(engine->store));
    return earlier(earlier(held_ms, duty_ms), earlier(engine->oversee_ms, engine->beat_ms));
}

static void send(struct engine *engine, struct engine_answer *answer)
{
    if (engine->store != NULL &&
        (store_count(engine->store, &answer->counts) < 0 ||
            store_get_heartbeat(engine->store, &answer->arena, &answer->heartbeat) < 0))
        log_error("store cannot be read: %s", store_error(engine->store));
    if (engine->setup != NULL) {
        answer->ruleset = engine->setup->ruleset->digest;
        answer->rule_count = engine->setup->ruleset->len;
    }
    answer->fallbacks = engine->fallbacks;
    if (answer->counts.pending > 0)
        engine->oversee_ms = earlier(engine->oversee_ms, engine->now_ms + OVERSEE_MS);
    if (answer->tick_ms == 0)
        answer->tick_ms = next_tick(engine);
    engine->answer(engine->userdata, answer);
}

/* ---- life ---- */

struct engine *engine_new(const char *config_path, engine_answer_fn *answer, void *userdata)
{
    struct engine *engine = alloc_zeroed(1, sizeof *engine);
    engine->config_path = alloc_strdup(config_path);
    engine->answer = answer;
    engine->userdata = userdata;
    engine->oversee_ms = engine->beat_ms = INT64_MAX;
    return engine;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->store != NULL && store_close(engine->store) < 0)
        log_warning("the store's last checkpoint failed; it is made again at the next start");
    judge_free(engine->judge);
    panel_free(engine->panel);
    ledger_deinit(&engine->ledger);
    rates_deinit(&engine->rates);
    silences_deinit(&engine->silences);
    budget_forget(engine);
    alloc_free(engine->config_path);
    alloc_free(engine);
}

void engine_cancel(struct engine *engine)
{
    atomic_store(&engine->cancelled, true);
}

/* ---- feeds' states for the poller ---- */

/* Where the descriptor has changed since, the feed is asked at once and in full, and its bytes are read anew.
 */
static struct feed_row read_feed(struct engine *engine, const struct descriptor *feed, struct arena *arena)
{
    struct feed_row row;
    if (store_get_feed(engine->store, feed->feed, arena, &row) == 0) {
        if (!ingest_is_current(feed, &row)) {
            row.etag = row.last_modified = row.digest = row.detected = "";
            row.next_ms = 0;
        }
        return row;
    }
    return (struct feed_row){
        .feed = feed->feed,
        .etag = "",
        .last_modified = "",
        .digest = "",
        .health = "ok",
        .text = "",
        .detected = "",
    };
}

static void add_feeds(struct engine *engine, struct engine_answer *answer)
{
    const struct setup *setup = engine->setup;
    answer->feed_count = setup->feed_count;
    answer->feeds = arena_array(&answer->arena, setup->feed_count, sizeof *answer->feeds);
    for (size_t i = 0; i < setup->feed_count; i++)
        answer->feeds[i] = read_feed(engine, &setup->feeds[i], &answer->arena);
}

static void add_hosts(struct engine *engine, struct engine_answer *answer)
{
    const struct setup *setup = engine->setup;
    answer->hosts = arena_array(&answer->arena, setup->feed_count, sizeof *answer->hosts);
    for (size_t i = 0; i < setup->feed_count; i++) {
        const struct descriptor *feed = &setup->feeds[i];
        const char *host = feed->url != NULL ? url_host(feed->url, &answer->arena) : NULL;
        if (host != NULL && feed->ask.per_day > 0 &&
            store_get_host(engine->store, host, &answer->hosts[answer->host_count]) == 0)
            answer->host_count++;
    }
}

/* Which payloads in quarantine are read again: of any feed, or of those whose values wait for exchange rates.
 */
enum reopened { REOPEN_ALL, REOPEN_CONVERTED };

/* A payload in quarantine is read again, at `latest_ms` if not before: what refused it may have been mended
 * on our side. */
static int reopen_quarantine(struct engine *engine, enum reopened which, int64_t latest_ms)
{
    const struct setup *setup = engine->setup;
    struct arena arena = ARENA_NULL;
    int r = 0;
    for (size_t i = 0; r == 0 && i < setup->feed_count; i++) {
        struct feed_row row = read_feed(engine, &setup->feeds[i], &arena);
        if (!announce_feed_is_open(engine, row.feed, "quarantine") ||
            (which == REOPEN_CONVERTED && !exchange_is_converted(&setup->feeds[i])))
            continue;
        row.digest = "";
        row.next_ms = latest_ms < row.next_ms ? latest_ms : row.next_ms;
        r = store_put_feed(engine->store, &row);
    }
    arena_deinit(&arena);
    return r;
}

/* ---- a new set of rules comes into force ---- */

/* Where a backfill has brought history since all was judged last, it is the reason of what is told now. */
static int take_backfill(struct engine *engine, struct announcement *why)
{
    bool untold;
    int r = store_has_untold_backfill(engine->store, &untold);
    if (r < 0 || !untold)
        return r;
    why->reason = "backfill";
    why->silent_before = period_of_ms(why->now_ms) - NEWS_MONTHS;
    return store_put_backfill_told(engine->store);
}

/* The setup in force says which feeds have rates. */
static int reload_rates(struct engine *engine)
{
    rates_deinit(&engine->rates);
    return exchange_load(engine->store, engine->setup, &engine->rates);
}

/* Judges everything under the rules and cases in force and tells what they change; in one transaction with
 * keeping the rule set. */
static int put_rules_in_force(struct engine *engine, int64_t now_ms, int64_t reopen_ms)
{
    struct announcement why = {now_ms, "rules", "", PERIOD_NONE};
    budget_forget(engine); /* other receivers, or others in their places */
    int r = reload_rates(engine);
    if (r == 0)
        r = restrain_load(engine);
    if (r == 0)
        r = store_begin(engine->store);
    if (r == 0)
        r = take_backfill(engine, &why);
    if (r == 0)
        r = enforce_rules(engine, &why);
    if (r == 0)
        r = announce_orphans(engine, &why);
    if (r == 0)
        r = oversee_meet(engine, now_ms);
    if (r == 0)
        r = reopen_quarantine(engine, REOPEN_ALL, reopen_ms);
    if (r == 0) /* the rules of what holds others back may have changed */
        r = restrain_wake(engine, HOLD_INHIBITED, now_ms);
    if (r == 0)
        r = store_recall_held(engine->store, now_ms, now_ms + HELD_MAX_MS);
    if (r == 0)
        r = store_commit(engine->store);
    else
        store_rollback(engine->store);
    if (r == 0) {
        engine->beat_ms = engine->setup->config->heartbeat_url[0] != '\0' ? now_ms : INT64_MAX;
        engine->oversee_ms = now_ms + SETTLE_MS; /* what waited for us leaves first */
    }
    return r;
}

/* ---- start ---- */

static const char *first_faults(struct diag_list *diags, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    for (size_t i = 0; i < diags->len; i++)
        (void)buf_printf(&out, "%s%s", i > 0 ? "\n" : "", diag_line(diags, &diags->items[i]));
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

static int open_store(struct engine *engine, struct engine_answer *answer)
{
    const char *directory = engine->setup->config->state_directory;
    char *text = NULL;
    int r = file_make_directory(directory);
    if (r < 0) {
        answer->text = arena_printf(&answer->arena, "%s: %s", directory, strerror(-r));
        return r;
    }
    const char *path = arena_printf(&answer->arena, "%s/tdwatch.db", directory);
    r = store_open(path, STORE_WRITE, &engine->store, &text);
    if (r < 0)
        answer->text = arena_printf(&answer->arena, "%s: %s", path, text != NULL ? text : strerror(-r));
    alloc_free(text);
    return r;
}

/* The rules on disk are faulty: the last ones that were accepted stay in force, if there are any (G16). */
static int fall_back(struct engine *engine, struct diag_list *diags, struct engine_answer *answer)
{
    struct slice files;
    struct diag_list old = DIAG_LIST_NULL;
    answer->text = first_faults(diags, &answer->arena);
    int r = store_last_ruleset(engine->store, &answer->arena, &files);
    if (r == 0)
        r = setup_restore_rules(engine->setup, files, &old);
    diag_list_deinit(&old);
    answer->degraded = r == 0;
    return r;
}

static int start_with_store(
    struct engine *engine, struct diag_list *diags, int64_t now_ms, struct engine_answer *answer)
{
    int r = open_store(engine, answer);
    if (r == 0 && engine->setup->ruleset == NULL)
        r = fall_back(engine, diags, answer);
    if (r < 0)
        return r;
    engine->panel = panel_new();
    r = store_load_panel(engine->store, engine->panel);
    if (r == 0)
        r = announce_load(engine);
    if (r == 0)
        r = put_rules_in_force(engine, now_ms, INT64_MAX); /* a restart asks no feed before its time */
    if (r < 0)
        answer->text = arena_printf(&answer->arena, "store: %s", store_error(engine->store));
    return r;
}

static void handle_start(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_STARTED);
    struct diag_list diags = DIAG_LIST_NULL;
    struct setup *setup;
    answer->error = setup_load(engine->config_path, message->secrets, &setup, &diags);
    if (setup == NULL) {
        answer->text = first_faults(&diags, &answer->arena);
    } else {
        engine->setup = setup;
        answer->error = start_with_store(engine, &diags, message->now_ms, answer);
        if (answer->error == 0) {
            answer->setup = setup;
            add_feeds(engine, answer);
            add_hosts(engine, answer);
        } else {
            engine->setup = NULL;
            setup_free(setup);
        }
    }
    diag_list_deinit(&diags);
    send(engine, answer);
}

/* ---- reload ---- */

/* Takes the new setup into force, or puts the old one back. */
static int swap_setup(
    struct engine *engine, struct setup *setup, int64_t now_ms, struct engine_answer *answer)
{
    struct setup *old = engine->setup;
    if (!str_equal(old->config->state_directory, setup->config->state_directory))
        log_warning(
            "state_directory is read at start only; the one in use stays: %s", old->config->state_directory);
    engine->setup = setup;
    int r = put_rules_in_force(engine, now_ms, now_ms);
    if (r == 0)
        return 0;
    answer->text = arena_printf(&answer->arena, "store: %s", store_error(engine->store));
    engine->setup = old;
    enforce_again(engine);
    (void)reload_rates(engine);
    (void)restrain_load(engine);
    (void)announce_load(engine); /* a store that cannot be read shows at the next message */
    return r;
}

static void handle_reload(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_RELOADED);
    struct diag_list diags = DIAG_LIST_NULL;
    struct setup *setup = NULL;
    int r = engine_cancelled(engine) ? -ECANCELED
                                     : setup_load(engine->config_path, CONFIG_WITH_SECRETS, &setup, &diags);
    if (r == -ECANCELED)
        answer->text = "the daemon ends";
    else if (r < 0)
        answer->text = first_faults(&diags, &answer->arena);
    else
        r = swap_setup(engine, setup, message->now_ms, answer);
    if (r == 0) {
        answer->setup = setup;
        add_feeds(engine, answer);
        add_hosts(engine, answer);
    } else {
        setup_free(setup);
    }
    diag_list_deinit(&diags);
    send(engine, answer);
}

/* ---- feeds ---- */

static int64_t midnight_after(int64_t now_ms)
{
    enum { DAY_MS = 24 * 3600 * 1000 };
    return (now_ms / DAY_MS + 1) * DAY_MS;
}

/* The feed answered, and there was nothing new. */
static void take_unchanged(
    struct engine *engine, const struct descriptor *feed, int64_t now_ms, struct feed_row *row)
{
    row->attempted_ms = row->succeeded_ms = now_ms;
    row->failures = 0;
    /* The bytes that were quarantined may still be all there is, whatever the network did meanwhile. */
    row->health = announce_feed_is_open(engine, feed->feed, "quarantine") ? "quarantine" : "ok";
    struct publishing publishing = schedule_publishing(feed);
    row->next_ms =
        schedule_feed(feed->feed, calendar_interval_s(&publishing, row->newest, now_ms), 0, 0, now_ms);
}

static void take_failure(
    const struct descriptor *feed, const struct engine_message *message, struct feed_row *row)
{
    row->attempted_ms = message->now_ms;
    row->failures++;
    row->text = message->text;
    row->next_ms =
        schedule_feed(feed->feed, feed->interval_s, row->failures, message->retry_after_s, message->now_ms);
    if (message->meaning == ASK_KEY || message->meaning == ASK_CHANGED) {
        /* Asking again soon would get the same answer: somebody has to do something. */
        row->health = message->meaning == ASK_KEY ? "key" : "changed";
        row->next_ms =
            schedule_feed(feed->feed, feed->interval_s, 0, message->retry_after_s, message->now_ms);
    } else if (message->meaning == ASK_QUOTA && message->retry_after_s == 0) {
        row->failures--; /* the source is well, and so are we: the day's quota is used up */
        row->next_ms = schedule_feed(feed->feed, 60, 0, 0, midnight_after(message->now_ms));
    } else if (row->failures >= FAILURES_BEFORE_ALERT) {
        row->health = "transport";
    }
}

/* Commits what went well, else undoes it: in the store, and of what is known to be told. */
static int end_transaction(struct engine *engine, int r)
{
    if (r == 0)
        r = store_commit(engine->store);
    else
        store_rollback(engine->store);
    if (r < 0 && announce_load(engine) < 0)
        log_error("alerts cannot be read back: %s", store_error(engine->store));
    return r;
}

static int put_feed(struct engine *engine, const struct feed_row *row, int64_t now_ms)
{
    struct announcement why = {now_ms, "feed", "", PERIOD_NONE};
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = store_put_feed(engine->store, row);
    if (r == 0)
        r = announce_feed(engine, row->feed, row->health, &why);
    return end_transaction(engine, r);
}

/* What the change detector has seen, once what it stands for was taken in. Where nothing was known before, it
 * stands for what is there now. */
static void keep_detected(const struct engine_message *message, struct feed_row *row)
{
    bool taken = message->meaning == ASK_DATA && str_equal(row->health, "ok");
    if (message->detected != NULL && (taken || row->detected[0] == '\0'))
        row->detected = message->detected;
}

/* New rates: feeds that may have been refused for the lack of them are asked again. Where this cannot be
 * written, the next start does it. */
static void reopen_converted(struct engine *engine, int64_t now_ms, struct engine_answer *answer)
{
    const struct setup *setup = engine->setup;
    int r = store_begin(engine->store);
    if (r == 0)
        r = end_transaction(engine, reopen_quarantine(engine, REOPEN_CONVERTED, now_ms));
    if (r < 0)
        log_error("feeds in quarantine cannot be asked again: %s", store_error(engine->store));
    for (size_t i = 0; i < setup->feed_count && r == 0; i++)
        if (exchange_is_converted(&setup->feeds[i]) &&
            announce_feed_is_open(engine, setup->feeds[i].feed, "quarantine"))
            answer->feeds[answer->feed_count++] = read_feed(engine, &setup->feeds[i], &answer->arena);
}

static int take_fetched(struct engine *engine, const struct descriptor *feed,
    const struct engine_message *message, struct engine_answer *answer)
{
    struct feed_row *row = &answer->feeds[0];
    struct ingest_report report = {.outcome = INGEST_UNCHANGED, .text = "unchanged"};
    if (message->meaning == ASK_DATA) {
        int r = ingest_payload(engine, feed, message, &answer->arena, row, &report);
        if (r < 0)
            return r;
    }
    if (message->meaning != ASK_DATA && message->meaning != ASK_NOT_YET) {
        take_failure(feed, message, row);
        log_warning("feed failed feed=%s failures=%d: %s (%s)", feed->feed, row->failures, message->text,
            ask_meaning_names[message->meaning]);
        return put_feed(engine, row, message->now_ms);
    }
    if (message->meaning == ASK_NOT_YET && message->status != 304)
        snprintf(report.text, sizeof report.text, "nothing new: %s", message->text);
    log_info("feed fetched feed=%s status=%ld: %s", feed->feed, message->status, report.text);
    if (report.outcome == INGEST_ACCEPTED && exchange_has_rates(feed))
        reopen_converted(engine, message->now_ms, answer);
    if (report.outcome != INGEST_UNCHANGED)
        return 0; /* its state is committed with the payload */
    take_unchanged(engine, feed, message->now_ms, row);
    keep_detected(message, row);
    return put_feed(engine, row, message->now_ms);
}

/* The month after the newest one should have been there, by the source's calendar or usual lag and the
 * descriptor's grace. */
static bool is_late(const struct descriptor *feed, const struct feed_row *row, int64_t now_ms)
{
    struct publishing publishing = schedule_publishing(feed);
    return feed->grace_s > 0 && row->newest != PERIOD_NONE &&
           now_ms > calendar_due_ms(&publishing, row->newest + 1) + feed->grace_s * 1000;
}

/* What a feed's answers cause besides its figures: whether it is late, and what was asked of its host. */
static int put_conduct(struct engine *engine, const struct descriptor *feed,
    const struct engine_message *message, const struct feed_row *row)
{
    struct announcement why = {message->now_ms, "feed", "", PERIOD_NONE};
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = announce_feed_late(engine, feed->feed, is_late(feed, row, message->now_ms), &why);
    if (r == 0 && message->host.host != NULL && feed->ask.per_day > 0)
        r = store_put_host(engine->store, &message->host);
    return end_transaction(engine, r);
}

/* Nothing has changed: the store would not take it, and the feed is asked again a little later; or the daemon
 * ends. */
static void postpone(struct engine *engine, const struct engine_message *message, int r, struct feed_row *row)
{
    if (r == -ECANCELED) {
        log_notice("payload given up feed=%s: it is fetched again after the next start", row->feed);
        return;
    }
    log_error("store refused what a feed brought feed=%s: %s", row->feed, store_error(engine->store));
    row->next_ms = message->now_ms + STORE_RETRY_MS;
}

static void handle_fetched(struct engine *engine, struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_FEED);
    const struct descriptor *feed = setup_feed(engine->setup, message->feed);
    answer->feeds = arena_array(&answer->arena, 1 + engine->setup->feed_count, sizeof *answer->feeds);
    answer->feed_count = 1;
    if (feed == NULL) { /* a reload has removed it while it was fetched */
        answer->feeds[0].feed = arena_strdup(&answer->arena, message->feed);
        send(engine, answer);
        return;
    }
    answer->feeds[0] = read_feed(engine, feed, &answer->arena);
    struct feed_row before = answer->feeds[0];
    int r = take_fetched(engine, feed, message, answer);
    if (r < 0) {
        answer->feeds[0] = before;
        postpone(engine, message, r, &answer->feeds[0]);
    } else if ((feed->grace_s > 0 || feed->ask.per_day > 0) &&
               put_conduct(engine, feed, message, &answer->feeds[0]) < 0) {
        log_error("store refused how a feed was asked feed=%s: %s", feed->feed, store_error(engine->store));
    }
    /* The row's texts may stand in the message, which ends here. */
    struct feed_row *row = &answer->feeds[0];
    row->etag = arena_strdup(&answer->arena, row->etag);
    row->last_modified = arena_strdup(&answer->arena, row->last_modified);
    row->text = arena_strdup(&answer->arena, row->text);
    row->detected = arena_strdup(&answer->arena, row->detected != NULL ? row->detected : "");
    send(engine, answer);
}

/* ---- files that people bring ---- */

static void handle_import(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_IMPORTED);
    const struct descriptor *feed = setup_feed(engine->setup, message->feed);
    struct ingest_report report;
    answer->error = feed != NULL ? ingest_file(engine, feed, message, &report, &answer->faults) : -ENOENT;
    if (answer->error == 0)
        answer->text = arena_strdup(&answer->arena, report.text);
    else if (answer->error == -EBADMSG)
        answer->text = "refused; nothing has changed";
    else
        answer->text = arena_printf(&answer->arena, "%s; nothing has changed",
            feed != NULL ? store_error(engine->store) : "there is no such feed");
    send(engine, answer);
}

/* ---- months of the past ---- */

static int put_host(struct engine *engine, const struct engine_message *message)
{
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = store_put_host(engine->store, &message->host);
    return end_transaction(engine, r);
}

/* What went wrong in the store, or that there is no such feed. */
static const char *why_not(struct engine *engine, int error, struct arena *arena)
{
    if (error == -ENOENT)
        return "there is no such feed";
    return arena_printf(arena, "%s; nothing has changed", store_error(engine->store));
}

static void handle_backfill(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_IMPORTED);
    const struct descriptor *feed = setup_feed(engine->setup, message->feed);
    struct ingest_report report = {.text = "nothing is published"};
    answer->error = feed == NULL ? -ENOENT : 0;
    if (feed != NULL && feed->ask.per_day > 0 && message->host.host != NULL)
        answer->error = put_host(engine, message);
    if (answer->error == 0 && message->meaning == ASK_DATA)
        answer->error = ingest_months(engine, feed, message, &report, &answer->faults);
    answer->rows = report.rows;
    answer->text = answer->error == 0 ? arena_strdup(&answer->arena, report.text)
                                      : why_not(engine, answer->error, &answer->arena);
    if (answer->error == 0 && report.outcome == INGEST_QUARANTINED && message->meaning == ASK_DATA)
        answer->error = -EBADMSG;
    send(engine, answer);
}

static void handle_settle(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_IMPORTED);
    answer->error = put_rules_in_force(engine, message->now_ms, INT64_MAX);
    answer->text = answer->error == 0 ? "told" : why_not(engine, answer->error, &answer->arena);
    send(engine, answer);
}

/* ---- what an operator decides ---- */

static int drop(struct engine *engine, const struct engine_message *message)
{
    const struct quarantine_row *decision = &message->decision;
    struct announcement why = {message->now_ms, "feed", decision->digest.hex, PERIOD_NONE};
    struct arena arena = ARENA_NULL;
    struct feed_row row;
    bool open = announce_feed_is_open(engine, decision->feed, "quarantine");
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = store_put_decision(engine->store, decision);
    if (r == 0 && open && store_get_feed(engine->store, decision->feed, &arena, &row) == 0) {
        row.health = "ok";
        row.text = "";
        r = store_put_feed(engine->store, &row);
        if (r == 0)
            r = announce_feed(engine, decision->feed, "ok", &why);
    }
    arena_deinit(&arena);
    return end_transaction(engine, r);
}

/* The payload in full, as a message that the way of one datum understands. */
static int read_quarantined(struct engine *engine, struct engine_message *message)
{
    struct quarantine_row row;
    struct quarantine_body body;
    struct quarantine_row *decision = &message->decision;
    int r = store_get_quarantined(engine->store, decision->payload, &message->arena, &row, &body);
    if (r < 0 && r != -ENODATA)
        return r;
    if (row.decided_ms != 0)
        return -EALREADY;
    row.who = decision->who;
    row.why = decision->why;
    row.decided_ms = message->now_ms;
    *decision = row;
    message->body = body.bytes;
    message->ends = body.ends;
    message->end_count = body.end_count;
    return r == -ENODATA && message->releases ? r : 0;
}

static const char *decision_text(struct engine *engine, int error, struct arena *arena)
{
    switch (error) {
    case -ENOENT:
        return "there is no payload of that number in quarantine";
    case -EALREADY:
        return "it is decided already";
    case -ENODATA:
        return "its bytes are not kept any more";
    case -ESRCH:
        return "its feed is not in the configuration";
    case -EBADMSG:
        return "refused still: only plausibility can be waived (G105, G106, G108); nothing has changed";
    default:
        return arena_printf(arena, "%s; nothing has changed", store_error(engine->store));
    }
}

static int decide(struct engine *engine, struct engine_message *message, struct engine_answer *answer)
{
    struct ingest_report report = {.text = "dropped"};
    int r = read_quarantined(engine, message);
    const struct descriptor *feed = r == 0 ? setup_feed(engine->setup, message->decision.feed) : NULL;
    if (r == 0 && !message->releases)
        r = drop(engine, message);
    else if (r == 0 && feed == NULL)
        r = -ESRCH;
    else if (r == 0)
        r = ingest_released(engine, feed, message, &report, &answer->faults);
    answer->rows = report.rows;
    answer->text =
        r == 0 ? arena_strdup(&answer->arena, report.text) : decision_text(engine, r, &answer->arena);
    return r;
}

static void handle_decide(struct engine *engine, struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_IMPORTED);
    answer->error = decide(engine, message, answer);
    send(engine, answer);
}

/* ---- deliveries ---- */

/* A heartbeat's attempt is kept apart from those of alerts; theirs may be a reason to tell somebody else. */
static int put_attempt(struct engine *engine, const struct attempt_row *attempt, int64_t now_ms)
{
    if (attempt->delivery == 0)
        return store_put_beat(engine->store, attempt);
    int r = store_put_attempt(engine->store, attempt);
    return r == 0 ? oversee_receiver(engine, attempt->receiver, attempt->state == DELIVERY_DELIVERED, now_ms)
                  : r;
}

/* An attempt that cannot be journaled is reported again, and its receiver gets nothing meanwhile: or a full
 * disk would send the same message over and over. One that fits no delivery is past mending. */
static void handle_attempted(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_ATTEMPTED);
    answer->delivery = message->attempt.delivery;
    int r = store_begin(engine->store);
    if (r == 0)
        r = end_transaction(engine, put_attempt(engine, &message->attempt, message->now_ms));
    if (r < 0)
        log_error("attempt cannot be journaled delivery=%lld: %s", (long long)message->attempt.delivery,
            store_error(engine->store));
    if (r < 0 && r != -ENOENT)
        answer->next_ms = message->now_ms + STORE_RETRY_MS;
    send(engine, answer);
}

/* ---- what is due by time ---- */

/* What is due for one receiver is one transaction: what cannot be released for one keeps no other waiting. */
static bool release_for(struct engine *engine, const char *receiver, int64_t now_ms)
{
    budget_forget(engine);
    int r = store_begin(engine->store);
    if (r == 0)
        r = deliver_due(engine, receiver, now_ms);
    if (r == 0)
        r = store_commit(engine->store);
    else
        store_rollback(engine->store);
    if (r < 0)
        log_error("what is held cannot be released receiver=%s: %s", receiver,
            r == -EMSGSIZE ? "a message would be too long" : store_error(engine->store));
    return r == 0;
}

/* So is each duty. */
static bool do_duties(struct engine *engine, int64_t now_ms, struct arena *arena)
{
    struct duty *duties = NULL;
    size_t n = 0;
    bool done = store_due_duties(engine->store, now_ms, arena, &duties, &n) == 0;
    for (size_t i = 0; i < n && !engine_cancelled(engine); i++) {
        budget_forget(engine);
        int r = store_begin(engine->store);
        if (r == 0)
            r = end_transaction(engine, duty_do(engine, &duties[i], now_ms));
        if (r < 0)
            log_error("a duty cannot be done kind=%d alert=%.12s silence=%lld: %s", (int)duties[i].kind,
                duties[i].alert, (long long)duties[i].silence, store_error(engine->store));
        done = done && r == 0;
    }
    return done;
}

/* Deliveries that are late are looked for while any is pending. */
static int oversee_by_time(struct engine *engine, int64_t now_ms)
{
    if (now_ms < engine->oversee_ms)
        return 0;
    engine->oversee_ms = INT64_MAX;
    return oversee_receivers(engine, now_ms);
}

/* Written before it is sent: a store that takes nothing must not look alive. */
static int beat_by_time(struct engine *engine, int64_t now_ms, bool *ret_beat)
{
    if (now_ms < engine->beat_ms)
        return 0;
    engine->beat_ms = now_ms + engine->setup->config->heartbeat_every_s * 1000;
    *ret_beat = true;
    return store_beat(engine->store);
}

/* Is any delivery late, is a beat due? */
static int look_around(struct engine *engine, int64_t now_ms, bool *ret_beat)
{
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = oversee_by_time(engine, now_ms);
    if (r == 0)
        r = beat_by_time(engine, now_ms, ret_beat);
    r = end_transaction(engine, r);
    if (r < 0) {
        log_error("what is due cannot be decided: %s", store_error(engine->store));
        *ret_beat = false;
    }
    return r;
}

static void handle_tick(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_TICKED);
    struct texts receivers = {0};
    bool done = do_duties(engine, message->now_ms, &answer->arena);
    if (store_due_receivers(engine->store, message->now_ms, &answer->arena, &receivers) < 0)
        done = false;
    for (size_t i = 0; i < receivers.len && !engine_cancelled(engine); i++)
        done = release_for(engine, receivers.items[i], message->now_ms) && done;
    done = look_around(engine, message->now_ms, &answer->beat) == 0 && done;
    if (!done)
        answer->tick_ms = message->now_ms + STORE_RETRY_MS;
    send(engine, answer);
}

/* ---- orders ---- */

static void handle_order(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_ORDERED);
    answer->asker = message->asker;
    answer->error =
        outbox_order_run(engine->store, &message->order, message->now_ms, &answer->arena, &answer->text);
    log_notice("outbox ordered who=%s: %s", message->order.who, answer->text);
    engine->oversee_ms = message->now_ms; /* what was said of its receiver may be over */
    send(engine, answer);
}

/* ---- what people do ---- */

static void handle_act(struct engine *engine, struct engine_message *message)
{
    struct engine_answer *answer = answer_new(ANSWER_ACTED);
    answer->asker = message->asker;
    answer->error = act(engine, &message->action, message->now_ms, &answer->arena, &answer->outcome);
    send(engine, answer);
}

void engine_handle(struct engine *engine, struct engine_message *message)
{
    engine->now_ms = message->now_ms;
    budget_forget(engine);
    switch (message->kind) {
    case MESSAGE_START:
        handle_start(engine, message);
        break;
    case MESSAGE_RELOAD:
        handle_reload(engine, message);
        break;
    case MESSAGE_FETCHED:
        handle_fetched(engine, message);
        break;
    case MESSAGE_ATTEMPTED:
        handle_attempted(engine, message);
        break;
    case MESSAGE_TICK:
        handle_tick(engine, message);
        break;
    case MESSAGE_ORDER:
        handle_order(engine, message);
        break;
    case MESSAGE_ACT:
        handle_act(engine, message);
        break;
    case MESSAGE_IMPORT:
        handle_import(engine, message);
        break;
    case MESSAGE_BACKFILL:
        handle_backfill(engine, message);
        break;
    case MESSAGE_SETTLE:
        handle_settle(engine, message);
        break;
    case MESSAGE_DECIDE:
        handle_decide(engine, message);
        break;
    }
    engine_message_free(message);
}
