#include "app/fetcher.h"

#include <signal.h>

#include "app/poller.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "io/loop.h"

enum { TURN_MAX_MS = 1000 };

struct fetcher {
    struct loop *loop;
    struct transfers *transfers;
    struct poller *poller;
    struct engine_message *fetched; /* what the question has brought */
    bool stopped;
};

static void on_fetched(void *userdata, struct engine_message *message)
{
    struct fetcher *fetcher = userdata;
    fetcher->fetched = message;
}

static void on_stop_signal(int signo, void *userdata)
{
    struct fetcher *fetcher = userdata;
    (void)signo;
    fetcher->stopped = true;
}

/* No feed is due by itself, and what is asked for is asked for in full. */
static void set_feeds(
    struct fetcher *fetcher, const struct setup *setup, const struct host_row *hosts, size_t host_count)
{
    struct arena arena = ARENA_NULL;
    struct feed_row *rows = arena_array(&arena, setup->feed_count, sizeof *rows);
    for (size_t i = 0; i < setup->feed_count; i++)
        rows[i] = (struct feed_row){.feed = setup->feeds[i].feed, .next_ms = INT64_MAX};
    struct host_row *known = arena_array(&arena, host_count, sizeof *known);
    for (size_t i = 0; i < host_count; i++)
        known[i] = hosts[i];
    struct engine_answer answer = {
        .setup = (struct setup *)(uintptr_t)setup, /* it is only read */
        .feeds = rows,
        .feed_count = setup->feed_count,
        .hosts = known,
        .host_count = host_count,
    };
    poller_set_feeds(fetcher->poller, &answer);
    arena_deinit(&arena);
}

struct fetcher *fetcher_new(const struct setup *setup, const struct host_row *hosts, size_t host_count)
{
    struct fetcher *fetcher = alloc_zeroed(1, sizeof *fetcher);
    fetcher->loop = loop_new();
    if (fetcher->loop != NULL)
        fetcher->transfers = transfers_new(fetcher->loop, &setup->config->plain_hosts);
    if (fetcher->transfers == NULL) {
        fetcher_free(fetcher);
        return NULL;
    }
    fetcher->poller = poller_new(on_fetched, fetcher);
    loop_on_signal(fetcher->loop, SIGINT, on_stop_signal, fetcher);
    loop_on_signal(fetcher->loop, SIGTERM, on_stop_signal, fetcher);
    set_feeds(fetcher, setup, hosts, host_count);
    return fetcher;
}

void fetcher_free(struct fetcher *fetcher)
{
    if (fetcher == NULL)
        return;
    transfers_free(fetcher->transfers);
    poller_free(fetcher->poller);
    loop_free(fetcher->loop);
    engine_message_free(fetcher->fetched);
    alloc_free(fetcher);
}

static int64_t wait_ms(const struct poller *poller)
{
    int64_t until_next = poller_next_ms(poller) - clock_wall_ms();
    return until_next < 0 ? 0 : until_next < TURN_MAX_MS ? until_next : TURN_MAX_MS;
}

/* A day is not waited for: who asks by hand is told, and comes again. */
static struct engine_message *refuse(const char *feed)
{
    struct engine_message *message = engine_message_new(MESSAGE_FETCHED, clock_wall_ms());
    message->feed = arena_strdup(&message->arena, feed);
    message->meaning = ASK_QUOTA;
    message->text = "the day's requests to the host are used up";
    return message;
}

struct engine_message *fetcher_ask(struct fetcher *fetcher, const char *feed, const struct gather_span *span,
    fetcher_turn_fn *turn, void *userdata)
{
    if (fetcher->stopped || !poller_ask(fetcher->poller, feed, span))
        return NULL;
    if (poller_is_used_up(fetcher->poller, feed, clock_wall_ms()))
        return refuse(feed);
    while (fetcher->fetched == NULL && !fetcher->stopped) {
        poller_run(fetcher->poller, fetcher->transfers, clock_wall_ms());
        if (fetcher->fetched == NULL)
            loop_turn(fetcher->loop, wait_ms(fetcher->poller));
        if (turn != NULL)
            turn(userdata);
    }
    if (fetcher->fetched == NULL)
        poller_give_up(fetcher->poller, feed, "interrupted");
    struct engine_message *message = fetcher->fetched;
    fetcher->fetched = NULL;
    if (message != NULL)
        poller_dealt(fetcher->poller, &(struct feed_row){.feed = message->feed, .next_ms = INT64_MAX});
    return message;
}

void fetcher_wait(struct fetcher *fetcher, int64_t ms, fetcher_turn_fn *turn, void *userdata)
{
    int64_t until_ms = clock_monotonic_ms() + ms, left_ms;
    while (!fetcher->stopped && (left_ms = until_ms - clock_monotonic_ms()) > 0) {
        loop_turn(fetcher->loop, left_ms < TURN_MAX_MS ? left_ms : TURN_MAX_MS);
        if (turn != NULL)
            turn(userdata);
    }
}

bool fetcher_is_stopped(const struct fetcher *fetcher)
{
    return fetcher->stopped;
}
