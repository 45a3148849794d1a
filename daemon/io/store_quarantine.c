#include "io/store_quarantine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "io/store_internal.h"

/* Texts last until the query's next step. */
static struct quarantine_row read_row(const struct query *query)
{
    struct quarantine_row row = {
        .payload = query_int(query, 0),
        .feed = query_text(query, 1),
        .seen_ms = query_int(query, 3),
        .bytes = (size_t)query_int(query, 4),
        .rows = (size_t)query_int(query, 5),
        .reasons = query_text(query, 6),
        .has_body = query_int(query, 7) != 0,
        .decided_ms = query_int(query, 8),
        .who = query_text(query, 9),
        .why = query_text(query, 10),
        .released = query_int(query, 11),
    };
    snprintf(row.digest.hex, sizeof row.digest.hex, "%s", query_text(query, 2));
    return row;
}

int store_each_quarantined(
    struct store *store, void (*fn)(void *userdata, const struct quarantine_row *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_QUARANTINED);
    while (query_step(&query) > 0) {
        struct quarantine_row row = read_row(&query);
        fn(userdata, &row);
    }
    return query_end(&query);
}

/* ---- one, with its bytes ---- */

static struct quarantine_row keep_row(struct arena *arena, struct quarantine_row row)
{
    row.feed = arena_strdup(arena, row.feed);
    row.reasons = arena_strdup(arena, row.reasons);
    row.who = arena_strdup(arena, row.who);
    row.why = arena_strdup(arena, row.why);
    return row;
}

/* The length is known, so that a damaged frame cannot ask for more. */
static int inflate_body(struct slice frame, size_t bytes, struct arena *arena, struct slice *ret_body)
{
    char *data = arena_alloc(arena, bytes + 1);
    size_t len = ZSTD_decompress(data, bytes, frame.data, frame.len);
    if (ZSTD_isError(len) || len != bytes)
        return -EIO;
    *ret_body = (struct slice){data, len};
    return 0;
}

static void read_ends(const char *text, struct arena *arena, struct quarantine_body *body)
{
    size_t n = 0, commas = 0;
    for (const char *p = text; *p != '\0'; p++)
        commas += *p == ',';
    size_t *ends = arena_array(arena, commas + 1, sizeof *ends);
    for (char *end; *text != '\0'; text = *end == ',' ? end + 1 : "")
        ends[n++] = strtoull(text, &end, 10);
    body->ends = ends;
    body->end_count = n;
}

int store_get_quarantined(struct store *store, int64_t payload, struct arena *arena,
    struct quarantine_row *ret_row, struct quarantine_body *ret_body)
{
    struct query query = query_start(store, SQL_GET_QUARANTINED);
    query_bind_int(&query, payload);
    int found = query_step(&query), read = 0;
    if (found > 0) {
        *ret_row = keep_row(arena, read_row(&query));
        *ret_body = (struct quarantine_body){0};
        read_ends(query_text(&query, 13), arena, ret_body);
        read = ret_row->has_body
                   ? inflate_body(query_blob(&query, 12), ret_row->bytes, arena, &ret_body->bytes)
                   : -ENODATA;
    }
    int r = query_end(&query);
    if (r < 0)
        return r;
    return found == 0     ? -ENOENT
           : read == -EIO ? store_damaged(store, "payload %lld", (long long)payload)
                          : read;
}

/* ---- the decision ---- */

static int put_decision(struct store *store, const struct quarantine_row *row)
{
    struct query query = query_start(store, SQL_PUT_DECISION);
    query_bind_int(&query, row->payload);
    query_bind_int(&query, row->decided_ms);
    query_bind_text(&query, row->who);
    query_bind_text(&query, row->why);
    if (row->released != 0)
        query_bind_int(&query, row->released);
    else
        query_bind_null(&query);
    return query_run(&query);
}

int store_put_decision(struct store *store, const struct quarantine_row *row)
{
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = put_decision(store, row);
    if (r == 0) {
        struct query query = query_start(store, SQL_DROP_BODY);
        query_bind_int(&query, row->payload);
        r = query_run(&query);
    }
    return store_leave(store, r);
}

/* ---- status ---- */

int store_each_feed_payloads(
    struct store *store, void (*fn)(void *userdata, const struct feed_payloads *row), void *userdata)
{
    struct query query = query_start(store, SQL_EACH_FEED_PAYLOADS);
    while (query_step(&query) > 0) {
        struct feed_payloads row = {
            .feed = query_text(&query, 0),
            .any = query_int(&query, 1) != 0,
            .held = (size_t)query_int(&query, 2),
            .rows = (size_t)query_int(&query, 3),
            .revised = (size_t)query_int(&query, 4),
        };
        fn(userdata, &row);
    }
    return query_end(&query);
}
