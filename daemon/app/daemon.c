#include "app/daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/control.h"
#include "app/due.h"
#include "app/engine.h"
#include "app/outbox.h"
#include "app/poller.h"
#include "app/status.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/sd.h"
#include "io/transfer.h"
#include "io/worker.h"

enum {
    TURN_MAX_MS = 1000,                /* the loop looks around at least this often */
    STOP_GRACE_MS = 8 * 1000,          /* G24: SIGTERM to exit within ten seconds */
    ENGINE_SILENCE_MS = 5 * 60 * 1000, /* longer than any payload takes: the watchdog may end us */
    REPUMP_MS = 1000,                  /* due deliveries whose receivers are busy are looked at again */
    ID_LIST_MAX = 64 * 1024,           /* bytes; of some dozens of numbers */
};

enum phase { PHASE_STARTING, PHASE_RUNNING, PHASE_STOPPING, PHASE_ENDED };

struct daemon {
    struct loop *loop;
    struct worker *worker;
    struct engine *engine;
    struct setup *setup; /* in force; owned */
    /* Pools of their own: the address check is not asked again for a reused connection. */
    struct transfers *feed_transfers;
    struct outbox_pools pools;
    struct poller *poller;
    struct outbox *outbox;
    struct due *due; /* once the store is open */
    struct http_server *http;
    struct control *control; /* NULL where its socket cannot be opened */
    struct status status;
    enum phase phase;
    bool gave_up; /* ended while the engine was at work */
    int exit_code;
    int64_t stop_by_ms; /* monotonic */
    int64_t pump_ms;    /* wall: when to ask for due deliveries */
    bool pumping;       /* asked, not answered */
    int64_t tick_ms;    /* wall: when the engine is to be woken */
    bool ticking;       /* woken, not answered */
    bool reload_wanted;
    int64_t watchdog_ms, watched_ms; /* monotonic */
    int64_t heard_ms;                /* monotonic: when the engine last answered or had nothing to do */
};

/* ---- to the engine ---- */

/* A full queue ends the message: what it said is said again later (the feed is polled, the attempt is
 * reported). */
static void post(struct daemon *daemon, struct engine_message *message)
{
    if (worker_post(daemon->worker, message) == 0)
        return;
    log_error("the engine's queue is full; a message is dropped and its work done again later");
    if (message->kind == MESSAGE_ATTEMPTED)
        outbox_postpone(daemon->outbox, message->attempt.delivery, message->now_ms + REPUMP_MS);
    if (message->kind == MESSAGE_FETCHED)
        poller_dealt(daemon->poller,
            &(struct feed_row){.feed = message->feed, .next_ms = message->now_ms + 60 * 1000});
    if (message->kind == MESSAGE_RELOAD)
        daemon->reload_wanted = true;
    if (message->kind == MESSAGE_TICK) {
        daemon->ticking = false;
        daemon->tick_ms = message->now_ms + REPUMP_MS;
    }
    if (message->kind == MESSAGE_ACT || message->kind == MESSAGE_ORDER || message->kind == MESSAGE_EXPLAIN)
        control_refuse(message->asker);
    engine_message_free(message);
}

static void on_fetched(void *userdata, struct engine_message *message)
{
    post(userdata, message);
}

static void on_attempted(void *userdata, struct engine_message *message)
{
    post(userdata, message);
}

static void on_asked(void *userdata, struct engine_message *message)
{
    post(userdata, message);
}

static void pump(struct daemon *daemon, int64_t now_ms)
{
    struct buf taken, done;
    if (daemon->pumping || daemon->phase != PHASE_RUNNING || now_ms < daemon->pump_ms)
        return;
    buf_init(&taken, ID_LIST_MAX);
    buf_init(&done, ID_LIST_MAX);
    outbox_list(daemon->outbox, &taken, &done);
    daemon->pumping = true;
    daemon->pump_ms = INT64_MAX; /* what is set from here on, the answer cannot know */
    due_ask(daemon->due, now_ms, &taken, &done);
    buf_deinit(&done);
    buf_deinit(&taken);
}

/* Wakes the engine when something that it holds is due. */
static void tick(struct daemon *daemon, int64_t now_ms)
{
    if (daemon->ticking || daemon->phase != PHASE_RUNNING || now_ms < daemon->tick_ms)
        return;
    daemon->ticking = true;
    post(daemon, engine_message_new(MESSAGE_TICK, now_ms));
}

/* ---- from the engine ---- */

static void log_lines(enum log_level level, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, "\n");
        log_write(level, "%.*s", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

/* "127.0.0.1:9464" or "[::1]:9464" → address and port; "off" listens to nothing. */
static int listen_on(struct daemon *daemon, const char *listen)
{
    char address[64];
    const char *colon = strrchr(listen, ':');
    if (str_equal(listen, "off"))
        return 0;
    bool bracketed = listen[0] == '[' && colon != NULL && colon > listen + 1;
    const char *start = listen + bracketed;
    size_t len = colon != NULL ? (size_t)(colon - start) - bracketed : 0;
    if (len == 0 || len >= sizeof address)
        return -EINVAL;
    memcpy(address, start, len);
    address[len] = '\0';
    long port = strtol(colon + 1, NULL, 10);
    return http_server_new(
        daemon->loop, address, (uint16_t)port, 0, status_handle, &daemon->status, &daemon->http);
}

static void take_setup(struct daemon *daemon, struct engine_answer *answer)
{
    setup_free(daemon->setup);
    daemon->setup = answer->setup;
    poller_set_feeds(daemon->poller, answer);
    daemon->pump_ms = 0;
}

static void fail_start(struct daemon *daemon, const char *text)
{
    log_lines(LOG_LEVEL_ERROR, text);
    log_error("not started");
    sd_notify("STATUS=not started; see the log");
    daemon->exit_code = 1;
    daemon->phase = PHASE_ENDED;
}

static void on_due(void *userdata, const struct due_answer *answer)
{
    struct daemon *daemon = userdata;
    int64_t now_ms = clock_wall_ms();
    daemon->pumping = false;
    if (daemon->phase == PHASE_RUNNING)
        outbox_send(
            daemon->outbox, &daemon->pools, daemon->setup->config, answer->deliveries, answer->count, now_ms);
    int64_t next_ms = answer->next_ms == 0 ? INT64_MAX : answer->next_ms;
    if (next_ms <= now_ms)
        next_ms = now_ms + REPUMP_MS;
    if (next_ms < daemon->pump_ms)
        daemon->pump_ms = next_ms;
}

static int open_pools(struct daemon *daemon)
{
    const struct texts *plain_hosts = &daemon->setup->config->plain_hosts;
    daemon->feed_transfers = transfers_new(daemon->loop, plain_hosts);
    daemon->pools.webhooks = transfers_new(daemon->loop, plain_hosts);
    daemon->pools.mail = transfers_new(daemon->loop, plain_hosts);
    bool all = daemon->feed_transfers != NULL && daemon->pools.webhooks != NULL && daemon->pools.mail != NULL;
    return all ? 0 : -EMFILE;
}

/* Opens what the configuration asks for: connections out, the status page in; and the socket for commands,
 * without which the daemon does its work all the same. */
static int open_network(struct daemon *daemon)
{
    int r = open_pools(daemon);
    int control =
        control_new(daemon->loop, daemon->setup->config->state_directory, on_asked, daemon, &daemon->control);
    if (control < 0)
        log_error("commands cannot reach this daemon: %s/" CONTROL_SOCKET ": %s",
            daemon->setup->config->state_directory, strerror(-control));
    daemon->due = due_new(daemon->loop, daemon->setup->config->state_directory, on_due, daemon);
    if (r == 0 && daemon->due == NULL)
        r = -EAGAIN;
    return r == 0 ? listen_on(daemon, daemon->setup->config->listen) : r;
}

static void take_started(struct daemon *daemon, struct engine_answer *answer)
{
    if (answer->setup == NULL) {
        fail_start(daemon, answer->text);
        return;
    }
    take_setup(daemon, answer);
    if (daemon->phase == PHASE_ENDED)
        return;
    daemon->status.degraded = answer->degraded;
    if (answer->degraded) {
        log_lines(LOG_LEVEL_ERROR, answer->text);
        log_error("the rule files are faulty: the last accepted rules are in force");
    }
    int r = open_network(daemon);
    if (r < 0) {
        char text[200];
        snprintf(text, sizeof text, "listen %.100s: %s", daemon->setup->config->listen, strerror(-r));
        fail_start(daemon, text);
        return;
    }
    if (daemon->phase == PHASE_STARTING)
        daemon->phase = PHASE_RUNNING;
    if (daemon->http != NULL)
        log_info("status page on port %u: /healthz /metrics", http_server_port(daemon->http));
    log_notice("ready feeds=%zu rules=%zu receivers=%zu ruleset=%.12s", daemon->setup->feed_count,
        answer->rule_count, daemon->setup->config->receiver_count, daemon->status.ruleset.hex);
    sd_notify("READY=1\nSTATUS=running");
}

/* What has not been judged must not look watched. */
static void take_enforced(struct daemon *daemon, const struct engine_answer *answer)
{
    daemon->pump_ms = 0;
    if (answer->error == 0)
        log_info("history judged ruleset=%.12s", answer->ruleset.hex);
    if (answer->error == 0 || daemon->phase != PHASE_RUNNING)
        return;
    log_lines(LOG_LEVEL_ERROR, answer->text);
    log_error("history cannot be judged: the daemon ends");
    daemon->exit_code = 1;
    daemon_stop(daemon);
}

static void take_reloaded(struct daemon *daemon, struct engine_answer *answer)
{
    daemon->status.reload_failed = answer->setup == NULL;
    if (answer->setup != NULL) {
        take_setup(daemon, answer);
        daemon->status.degraded = false;
        log_notice("reloaded rules=%zu ruleset=%.12s", answer->rule_count, daemon->status.ruleset.hex);
    } else {
        log_lines(LOG_LEVEL_ERROR, answer->text);
        log_error(
            "reload refused: what was in force stays in force, ruleset=%.12s", daemon->status.ruleset.hex);
    }
    sd_notify(answer->setup != NULL ? "READY=1\nSTATUS=running"
                                    : "READY=1\nSTATUS=running; the last reload was refused");
}

static void take_counts(struct daemon *daemon, const struct engine_answer *answer)
{
    daemon->status.counts = answer->counts;
    daemon->status.heartbeat = answer->heartbeat;
    daemon->status.heartbeat.text = NULL; /* it ends with the answer */
}

static void on_answer(void *userdata, void *taken)
{
    struct daemon *daemon = userdata;
    struct engine_answer *answer = taken;
    take_counts(daemon, answer);
    daemon->status.ruleset = answer->ruleset;
    daemon->status.fallbacks = answer->fallbacks;
    daemon->heard_ms = clock_monotonic_ms();
    daemon->tick_ms = answer->tick_ms;
    switch (answer->kind) {
    case ANSWER_STARTED:
        take_started(daemon, answer);
        break;
    case ANSWER_RELOADED:
        take_reloaded(daemon, answer);
        break;
    case ANSWER_ENFORCED:
        take_enforced(daemon, answer);
        break;
    case ANSWER_FEED:
        poller_dealt(daemon->poller, &answer->feeds[0]);
        for (size_t i = 1; i < answer->feed_count; i++)
            poller_ask_again(daemon->poller, &answer->feeds[i]);
        daemon->pump_ms = 0; /* what it brought may have to be told */
        break;
    case ANSWER_ATTEMPTED:
        if (answer->next_ms != 0)
            outbox_postpone(daemon->outbox, answer->delivery, answer->next_ms);
        else
            outbox_acknowledged(daemon->outbox, answer->delivery);
        daemon->pump_ms = 0;
        break;
    case ANSWER_TICKED:
        daemon->ticking = false;
        daemon->pump_ms = 0;
        if (answer->beat && daemon->phase == PHASE_RUNNING)
            outbox_beat(daemon->outbox, &daemon->pools, daemon->setup->config->heartbeat_url, answer,
                clock_wall_ms());
        break;
    case ANSWER_ORDERED:
        control_answer_order(answer);
        daemon->pump_ms = 0;
        break;
    case ANSWER_ACTED:
        control_answer(answer);
        daemon->pump_ms = 0;
        break;
    case ANSWER_EXPLAINED:
        control_answer_question(answer);
        break;
    case ANSWER_IMPORTED: /* not asked for */
        break;
    }
    engine_answer_free(answer);
}

static void on_message(void *userdata, void *message)
{
    struct daemon *daemon = userdata;
    engine_handle(daemon->engine, message);
}

static void on_engine_answer(void *userdata, struct engine_answer *answer)
{
    struct daemon *daemon = userdata;
    worker_answer(daemon->worker, answer);
}

/* ---- signals ---- */

void daemon_stop(struct daemon *daemon)
{
    if (daemon->phase == PHASE_STOPPING || daemon->phase == PHASE_ENDED)
        return;
    log_notice("stopping deliveries_under_way=%zu", outbox_busy(daemon->outbox));
    sd_notify("STOPPING=1");
    engine_cancel(daemon->engine);
    daemon->phase = PHASE_STOPPING;
    daemon->stop_by_ms = clock_monotonic_ms() + STOP_GRACE_MS;
}

void daemon_reload(struct daemon *daemon)
{
    daemon->reload_wanted = true;
}

static void on_stop_signal(int signo, void *userdata)
{
    (void)signo;
    daemon_stop(userdata);
}

static void on_reload_signal(int signo, void *userdata)
{
    (void)signo;
    daemon_reload(userdata);
}

/* ---- life ---- */

static void free_parts(struct daemon *daemon)
{
    /* The transfers first, so that none calls back into what is gone; then the engine's thread, whose last
     * answers must start nothing any more. */
    daemon->phase = PHASE_ENDED;
    transfers_free(daemon->feed_transfers);
    transfers_free(daemon->pools.webhooks);
    transfers_free(daemon->pools.mail);
    due_free(daemon->due);
    worker_free(daemon->worker);
    engine_free(daemon->engine);
    http_server_free(daemon->http);
    control_free(daemon->control); /* the worker's last answers have answered all who asked */
    outbox_free(daemon->outbox);
    poller_free(daemon->poller);
    setup_free(daemon->setup);
    loop_free(daemon->loop);
}

void daemon_free(struct daemon *daemon)
{
    if (daemon == NULL)
        return;
    free_parts(daemon);
    alloc_free(daemon);
}

static bool make_parts(struct daemon *daemon, const char *config_path)
{
    struct worker_handlers handlers = {on_message, on_answer, daemon};
    daemon->loop = loop_new();
    if (daemon->loop == NULL)
        return false;
    daemon->engine = engine_new(config_path, on_engine_answer, daemon);
    daemon->worker = worker_new(daemon->loop, &handlers);
    daemon->poller = poller_new(on_fetched, daemon);
    daemon->outbox = outbox_new(on_attempted, daemon);
    if (daemon->worker == NULL)
        return false;
    loop_on_signal(daemon->loop, SIGTERM, on_stop_signal, daemon);
    loop_on_signal(daemon->loop, SIGINT, on_stop_signal, daemon);
    loop_on_signal(daemon->loop, SIGHUP, on_reload_signal, daemon);
    return true;
}

struct daemon *daemon_new(const char *config_path)
{
    struct daemon *daemon = alloc_zeroed(1, sizeof *daemon);
    daemon->watchdog_ms = sd_watchdog_interval_ms();
    daemon->status.started_ms = clock_wall_ms();
    daemon->heard_ms = clock_monotonic_ms();
    daemon->pump_ms = daemon->tick_ms = INT64_MAX;
    if (!make_parts(daemon, config_path)) {
        daemon_free(daemon);
        return NULL;
    }
    struct engine_message *message = engine_message_new(MESSAGE_START, clock_wall_ms());
    message->ready_first = true;
    post(daemon, message);
    return daemon;
}

bool daemon_gave_up(const struct daemon *daemon)
{
    return daemon->gave_up;
}

int daemon_exit_code(const struct daemon *daemon)
{
    return daemon->exit_code;
}

/* ---- the turn ---- */

static void start_reload(struct daemon *daemon, int64_t now_ms)
{
    if (!daemon->reload_wanted || daemon->phase != PHASE_RUNNING)
        return;
    daemon->reload_wanted = false;
    char state[80];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_ms() * 1000);
    sd_notify(state);
    post(daemon, engine_message_new(MESSAGE_RELOAD, now_ms));
}

static void keep_watchdog(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();
    if (worker_idle(daemon->worker))
        daemon->heard_ms = now_ms;
    bool engine_hangs = now_ms - daemon->heard_ms > ENGINE_SILENCE_MS;
    if (daemon->watchdog_ms == 0 || now_ms - daemon->watched_ms < daemon->watchdog_ms || engine_hangs)
        return;
    daemon->watched_ms = now_ms;
    sd_notify("WATCHDOG=1");
}

static void end_when_quiet(struct daemon *daemon)
{
    if (daemon->phase != PHASE_STOPPING)
        return;
    bool quiet = outbox_busy(daemon->outbox) == 0 && worker_idle(daemon->worker);
    bool late = clock_monotonic_ms() >= daemon->stop_by_ms;
    if (!quiet && !late)
        return;
    daemon->gave_up = !worker_idle(daemon->worker);
    daemon->phase = PHASE_ENDED;
}

int64_t daemon_next_ms(const struct daemon *daemon)
{
    if (daemon->phase != PHASE_RUNNING)
        return INT64_MAX;
    int64_t poll_ms = poller_next_ms(daemon->poller);
    int64_t pump_ms = daemon->pumping ? INT64_MAX : daemon->pump_ms;
    int64_t outbox_ms = outbox_next_ms(daemon->outbox);
    int64_t tick_ms = daemon->ticking ? INT64_MAX : daemon->tick_ms;
    int64_t next_ms = poll_ms < pump_ms ? poll_ms : pump_ms;
    next_ms = tick_ms < next_ms ? tick_ms : next_ms;
    return outbox_ms < next_ms ? outbox_ms : next_ms;
}

bool daemon_idle(const struct daemon *daemon)
{
    bool fetching = daemon->feed_transfers != NULL && transfers_active(daemon->feed_transfers) > 0;
    return worker_idle(daemon->worker) && !fetching && outbox_busy(daemon->outbox) == 0 && !daemon->pumping &&
           !daemon->ticking && !daemon->reload_wanted;
}

static int64_t wait_ms(const struct daemon *daemon)
{
    if (daemon->phase == PHASE_STOPPING)
        return 50;
    int64_t until_next = daemon_next_ms(daemon) - clock_wall_ms();
    return until_next < 0 ? 0 : until_next < TURN_MAX_MS ? until_next : TURN_MAX_MS;
}

bool daemon_turn(struct daemon *daemon)
{
    loop_turn(daemon->loop, wait_ms(daemon));
    worker_take(daemon->worker);
    if (daemon->due != NULL)
        due_take(daemon->due);
    int64_t now_ms = clock_wall_ms();
    start_reload(daemon, now_ms);
    if (outbox_run(daemon->outbox, now_ms))
        daemon->pump_ms = 0;
    pump(daemon, now_ms);
    tick(daemon, now_ms);
    if (daemon->phase == PHASE_RUNNING)
        poller_run(daemon->poller, daemon->feed_transfers, now_ms);
    keep_watchdog(daemon);
    end_when_quiet(daemon);
    histogram_add(&daemon->status.turns, clock_monotonic_us() - loop_woke_us(daemon->loop));
    return daemon->phase != PHASE_ENDED;
}
