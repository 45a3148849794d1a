#include "app/poller.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { FETCH_TIMEOUT_MS = 10 * 60 * 1000, HOST_MAX = 256 };

struct polled_feed {
    struct poller *poller;
    char *name, *url, *etag, *last_modified;
    char host[HOST_MAX];
    int64_t max_bytes, next_ms;
    bool busy;    /* fetched, or being dealt with by the engine */
    bool removed; /* by a reload, while busy */
};

struct poller {
    poller_fetched_fn *fetched;
    void *userdata;
    char *user_agent;
    struct polled_feed **feeds; /* pointers: transfers hold them */
    size_t len, cap;
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

/* The host and port of a URL: what one queue stands for. */
static void copy_host(char host[HOST_MAX], const char *url)
{
    const char *start = strstr(url, "://");
    start = start != NULL ? start + 3 : url;
    size_t len = strcspn(start, "/?#");
    len = len < HOST_MAX ? len : HOST_MAX - 1;
    memcpy(host, start, len);
    host[len] = '\0';
}

static void set_state(struct polled_feed *feed, const struct feed_row *row)
{
    replace_text(&feed->etag, row->etag);
    replace_text(&feed->last_modified, row->last_modified);
    feed->next_ms = row->next_ms;
}

static void set_feed(struct poller *poller, const struct descriptor *descriptor, const struct feed_row *row)
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
    copy_host(feed->host, feed->url);
    feed->max_bytes = descriptor->max_bytes;
    feed->removed = false;
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

void poller_set_feeds(struct poller *poller, const struct setup *setup, const struct feed_row *rows, size_t n)
{
    struct arena arena = ARENA_NULL;
    const char *contact = setup->config->user_agent_contact;
    bool has_contact = contact != NULL && contact[0] != '\0';
    replace_text(&poller->user_agent,
        arena_printf(&arena, "User-Agent: tdwatch/" TDWATCH_VERSION "%s%s%s", has_contact ? " (" : "",
            has_contact ? contact : "", has_contact ? ")" : ""));
    arena_deinit(&arena);
    for (size_t i = 0; i < poller->len; i++)
        poller->feeds[i]->removed = true;
    for (size_t i = 0; i < setup->feed_count; i++)
        if (setup->feeds[i].url != NULL) /* else it is imported only */
            set_feed(poller, &setup->feeds[i], find_row(rows, n, setup->feeds[i].feed));
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

/* ---- fetching ---- */

static void take_body(struct engine_message *message, const struct transfer_reply *reply)
{
    const char *data = reply->body.data != NULL ? reply->body.data : "";
    if (reply->storage != NULL)
        data = message->bytes = buf_take(reply->storage);
    else
        data = arena_strndup(&message->arena, data, reply->body.len);
    message->body = (struct slice){data, reply->body.len};
}

static void on_done(void *userdata, const struct transfer_reply *reply)
{
    struct polled_feed *feed = userdata;
    struct engine_message *message = engine_message_new(MESSAGE_FETCHED, clock_wall_ms());
    message->feed = arena_strdup(&message->arena, feed->name);
    message->outcome = reply->outcome;
    message->status = reply->status;
    message->text = arena_strdup(&message->arena, reply->text);
    message->etag = reply->etag != NULL ? arena_strdup(&message->arena, reply->etag) : "";
    message->last_modified =
        reply->last_modified != NULL ? arena_strdup(&message->arena, reply->last_modified) : "";
    message->retry_after_s = reply->retry_after_s;
    if (reply->status == 200)
        take_body(message, reply);
    feed->poller->fetched(feed->poller->userdata, message);
}

static void start(struct poller *poller, struct polled_feed *feed, struct transfers *transfers)
{
    struct arena arena = ARENA_NULL;
    const char *headers[4] = {poller->user_agent};
    size_t n = 1;
    if (feed->etag[0] != '\0')
        headers[n++] = arena_printf(&arena, "If-None-Match: %s", feed->etag);
    if (feed->last_modified[0] != '\0')
        headers[n++] = arena_printf(&arena, "If-Modified-Since: %s", feed->last_modified);
    struct transfer_request request = {
        .url = feed->url,
        .headers = headers,
        .max_bytes = feed->max_bytes,
        .timeout_ms = FETCH_TIMEOUT_MS,
    };
    feed->busy = true;
    transfer_start(transfers, &request, on_done, feed);
    arena_deinit(&arena);
}

static bool host_busy(const struct poller *poller, const char *host)
{
    for (size_t i = 0; i < poller->len; i++)
        if (poller->feeds[i]->busy && str_equal(poller->feeds[i]->host, host))
            return true;
    return false;
}

void poller_run(struct poller *poller, struct transfers *transfers, int64_t now_ms)
{
    for (size_t i = 0; i < poller->len; i++) {
        struct polled_feed *feed = poller->feeds[i];
        if (!feed->busy && !feed->removed && feed->next_ms <= now_ms && !host_busy(poller, feed->host))
            start(poller, feed, transfers);
    }
}

int64_t poller_next_ms(const struct poller *poller)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < poller->len; i++) {
        const struct polled_feed *feed = poller->feeds[i];
        if (!feed->busy && feed->next_ms < next && !host_busy(poller, feed->host))
            next = feed->next_ms;
    }
    return next;
}
