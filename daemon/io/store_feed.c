#include <errno.h>
#include <zstd.h>

#include "base/alloc.h"
#include "io/store_internal.h"

enum {
    /* Bodies kept of one feed's refused payloads, to look at; a source that stays broken must not fill the
       disk. */
    QUARANTINE_BODIES_MAX = 20,
    QUARANTINE_LEVEL = 3, /* zstd's own default; this is not on the fast path */
};

/* ---- payloads ---- */

/* A zstd frame (`zstd -d` opens it); alloc_free its data. */
static struct slice compress(struct slice body)
{
    size_t bound = ZSTD_compressBound(body.len);
    char *data = alloc_zeroed(bound, 1);
    size_t len = ZSTD_compress(data, bound, body.data, body.len, QUARANTINE_LEVEL);
    return (struct slice){data, ZSTD_isError(len) ? 0 : len};
}

static int put_payload(struct store *store, const struct payload_row *row, int64_t *ret_id)
{
    struct slice body = row->accepted ? (struct slice){0} : compress(row->body);
    struct query query = query_start(store, SQL_PUT_PAYLOAD);
    query_bind_text(&query, row->feed);
    query_bind_text(&query, row->digest.hex);
    query_bind_int(&query, row->seen_ms);
    query_bind_int(&query, (int64_t)row->bytes);
    query_bind_int(&query, (int64_t)row->rows);
    query_bind_int(&query, (int64_t)row->revised);
    query_bind_int(&query, row->accepted);
    query_bind_text(&query, row->reasons);
    if (row->accepted)
        query_bind_null(&query);
    else
        query_bind_blob(&query, body);
    query_bind_text(&query, row->accepted ? NULL : row->ends);
    int r = query_run(&query);
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    alloc_free((char *)body.data);
    return r;
}

static int trim_quarantine(struct store *store, const char *feed)
{
    struct query query = query_start(store, SQL_TRIM_QUARANTINE);
    query_bind_text(&query, feed);
    query_bind_int(&query, QUARANTINE_BODIES_MAX);
    return query_run(&query);
}

int store_put_payload(struct store *store, const struct payload_row *row, int64_t *ret_id)
{
    int64_t id = 0;
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = put_payload(store, row, &id);
    if (r == 0 && !row->accepted)
        r = trim_quarantine(store, row->feed);
    r = store_leave(store, r);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* ---- feeds ---- */

/* Texts last until the query's next step. */
static struct feed_row read_feed(const struct query *query)
{
    return (struct feed_row){
        .feed = query_text(query, 0),
        .etag = query_text(query, 1),
        .last_modified = query_text(query, 2),
        .digest = query_text(query, 3),
        .attempted_ms = query_int(query, 4),
        .succeeded_ms = query_int(query, 5),
        .next_ms = query_int(query, 6),
        .failures = (int)query_int(query, 7),
        .health = query_text(query, 8),
        .text = query_text(query, 9),
        .newest = (int32_t)query_int(query, 10),
        .detected = query_text(query, 11),
    };
}

static struct feed_row keep_feed(struct arena *arena, struct feed_row row)
{
    row.feed = arena_strdup(arena, row.feed);
    row.etag = arena_strdup(arena, row.etag);
    row.last_modified = arena_strdup(arena, row.last_modified);
    row.digest = arena_strdup(arena, row.digest);
    row.health = arena_strdup(arena, row.health);
    row.text = arena_strdup(arena, row.text);
    row.detected = arena_strdup(arena, row.detected);
    return row;
}

int store_get_feed(struct store *store, const char *feed, struct arena *arena, struct feed_row *ret_row)
{
    struct query query = query_start(store, SQL_GET_FEED);
    query_bind_text(&query, feed);
    int found = query_step(&query);
    if (found > 0)
        *ret_row = keep_feed(arena, read_feed(&query));
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_put_feed(struct store *store, const struct feed_row *row)
{
    struct query query = query_start(store, SQL_PUT_FEED);
    query_bind_text(&query, row->feed);
    query_bind_text(&query, row->etag);
    query_bind_text(&query, row->last_modified);
    query_bind_text(&query, row->digest);
    query_bind_int(&query, row->attempted_ms);
    query_bind_int(&query, row->succeeded_ms);
    query_bind_int(&query, row->next_ms);
    query_bind_int(&query, row->failures);
    query_bind_text(&query, row->health);
    query_bind_text(&query, row->text);
    query_bind_int(&query, row->newest);
    query_bind_text(&query, row->detected);
    return query_run(&query);
}

int store_each_feed(
    struct store *store, void (*fn)(void *userdata, const struct feed_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_FEED);
    while (query_step(&query) > 0) {
        struct feed_row row = read_feed(&query);
        fn(userdata, &row);
    }
    return query_end(&query);
}

int store_get_host(struct store *store, const char *host, struct host_row *ret_row)
{
    struct query query = query_start(store, SQL_GET_HOST);
    query_bind_text(&query, host);
    struct host_row row = {host, 0, 0};
    if (query_step(&query) > 0) {
        row.day = query_int(&query, 0);
        row.used = query_int(&query, 1);
    }
    int r = query_end(&query);
    if (r == 0)
        *ret_row = row;
    return r;
}

int store_put_host(struct store *store, const struct host_row *row)
{
    struct query query = query_start(store, SQL_PUT_HOST);
    query_bind_text(&query, row->host);
    query_bind_int(&query, row->day);
    query_bind_int(&query, row->used);
    return query_run(&query);
}

/* ---- rule sets ---- */

int store_put_ruleset(struct store *store, const char *digest, struct slice files, int64_t at_ms)
{
    struct query query = query_start(store, SQL_PUT_RULESET);
    query_bind_text(&query, digest);
    query_bind_int(&query, at_ms);
    query_bind_blob(&query, files);
    return query_run(&query);
}

/* Ends a query for one rule set's files. */
static int take_files(struct query *query, struct arena *arena, struct slice *ret_files)
{
    int found = query_step(query);
    if (found > 0) {
        struct slice files = query_blob(query, 0);
        *ret_files = (struct slice){arena_strndup(arena, files.data, files.len), files.len};
    }
    int r = query_end(query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_last_ruleset(struct store *store, struct arena *arena, struct slice *ret_files)
{
    struct query query = query_start(store, SQL_LAST_RULESET);
    return take_files(&query, arena, ret_files);
}

int store_get_ruleset(struct store *store, const char *digest, struct arena *arena, struct slice *ret_files)
{
    struct query query = query_start(store, SQL_GET_RULESET);
    query_bind_text(&query, digest);
    return take_files(&query, arena, ret_files);
}
