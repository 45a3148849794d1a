#include "app/engine_handle.h"

#include <errno.h>

#include "app/announce.h"
#include "app/ingest.h"
#include "core/period.h"

/* ---- files that people bring ---- */

void engine_handle_import(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_IMPORTED);
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
    engine_send(engine, answer);
}

/* ---- months of the past ---- */

static int put_host(struct engine *engine, const struct engine_message *message)
{
    int r = store_begin(engine->store);
    if (r < 0)
        return r;
    r = store_put_host(engine->store, &message->host);
    return engine_end(engine, r);
}

/* What went wrong in the store, or that there is no such feed. */
static const char *why_not(struct engine *engine, int error, struct arena *arena)
{
    if (error == -ENOENT)
        return "there is no such feed";
    return arena_printf(arena, "%s; nothing has changed", store_error(engine->store));
}

void engine_handle_backfill(struct engine *engine, const struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_IMPORTED);
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
    engine_send(engine, answer);
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
    return engine_end(engine, r);
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

void engine_handle_decide(struct engine *engine, struct engine_message *message)
{
    struct engine_answer *answer = engine_answer_new(ANSWER_IMPORTED);
    answer->error = decide(engine, message, answer);
    engine_send(engine, answer);
}
