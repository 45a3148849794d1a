#include "app/poller.h"

#include <string.h>

#include "app/exchange.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "core/date.h"
#include "core/period.h"
#include "feeds/gather.h"

enum { FETCH_TIMEOUT_MS = 10 * 60 * 1000, DAY_MS = 24 * 3600 * 1000 };

/* What all feeds of a host share: its limits are the strictest of theirs. */
struct host {
    char *name;
    int64_t pause_ms, per_day; /* 0: any */
    int64_t free_ms;           /* no request before it */
    int64_t day, used;         /* requests of the day */
};

struct polled_feed {
    struct poller *poller;
    struct host *host;
    char *name, *url, *etag, *last_modified;
    struct ask ask; /* texts in `words` */
    struct arena words;
    const char *key, *key_fault; /* as in struct feed_key; in `words` */
    int64_t max_bytes, next_ms;
    int32_t newest;               /* month in history */
    struct gather *gather;        /* while it is being fetched */
    bool has_rates, is_converted; /* of exchange; by them */
    bool busy;                    /* fetched, or being dealt with by the engine */
    bool in_flight;               /* a request of its gather is */
    bool removed;                 /* by a reload, while busy */
};

struct poller {
    poller_fetched_fn *fetched;
    void *userdata;
    char *user_agent;
    struct polled_feed **feeds; /* pointers: transfers hold them */
    size_t len, cap;
    struct host **hosts;
    size_t host_len, host_cap;
};

struct poller *poller_new(poller_fetched_fn *fetched, void *userdata)
{
    struct poller *poller = alloc_zeroed(1, sizeof *poller);
    poller->fetched = fetched;
    poller->userdata = userdata;
    return poller;
}

static void feed_free(struct polled_feed *feed)
{
    gather_free(feed->gather);
    arena_deinit(&feed->words);
    alloc_free(feed->name);
    alloc_free(feed->url);
    alloc_free(feed->etag);
    alloc_free(feed->last_modified);
    alloc_free(feed);
}

void poller_free(struct poller *poller)
{
    if (poller == NULL)
        return;
    for (size_t i = 0; i < poller->len; i++)
        feed_free(poller->feeds[i]);
    for (size_t i = 0; i < poller->host_len; i++) {
        alloc_free(poller->hosts[i]->name);
        alloc_free(poller->hosts[i]);
    }
    alloc_free(poller->hosts);
    alloc_free(poller->feeds);
    alloc_free(poller->user_agent);
    alloc_free(poller);
}

/* ---- the set of feeds ---- */

static struct polled_feed *find(const struct poller *poller, const char *name)
{
    for (size_t i = 0; i < poller->len; i++)
        if (str_equal(poller->feeds[i]->name, name))
            return poller->feeds[i];
    return NULL;
}

static void replace_text(char **text, const char *with)
{
    char *copy = alloc_strdup(with != NULL ? with : "");
    alloc_free(*text);
    *text = copy;
}

/* Hosts stay for as long as the poller: what was asked of one counts, whichever feeds are left. */
static struct host *host_of(struct poller *poller, const char *url)
{
    struct arena arena = ARENA_NULL;
    const char *name = url_host(url, &arena);
    struct host *host = NULL;
    for (size_t i = 0; host == NULL && i < poller->host_len; i++)
        if (str_equal(poller->hosts[i]->name, name))
            host = poller->hosts[i];
    if (host == NULL) {
        host = alloc_zeroed(1, sizeof *host);
        host->name = alloc_strdup(name);
        poller->hosts = alloc_grow(poller->hosts, poller->host_len, &poller->host_cap, sizeof(struct host *));
        poller->hosts[poller->host_len++] = host;
    }
    arena_deinit(&arena);
    return host;
}

static void set_state(struct polled_feed *feed, const struct feed_row *row)
{
    replace_text(&feed->etag, row->etag);
    replace_text(&feed->last_modified, row->last_modified);
    feed->next_ms = row->next_ms;
    feed->newest = row->newest;
}

static void set_words(
    struct polled_feed *feed, const struct descriptor *descriptor, const struct feed_key *key)
{
    arena_deinit(&feed->words);
    feed->ask = ask_copy(&descriptor->ask, &feed->words);
    feed->key = key->text != NULL ? arena_strdup(&feed->words, key->text) : NULL;
    feed->key_fault = key->fault != NULL ? arena_strdup(&feed->words, key->fault) : NULL;
    feed->max_bytes = descriptor->max_bytes;
}

static void add_limits(struct host *host, const struct ask *ask)
{
    if (ask->pause_s * 1000 > host->pause_ms)
        host->pause_ms = ask->pause_s * 1000;
    if (ask->per_day > 0 && (host->per_day == 0 || ask->per_day < host->per_day))
        host->per_day = ask->per_day;
}

static void set_feed(struct poller *poller, const struct descriptor *descriptor, const struct feed_key *key,
    const struct feed_row *row)
{
    struct polled_feed *feed = find(poller, descriptor->feed);
    if (feed == NULL) {
        feed = alloc_zeroed(1, sizeof *feed);
        feed->poller = poller;
        feed->name = alloc_strdup(descriptor->feed);
        poller->feeds = alloc_grow(poller->feeds, poller->len, &poller->cap, sizeof(struct polled_feed *));
        poller->feeds[poller->len++] = feed;
    }
    bool moved = feed->url != NULL && !str_equal(feed->url, descriptor->url);
    replace_text(&feed->url, descriptor->url);
    feed->host = host_of(poller, feed->url);
    feed->removed = false;
    set_words(feed, descriptor, key);
    add_limits(feed->host, &feed->ask);
    feed->has_rates = exchange_has_rates(descriptor);
    feed->is_converted = exchange_is_converted(descriptor);
    set_state(feed, row);
    if (moved) { /* another document: what is known of the old one says nothing of it */
        replace_text(&feed->etag, "");
        replace_text(&feed->last_modified, "");
        feed->next_ms = 0;
    }
}

static void drop_removed(struct poller *poller)
{
    size_t kept = 0;
    for (size_t i = 0; i < poller->len; i++) {
        struct polled_feed *feed = poller->feeds[i];
        if (feed->removed && !feed->busy)
            feed_free(feed);
        else
            poller->feeds[kept++] = feed;
    }
    poller->len = kept;
}

static const struct feed_row *find_row(const struct feed_row *rows, size_t n, const char *feed)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal(rows[i].feed, feed))
            return &rows[i];
    return NULL;
}

/* A day that is going on here counts on; what the store knows may be a little older. */
static void set_hosts(struct poller *poller, const struct engine_answer *answer)
{
    for (size_t i = 0; i < poller->host_len; i++)
        poller->hosts[i]->pause_ms = poller->hosts[i]->per_day = 0;
    for (size_t i = 0; i < answer->host_count; i++) {
        const struct host_row *row = &answer->hosts[i];
        struct host *host = host_of(poller, row->host);
        if (row->day > host->day || (row->day == host->day && row->used > host->used)) {
            host->day = row->day;
            host->used = row->used;
        }
    }
}

static void set_user_agent(struct poller *poller, const char *contact)
{
    struct arena arena = ARENA_NULL;
    bool has_contact = contact != NULL && contact[0] != '\0';
    replace_text(&poller->user_agent,
        arena_printf(&arena, "User-Agent: tdwatch/" TDWATCH_VERSION "%s%s%s", has_contact ? " (" : "",
            has_contact ? contact : "", has_contact ? ")" : ""));
    arena_deinit(&arena);
}

void poller_set_feeds(struct poller *poller, const struct engine_answer *answer)
{
    const struct setup *setup = answer->setup;
    set_user_agent(poller, setup->config->user_agent_contact);
    set_hosts(poller, answer);
    for (size_t i = 0; i < poller->len; i++)
        poller->feeds[i]->removed = true;
    for (size_t i = 0; i < setup->feed_count; i++)
        if (setup->feeds[i].url != NULL) /* else it is imported only */
            set_feed(poller, &setup->feeds[i], &setup->keys[i],
                find_row(answer->feeds, answer->feed_count, setup->feeds[i].feed));
    drop_removed(poller);
}

void poller_dealt(struct poller *poller, const struct feed_row *row)
{
    struct polled_feed *feed = find(poller, row->feed);
    if (feed == NULL)
        return;
    feed->busy = false;
    set_state(feed, row);
    drop_removed(poller);
}

void poller_ask_again(struct poller *poller, const struct feed_row *row)
{
    struct polled_feed *feed = find(poller, row->feed);
    if (feed != NULL && !feed->busy)
        set_state(feed, row);
}

/* ---- what a host allows ---- */

static bool is_used_up(const struct host *host, int64_t now_ms)
{
    return host->per_day > 0 && host->day == now_ms / DAY_MS && host->used >= host->per_day;
}

/* When the host may be asked. */
static int64_t free_ms(const struct host *host, int64_t now_ms)
{
    int64_t midnight_ms = (now_ms / DAY_MS + 1) * DAY_MS;
    return is_used_up(host, now_ms) ? midnight_ms : host->free_ms;
}

static void count_request(struct host *host, int64_t now_ms)
{
    if (host->day != now_ms / DAY_MS) {
        host->day = now_ms / DAY_MS;
        host->used = 0;
    }
    host->used++;
    host->free_ms = now_ms + host->pause_ms;
}

static bool host_busy(const struct poller *poller, const struct host *host)
{
    for (size_t i = 0; i < poller->len; i++)
        if (poller->feeds[i]->busy && poller->feeds[i]->host == host)
            return true;
    return false;
}

/* A feed whose values are converted waits for rates that are on their way: else it might be refused for their
 * lack. Its turn comes when they are dealt with, or have failed. */
static bool waits_for_rates(const struct poller *poller, const struct polled_feed *feed, int64_t now_ms)
{
    for (size_t i = 0; feed->is_converted && i < poller->len; i++)
        if (poller->feeds[i]->has_rates && (poller->feeds[i]->busy || poller->feeds[i]->next_ms <= now_ms))
            return true;
    return false;
}

/* ---- fetching ---- */

static struct engine_message *message_of(
    const struct polled_feed *feed, enum ask_meaning meaning, const char *text)
{
    struct engine_message *message = engine_message_new(MESSAGE_FETCHED, clock_wall_ms());
    struct arena *arena = &message->arena;
    message->feed = arena_strdup(arena, feed->name);
    message->meaning = meaning;
    message->text = arena_strdup(arena, text);
    message->etag = message->last_modified = "";
    message->host =
        (struct host_row){arena_strdup(arena, feed->host->name), feed->host->day, feed->host->used};
    return message;
}

/* The bytes are handed over: copying a large payload would hold up the loop. */
static void move_payload(struct gather *gather, struct engine_message *message)
{
    const size_t *ends;
    message->bytes = gather_take_bytes(gather, &message->body.len);
    message->body.data = message->bytes;
    message->end_count = gather_ends(gather, &ends);
    size_t *copy = arena_array(&message->arena, message->end_count, sizeof *copy);
    memcpy(copy, ends, message->end_count * sizeof *copy);
    message->ends = copy;
}

static void hand_over(struct polled_feed *feed, struct engine_message *message)
{
    gather_free(feed->gather);
    feed->gather = NULL;
    feed->poller->fetched(feed->poller->userdata, message);
}

/* The gather has ended. `reply` is what ended it, or NULL. */
static void end(struct polled_feed *feed, const struct transfer_reply *reply)
{
    enum ask_meaning meaning = gather_meaning(feed->gather);
    struct engine_message *message = message_of(feed, meaning, gather_text(feed->gather));
    if (meaning == ASK_DATA)
        move_payload(feed->gather, message);
    if (reply != NULL) {
        message->status = reply->status;
        message->retry_after_s = reply->retry_after_s;
    }
    if (reply != NULL && meaning == ASK_DATA && ask_is_single(&feed->ask)) {
        message->etag = reply->etag != NULL ? arena_strdup(&message->arena, reply->etag) : "";
        message->last_modified =
            reply->last_modified != NULL ? arena_strdup(&message->arena, reply->last_modified) : "";
    }
    hand_over(feed, message);
}

static void end_unanswered(
    struct polled_feed *feed, const struct transfer_reply *reply, enum ask_meaning meaning)
{
    struct engine_message *message = message_of(feed, meaning, reply->text);
    message->status = reply->status;
    message->retry_after_s = reply->retry_after_s;
    hand_over(feed, message);
}

static void on_done(void *userdata, const struct transfer_reply *reply)
{
    struct polled_feed *feed = userdata;
    struct gather_answer answer = {
        reply->status, reply->body, reply->storage, reply->retry_after_s, feed->key};
    feed->in_flight = false;
    if (reply->outcome != TRANSFER_DONE)
        end_unanswered(feed, reply, ASK_FAILED);
    else if (reply->status == 304)
        end_unanswered(feed, reply, ASK_NOT_YET);
    else if (!gather_take(feed->gather, &answer))
        end(feed, reply);
    else if (gather_wait_s(feed->gather) > 0)
        feed->host->free_ms = clock_wall_ms() + gather_wait_s(feed->gather) * 1000;
}

static void request(struct polled_feed *feed, struct transfers *transfers, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    const char *headers[6] = {feed->poller->user_agent};
    size_t n = 1;
    bool conditional = ask_is_single(&feed->ask);
    if (conditional && feed->etag[0] != '\0')
        headers[n++] = arena_printf(&arena, "If-None-Match: %s", feed->etag);
    if (conditional && feed->last_modified[0] != '\0')
        headers[n++] = arena_printf(&arena, "If-Modified-Since: %s", feed->last_modified);
    if (feed->ask.key_header != NULL && feed->key != NULL)
        headers[n++] = arena_printf(&arena, "%s: %s", feed->ask.key_header, feed->key);
    if (feed->ask.accept != NULL)
        headers[n++] = arena_printf(&arena, "Accept: %s", feed->ask.accept);
    const char *form = gather_form(feed->gather);
    struct transfer_request wanted = {
        .url = url_with_key(gather_url(feed->gather), &feed->ask, feed->key, &arena),
        .headers = headers,
        .body = {form, form != NULL ? strlen(form) : 0},
        .max_bytes = gather_room(feed->gather),
        .timeout_ms = FETCH_TIMEOUT_MS,
    };
    feed->in_flight = true;
    count_request(feed->host, now_ms);
    transfer_start(transfers, &wanted, on_done, feed);
    arena_deinit(&arena);
}

static void begin(struct polled_feed *feed, struct transfers *transfers, int64_t now_ms)
{
    struct gather_span span = {feed->newest, period_of_ms(now_ms) - 1, date_of_ms(now_ms)};
    feed->busy = true;
    if (feed->key_fault != NULL) {
        hand_over(feed, message_of(feed, ASK_KEY, feed->key_fault));
        return;
    }
    feed->gather = gather_new(feed->url, &feed->ask, &span, feed->max_bytes);
    if (gather_url(feed->gather) == NULL)
        end(feed, NULL);
    else
        request(feed, transfers, now_ms);
}

/* The day's requests are used up in the middle: what was gathered is no whole. */
static void give_up(struct polled_feed *feed)
{
    struct transfer_reply reply = {.text = "the day's requests to the host are used up"};
    end_unanswered(feed, &reply, ASK_QUOTA);
}

static void go_on(struct polled_feed *feed, struct transfers *transfers, int64_t now_ms)
{
    if (is_used_up(feed->host, now_ms))
        give_up(feed);
    else if (feed->host->free_ms <= now_ms)
        request(feed, transfers, now_ms);
}

void poller_run(struct poller *poller, struct transfers *transfers, int64_t now_ms)
{
    for (size_t i = 0; i < poller->len; i++) {
        struct polled_feed *feed = poller->feeds[i];
        bool due = !feed->busy && !feed->removed && feed->next_ms <= now_ms &&
                   !waits_for_rates(poller, feed, now_ms);
        if (feed->gather != NULL && !feed->in_flight)
            go_on(feed, transfers, now_ms);
        else if (due && free_ms(feed->host, now_ms) <= now_ms && !host_busy(poller, feed->host))
            begin(feed, transfers, now_ms);
    }
}

int64_t poller_next_ms(const struct poller *poller)
{
    int64_t next = INT64_MAX, now_ms = clock_wall_ms();
    for (size_t i = 0; i < poller->len; i++) {
        const struct polled_feed *feed = poller->feeds[i];
        int64_t allowed_ms = free_ms(feed->host, now_ms), at_ms = INT64_MAX;
        if (feed->gather != NULL && !feed->in_flight)
            at_ms = feed->host->free_ms;
        else if (!feed->busy && !host_busy(poller, feed->host) && !waits_for_rates(poller, feed, now_ms))
            at_ms = feed->next_ms > allowed_ms ? feed->next_ms : allowed_ms;
        next = at_ms < next ? at_ms : next;
    }
    return next;
}
