#include "tests/scenario/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/daemon.h"
#include "base/buf.h"
#include "core/alert.h"
#include "core/hold.h"
#include "tests/scenario/peers.h"
#include "tests/scenario/people.h"
#include "tests/support/fake_http.h"
#include "tests/support/fake_log.h"
#include "tests/support/fake_sd.h"

enum { PAGE_MAX = 16 * 1024 };

/* ---- numbers ---- */

static void expect_number(struct world *world, const char *what, const char *expected, int64_t found)
{
    if (expected == NULL || strtoll(expected, NULL, 10) != found)
        world_fail(world, "expected %s %s, found %lld", expected != NULL ? expected : "a number of", what,
            (long long)found);
}

/* ---- deliveries ---- */

static bool option_is(const struct step *step, const char *key, const char *text)
{
    const char *wanted = step_option(step, key);
    return wanted == NULL || str_equal(wanted, text);
}

static bool option_in(const struct step *step, const char *key, const char *text)
{
    const char *wanted = step_option(step, key);
    return wanted == NULL || strstr(text, wanted) != NULL;
}

static bool matches(const struct step *step, const struct received *received)
{
    return option_is(step, "to", received->to) && option_is(step, "event", received->event) &&
           option_is(step, "rule", received->rule) && option_is(step, "product", received->product) &&
           option_is(step, "market", received->market) && option_is(step, "origin", received->origin) &&
           option_is(step, "severity", received->severity) && option_is(step, "reason", received->reason) &&
           option_in(step, "subject", received->subject) && option_in(step, "text", received->content);
}

static const char *describe(struct world *world, const struct received *received)
{
    return arena_printf(&world->arena, "to=%s event=%s rule=%s product=%s severity=%s reason=%s",
        received->to, received->event, received->rule, received->product, received->severity,
        received->reason);
}

/* The first that nobody has expected yet, or NULL; a second copy is counted by `expect repeated`. */
static struct received *next_unseen(struct world *world, const struct step *step)
{
    size_t n;
    struct received *received = peers_received(world, &n);
    for (size_t i = 0; i < n; i++)
        if (!received[i].seen && !received[i].again && (step == NULL || matches(step, &received[i])))
            return &received[i];
    return NULL;
}

static void expect_delivery(struct world *world, const struct step *step)
{
    struct received *received = next_unseen(world, step), *other;
    if (received != NULL)
        received->seen = true;
    else if ((other = next_unseen(world, NULL)) != NULL)
        world_fail(world, "no such delivery; the next that came is %s", describe(world, other));
    else
        world_fail(world, "no delivery has come");
}

static void expect_repeated(struct world *world, const struct step *step)
{
    size_t n, again = 0;
    struct received *received = peers_received(world, &n);
    for (size_t i = 0; i < n; i++)
        if (received[i].again && !received[i].seen && matches(step, &received[i])) {
            received[i].seen = true;
            again++;
        }
    expect_number(world, "deliveries that came again", step->words[2], (int64_t)again);
}

static void expect_no_delivery(struct world *world)
{
    const struct received *received = next_unseen(world, NULL);
    if (received != NULL)
        world_fail(world, "an unexpected delivery: %s", describe(world, received));
}

static void expect_tries(struct world *world, const struct step *step)
{
    expect_number(world, "requests", step->words[3], peers_tries(world, step->words[2]));
}

static void expect_header(struct world *world, const struct step *step)
{
    if (step->count != 4 || !peers_had_header(world, step->words[2], step->words[3]))
        world_fail(world, "the newest request had no header '%s'", step->count == 4 ? step->words[3] : "");
}

/* ---- the store ---- */

static void expect_pending(struct world *world, const struct step *step)
{
    expect_number(world, "deliveries pending", step->words[2],
        world_count(world, "SELECT count(*) FROM delivery WHERE state = 0"));
}

static void expect_delivered(struct world *world, const struct step *step)
{
    expect_number(world, "deliveries delivered", step->words[2],
        world_count(world, "SELECT count(*) FROM delivery WHERE state = 1"));
}

static void expect_parked(struct world *world, const struct step *step)
{
    expect_number(world, "deliveries parked", step->words[2],
        world_count(world, "SELECT count(*) FROM delivery WHERE state = 2"));
}

/* `expect held N [to=…] [why=…]`: why by its name. */
static void expect_held(struct world *world, const struct step *step)
{
    const char *why = step_option(step, "why");
    int number = HOLD_NONE;
    while (why != NULL && number < HOLD_COUNT && !str_equal(hold_name((enum hold)number), why))
        number++;
    expect_number(world, "events held", step->words[2],
        world_count(world,
            "SELECT count(*) FROM held WHERE (%d = 0 OR why = %d) AND receiver = coalesce(%Q, receiver)",
            number, number, step_option(step, "to")));
}

/* `expect told N to=NAME`: so many events have come to the receiver, by themselves or in bulletins, each
 * once. */
static void expect_told(struct world *world, const struct step *step)
{
    size_t n;
    int64_t told = 0;
    struct received *received = peers_received(world, &n);
    for (size_t i = 0; i < n; i++) {
        if (received[i].again || !option_is(step, "to", received[i].to))
            continue;
        received[i].seen = true;
        told++;
        for (const char *p = received[i].told; (p = strchr(p, '\n')) != NULL; p++)
            told++;
    }
    expect_number(world, "events told", step->words[2], told);
}

/* `expect at-most N to=NAME`: messages that came in any hour. */
static void expect_at_most(struct world *world, const struct step *step)
{
    enum { HOUR_MS = 3600 * 1000 };
    size_t n;
    const struct received *received = peers_received(world, &n);
    int64_t most = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t count = 0;
        for (size_t k = i; k < n && received[k].at_ms < received[i].at_ms + HOUR_MS; k++)
            count += option_is(step, "to", received[k].to);
        most = count > most ? count : most;
    }
    if (most > strtoll(step->words[2], NULL, 10))
        world_fail(world, "%lld messages came in one hour", (long long)most);
}

static void expect_alerts(struct world *world, const struct step *step)
{
    expect_number(world, "open alerts", step->words[2],
        world_count(world, "SELECT count(*) FROM alert WHERE closed_ms IS NULL"));
}

static enum alert_event event_of(const char *name)
{
    for (int event = EVENT_RAISED; name != NULL && event < EVENT_COUNT; event++)
        if (str_equal(alert_event_name((enum alert_event)event), name))
            return (enum alert_event)event;
    return EVENT_NONE;
}

/* `expect journal N [event=…] [rule=…] [product=…]`: so many events of the kind have been journaled. */
static void expect_journal(struct world *world, const struct step *step)
{
    const char *rule = step_option(step, "rule"), *product = step_option(step, "product");
    int event = (int)event_of(step_option(step, "event"));
    int64_t n = world_count(world,
        "SELECT count(*) FROM event AS e JOIN alert AS a ON a.id = e.alert WHERE (%d = 0 OR e.event = %d)"
        " AND a.rule = coalesce(%Q, a.rule) AND a.product = coalesce(%Q, a.product)",
        event, event, rule, product);
    expect_number(world, "events in the journal", step->words[2], n);
}

static void expect_payloads(struct world *world, const struct step *step)
{
    const char *accepted = step_option(step, "accepted"), *quarantined = step_option(step, "quarantined");
    if (accepted != NULL)
        expect_number(world, "payloads accepted", accepted,
            world_count(world, "SELECT count(*) FROM payload WHERE accepted = 1"));
    if (quarantined != NULL)
        expect_number(world, "payloads in quarantine", quarantined,
            world_count(world, "SELECT count(*) FROM payload WHERE accepted = 0"));
}

static void expect_reasons(struct world *world, const struct step *step)
{
    const char *row[WORLD_COLUMNS] = {NULL};
    (void)world_row(world, row, "SELECT reasons FROM payload WHERE accepted = 0 ORDER BY id DESC LIMIT 1");
    if (row[0] == NULL || strstr(row[0], step->words[2]) == NULL)
        world_fail(world, "expected '%s' among the reasons, found '%.400s'", step->words[2],
            row[0] != NULL ? row[0] : "none");
}

/* `expect feed NAME [health=…] [failures=…]` */
static void expect_feed(struct world *world, const struct step *step)
{
    const char *row[WORLD_COLUMNS] = {NULL};
    if (!world_row(world, row, "SELECT health, failures FROM feed WHERE feed = %Q", step->words[2]))
        world_fail(world, "nothing is known of the feed");
    else if (!option_is(step, "health", row[0]) || !option_is(step, "failures", row[1]))
        world_fail(world, "the feed has health=%s failures=%s", row[0], row[1]);
}

static void expect_history(struct world *world, const struct step *step)
{
    struct digest digest = world_history(world);
    bool same = str_equal(digest.hex, world->history);
    if (same != str_equal(step->words[2], "unchanged"))
        world_fail(world, "history has %schanged since it was remembered", same ? "not " : "");
}

/* ---- what people see ---- */

static void expect_log(struct world *world, const struct step *step)
{
    if (strstr(fake_log_text(), step->words[2]) == NULL)
        world_fail(world, "the log does not say '%s', but:\n%.700s", step->words[2], fake_log_text());
}

static void expect_notified(struct world *world, const struct step *step)
{
    if (strstr(fake_sd_told(), step->words[2]) == NULL)
        world_fail(world, "the service manager was not told '%s', but '%s'", step->words[2], fake_sd_told());
}

static void expect_status(struct world *world, const struct step *step)
{
    struct buf page;
    buf_init(&page, PAGE_MAX);
    int status = fake_http_get("/healthz", &page);
    if (status != 200 || strstr(buf_text(&page), step->words[2]) == NULL)
        world_fail(world, "status page (%d): expected %s, found %s", status, step->words[2], buf_text(&page));
    buf_deinit(&page);
}

/* ---- the daemon ---- */

static void expect_ready(struct world *world, const struct step *step)
{
    (void)step;
    if (world->daemon == NULL || (!world->ready && strstr(fake_sd_told(), "READY=1") == NULL))
        world_fail(world, "the daemon is not ready; its log:\n%.700s", fake_log_text());
}

static void expect_idle(struct world *world, const struct step *step)
{
    (void)step;
    if (world->daemon == NULL || !daemon_idle(world->daemon))
        world_fail(world, "the daemon is not idle");
}

static void expect_ended(struct world *world, const struct step *step)
{
    if (world->daemon != NULL)
        world_fail(world, "the daemon still runs");
    else
        expect_number(world, "as exit code", step->words[2], world->exit_code);
}

/* `expect no delivery`, `expect no log TEXT` */
static void expect_no(struct world *world, const struct step *step)
{
    if (step->count == 3 && str_equal(step->words[2], "delivery"))
        expect_no_delivery(world);
    else if (step->count != 4 || !str_equal(step->words[2], "log"))
        world_fail(world, "expected: expect no delivery, or expect no log TEXT");
    else if (strstr(fake_log_text(), step->words[3]) != NULL)
        world_fail(world, "the log says '%s'", step->words[3]);
}

static const struct {
    const char *word;
    void (*fn)(struct world *world, const struct step *step);
    int words; /* at least, with `expect` itself */
} expectations[] = {
    {"actions", people_expect_actions, 3},
    {"alerts", expect_alerts, 3},
    {"at-most", expect_at_most, 3},
    {"delivered", expect_delivered, 3},
    {"delivery", expect_delivery, 2},
    {"ended", expect_ended, 3},
    {"feed", expect_feed, 4},
    {"header", expect_header, 4},
    {"held", expect_held, 3},
    {"history", expect_history, 3},
    {"idle", expect_idle, 2},
    {"journal", expect_journal, 3},
    {"log", expect_log, 3},
    {"no", expect_no, 3},
    {"notified", expect_notified, 3},
    {"parked", expect_parked, 3},
    {"payloads", expect_payloads, 3},
    {"pending", expect_pending, 3},
    {"ready", expect_ready, 2},
    {"reasons", expect_reasons, 3},
    {"repeated", expect_repeated, 3},
    {"status", expect_status, 3},
    {"told", expect_told, 3},
    {"tries", expect_tries, 4},
};

void expect_step(struct world *world, const struct step *step)
{
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        if (step->count < 2 || !str_equal(expectations[i].word, step->words[1]))
            continue;
        if (step->count < expectations[i].words)
            world_fail(world, "'expect %s' wants more words", step->words[1]);
        else
            expectations[i].fn(world, step);
        return;
    }
    world_fail(world, "unknown expectation '%s'", step->count > 1 ? step->words[1] : "");
}

/* ---- the end ---- */

static size_t distinct_received(struct world *world)
{
    size_t n, distinct = 0;
    const struct received *received = peers_received(world, &n);
    for (size_t i = 0; i < n; i++)
        distinct += !received[i].again;
    return distinct;
}

void expect_end(struct world *world)
{
    int64_t whole = world_count(world, "SELECT count(*) FROM delivery");
    int64_t parts = world_count(world, "SELECT count(*) FROM delivery WHERE state IN (0, 1, 2)");
    int64_t delivered = world_count(world, "SELECT count(*) FROM delivery WHERE state = 1");
    int64_t pending = world_count(world, "SELECT count(*) FROM delivery WHERE state = 0");
    int64_t received = (int64_t)distinct_received(world);
    expect_no_delivery(world);
    if (world_count(world, "SELECT count(*) FROM delivery AS d WHERE NOT EXISTS (SELECT 1 FROM delivery_event"
                           " WHERE delivery = d.id AND alert = d.alert AND seq = d.seq)") > 0 ||
        world_count(world, "SELECT count(*) FROM held JOIN delivery_event USING (alert, seq, receiver)") > 0)
        world_fail(world, "an event is told by no delivery, or held and told");
    if (whole != parts)
        world_fail(world, "the outbox does not add up");
    /* What was accepted while its attempt could not be committed is pending still. */
    if (received < delivered || received > delivered + pending)
        world_fail(world, "%lld deliveries are said to be delivered, receivers accepted %lld",
            (long long)delivered, (long long)received);
    /* Attempts that failed on our own side are journaled, and are none of the receiver's. */
    if (world_count(world, "SELECT count(*) FROM delivery AS d WHERE attempts > (SELECT count(*) FROM "
                           "attempt WHERE delivery = d.id)") > 0)
        world_fail(world, "attempts and their journal differ");
}
