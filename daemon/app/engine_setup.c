#include "app/engine_handle.h"

#include <errno.h>
#include <string.h>

#include "app/announce.h"
#include "app/budget.h"
#include "app/casebook.h"
#include "app/enforce.h"
#include "app/exchange.h"
#include "app/ingest.h"
#include "app/oversee.h"
#include "app/restrain.h"
#include "base/alloc.h"
#include "base/log.h"
#include "core/period.h"
#include "feeds/url.h"
#include "io/file.h"
#include "io/store_backfill.h"
#include "io/store_held.h"

enum {
    SETTLE_MS = 60 * 1000,              /* after a start or a reload, before deliveries are looked at */
    HELD_MAX_MS = 8 * 24 * 3600 * 1000, /* no agenda holds for longer: the longest is a week */
    NEWS_MONTHS = 12, /* an alert whose newest month is longer ago is no news when a backfill finds it */
};

/* ---- feeds' states for the poller ---- */

struct feed_row engine_feed(struct engine *engine, const struct descriptor *feed, struct arena *arena)
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
        answer->feeds[i] = engine_feed(engine, &setup->feeds[i], &answer->arena);
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

int engine_reopen(struct engine *engine, enum reopened which, int64_t latest_ms)
{
    const struct setup *setup = engine->setup;
    struct arena arena = ARENA_NULL;
    int r = 0;
    for (size_t i = 0; r == 0 && i < setup->feed_count; i++) {
        struct feed_row row = engine_feed(engine, &setup->feeds[i], &arena);
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
        r = engine_reopen(engine, REOPEN_ALL, reopen_ms);
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

static int load_store(struct engine *engine, struct diag_list *diags, struct engine_answer *answer)
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
        r = casebook_load(engine->store, engine->setup);
    if (r < 0)
        answer->text = arena_printf(&answer->arena, "store: %s", store_error(engine->store));
    return r;
}

/* All that there is, judged under the rules of today. A restart asks no feed before its time. */
static int enforce(struct engine *engine, int64_t now_ms, struct engine_answer *answer)
{
    int r = put_rules_in_force(engine, now_ms, INT64_MAX);
    if (r < 0)
        answer->text = arena_printf(&answer->arena, "store: %s", store_error(engine->store));
    return r;
}

void engine_handle_start(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_STARTED);
    struct diag_list diags = DIAG_LIST_NULL;
    struct setup *setup;
    answer->error = setup_load(engine->config_path, message->secrets, &setup, &diags);
    if (setup == NULL) {
        answer->text = first_faults(&diags, &answer->arena);
    } else {
        engine->setup = setup;
        answer->error = load_store(engine, &diags, answer);
        if (answer->error == 0 && !message->ready_first)
            answer->error = enforce(engine, message->now_ms, answer);
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
    bool behind = answer->error == 0 && message->ready_first;
    engine_send(engine, answer);
    if (!behind)
        return;
    answer = engine_answer_new(ANSWER_ENFORCED);
    answer->error = enforce(engine, message->now_ms, answer);
    engine_send(engine, answer);
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

void engine_handle_reload(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_RELOADED);
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
    engine_send(engine, answer);
}

void engine_handle_settle(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_IMPORTED);
    answer->text = "told";
    answer->error = enforce(engine, message->now_ms, answer);
    engine_send(engine, answer);
}
