#include "app/engine_handle.h"

#include <errno.h>
#include <stdio.h>

#include "app/announce.h"
#include "app/exchange.h"
#include "app/ingest.h"
#include "app/schedule.h"
#include "base/log.h"
#include "core/period.h"

enum { FAILURES_BEFORE_ALERT = 3 }; /* one missed fetch is weather */

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

static int put_feed(struct engine *engine, const struct feed_row *row, int64_t now_ms)
{
    struct announcement why = {now_ms, "feed", "", PERIOD_NONE};
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = store_put_feed(engine->store, row);
    if (r == 0)
        r = announce_feed(engine, row->feed, row->health, &why);
    return engine_end(engine, r);
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
        r = engine_end(engine, engine_reopen(engine, REOPEN_CONVERTED, now_ms));
    if (r < 0)
        log_error("feeds in quarantine cannot be asked again: %s", store_error(engine->store));
    for (size_t i = 0; i < setup->feed_count && r == 0; i++)
        if (exchange_is_converted(&setup->feeds[i]) &&
            announce_feed_is_open(engine, setup->feeds[i].feed, "quarantine"))
            answer->feeds[answer->feed_count++] = engine_feed(engine, &setup->feeds[i], &answer->arena);
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
    return engine_end(engine, r);
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

void engine_handle_fetched(struct engine *engine, struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_FEED);
    const struct descriptor *feed = setup_feed(engine->setup, message->feed);
    answer->feeds = arena_array(&answer->arena, 1 + engine->setup->feed_count, sizeof *answer->feeds);
    answer->feed_count = 1;
    if (feed == NULL) { /* a reload has removed it while it was fetched */
        answer->feeds[0].feed = arena_strdup(&answer->arena, message->feed);
        engine_send(engine, answer);
        return;
    }
    answer->feeds[0] = engine_feed(engine, feed, &answer->arena);
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
    engine_send(engine, answer);
}
