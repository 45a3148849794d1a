#include "io/store_internal.h"

#define ALERT_COLUMNS                                                                                        \
    "id, rule, product, market, origin, audience, raised, severity, state, period, seq, opened_ms, "         \
    "closed_ms"

#define DELIVERY_COLUMNS                                                                                     \
    "id, alert, seq, receiver, channel, message_id, state, attempts, created_ms, next_ms, done_ms,"          \
    " last_text, thread, subject, text, html, body, chart_vi, chart_en"

#define NOTICE_COLUMNS                                                                                       \
    "id, market, agency, title, url, product, cases, origins, codes, proceeding, step, outcome, laws,"       \
    " correction, listed, in_force, published, effective, due"

#define EVENT_COLUMNS "seq, at_ms, event, reason, period, raised, severity, state, sources, vintage, ruleset"

static const char *const texts[SQL_STATEMENT_COUNT] = {
    /* IMMEDIATE: a writer that cannot have the file learns it here, not half way. */
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_ENTER] = "SAVEPOINT call",
    [SQL_LEAVE] = "RELEASE call",
    [SQL_UNDO] = "ROLLBACK TO call",

    [SQL_PUT_SOURCE] = "INSERT INTO source (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
    [SQL_PUT_SERIES] = "INSERT INTO series (id, source, reporter, flow, partner, product, unit)"
                       " VALUES (?, (SELECT id FROM source WHERE name = ?), ?, ?, ?, ?, ?)",
    [SQL_EACH_SERIES] = "SELECT series.id, source.name, reporter, flow, partner, product, unit"
                        " FROM series CROSS JOIN source ON source.id = series.source ORDER BY series.id",
    [SQL_EACH_UNITLESS] = "SELECT id FROM series WHERE unit = ''",
    [SQL_PUT_UNIT] = "UPDATE series SET unit = ? WHERE id = ?",
    [SQL_UPDATE_BLOCK] = "UPDATE block SET body = ? WHERE period = ? AND series = ?",
    [SQL_PUT_BLOCK] = "INSERT INTO block (body, period, series, payload) VALUES (?, ?, ?, ?)",
    [SQL_EACH_BLOCK] = "SELECT period, series, body FROM block WHERE payload <= ?",
    [SQL_PUT_REVISION] = "INSERT INTO revision (payload, series, period, column, old, new, old_flags)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?)",
    /* The primary key gives the order. */
    [SQL_EACH_REVISION] = "SELECT payload, seen_ms, series, period, column, old, new, old_flags FROM revision"
                          " CROSS JOIN payload ON payload.id = revision.payload"
                          " ORDER BY payload, series, period, column",
    /* A block that came later is not there to be undone in; 4096 is BLOCK_SERIES. */
    [SQL_EACH_LATER_REVISION] =
        "SELECT revision.series, revision.period, column, old, old_flags FROM revision CROSS JOIN block"
        " ON block.period = revision.period AND block.series = revision.series - revision.series % 4096"
        " WHERE revision.payload > ?1 AND block.payload <= ?1 ORDER BY revision.payload DESC",
    [SQL_EACH_BLOCK_ORIGIN] = "SELECT period, series, payload FROM block ORDER BY period, series",

    [SQL_PUT_PAYLOAD] =
        "INSERT INTO payload (feed, digest, seen_ms, bytes, rows, revised, accepted, reasons, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_EACH_PAYLOAD] = "SELECT id, feed, digest, seen_ms, bytes, rows, revised FROM payload"
                         " WHERE accepted = 1 ORDER BY id",
    [SQL_FIND_PAYLOAD] = "SELECT id FROM payload WHERE accepted = 1 AND digest = ? ORDER BY id DESC LIMIT 1",
    [SQL_TRIM_QUARANTINE] =
        "UPDATE payload SET body = NULL WHERE accepted = 0 AND feed = ?1 AND body IS NOT NULL AND id <="
        " (SELECT id FROM payload WHERE accepted = 0 AND feed = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [SQL_GET_FEED] =
        "SELECT feed, etag, last_modified, digest, attempted_ms, succeeded_ms, next_ms, failures,"
        " health, text, newest FROM feed WHERE feed = ?",
    [SQL_EACH_FEED] =
        "SELECT feed, etag, last_modified, digest, attempted_ms, succeeded_ms, next_ms, failures,"
        " health, text, newest FROM feed ORDER BY feed",
    [SQL_GET_HOST] = "SELECT day, used FROM host WHERE host = ?",
    [SQL_PUT_HOST] = "INSERT OR REPLACE INTO host (host, day, used) VALUES (?, ?, ?)",
    [SQL_PUT_FEED] = "INSERT OR REPLACE INTO feed (feed, etag, last_modified, digest, attempted_ms,"
                     " succeeded_ms, next_ms, failures, health, text, newest)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",

    [SQL_GET_NOTICE] = "SELECT version, digest FROM notice WHERE id = ? ORDER BY version DESC LIMIT 1",
    [SQL_PUT_NOTICE] = "INSERT INTO notice (version, payload, digest, " NOTICE_COLUMNS ")"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_EACH_NOTICE] = "SELECT " NOTICE_COLUMNS " FROM notice AS newest WHERE version ="
                        " (SELECT max(version) FROM notice WHERE id = newest.id) ORDER BY id",
    [SQL_DROP_CASES] = "DELETE FROM trade_case",
    [SQL_PUT_CASE] = "INSERT INTO trade_case (market, id, against, type, product, state, codes, petition,"
                     " initiation, preliminary, final, in_force_from, revoked, ended, first, newest,"
                     " newest_notice, notices)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_PUT_RATE] = "INSERT INTO rate (payload, base, currency, period, rate) VALUES (?, ?, ?, ?, ?)",
    [SQL_EACH_RATE] = "SELECT feed, base, currency, period, rate FROM rate"
                      " CROSS JOIN payload ON payload.id = rate.payload ORDER BY payload, currency, period",

    /* A known rule set that comes back is the last one again; the last one put again is no change. */
    [SQL_PUT_RULESET] =
        "INSERT INTO ruleset (digest, turn, at_ms, files)"
        " VALUES (?, (SELECT coalesce(max(turn), 0) + 1 FROM ruleset), ?, ?)"
        " ON CONFLICT (digest) DO UPDATE SET turn = excluded.turn WHERE turn < excluded.turn - 1",
    [SQL_LAST_RULESET] = "SELECT files FROM ruleset ORDER BY turn DESC LIMIT 1",
    [SQL_GET_RULESET] = "SELECT files FROM ruleset WHERE digest = ?",

    [SQL_GET_ALERT] = "SELECT " ALERT_COLUMNS " FROM alert WHERE id = ?",
    [SQL_FIND_ALERT] = "SELECT " ALERT_COLUMNS " FROM alert WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2",
    [SQL_EACH_ALERT] = "SELECT " ALERT_COLUMNS " FROM alert ORDER BY opened_ms, id",
    [SQL_EACH_OPEN_ALERT] =
        "SELECT " ALERT_COLUMNS " FROM alert WHERE closed_ms IS NULL ORDER BY opened_ms, id",
    [SQL_PUT_ALERT] =
        "INSERT INTO alert (" ALERT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET audience = excluded.audience, raised = excluded.raised,"
        " severity = excluded.severity, state = excluded.state, period = excluded.period,"
        " seq = excluded.seq, closed_ms = excluded.closed_ms",
    [SQL_TOUCH_ALERT] = "UPDATE alert SET state = ?, period = ? WHERE id = ?",
    [SQL_DROP_ALERT_FIGURES] = "DELETE FROM alert_figure WHERE alert = ?",
    [SQL_PUT_ALERT_FIGURE] = "INSERT INTO alert_figure (alert, position, name, type, unknown, value)"
                             " VALUES (?, ?, ?, ?, ?, ?)",
    [SQL_EACH_ALERT_FIGURE] =
        "SELECT name, type, unknown, value FROM alert_figure WHERE alert = ? ORDER BY position",
    [SQL_PUT_EVENT] =
        "INSERT INTO event (alert, seq, at_ms, event, reason, period, raised, severity, state, audience,"
        " product_vi, product_en, title_vi, title_en, advice_vi, advice_en, basis, sources, vintage, ruleset)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_GET_EVENT] = "SELECT " EVENT_COLUMNS " FROM event WHERE alert = ? AND seq = ?",
    /* A retracted alert may be raised again by a later revision. */
    [SQL_GET_RAISING_EVENT] =
        "SELECT " EVENT_COLUMNS " FROM event WHERE alert = ? AND event = 1 ORDER BY seq DESC LIMIT 1",
    [SQL_PUT_FIGURE] = "INSERT INTO figure (alert, seq, position, name, type, unknown, value)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?)",
    [SQL_EACH_FIGURE] =
        "SELECT name, type, unknown, value FROM figure WHERE alert = ? AND seq = ? ORDER BY position",

    [SQL_PUT_DELIVERY] =
        "INSERT INTO delivery (alert, seq, receiver, channel, message_id, state, attempts, created_ms,"
        " next_ms, done_ms, last_text, thread, subject, text, html, body, chart_vi, chart_en)"
        " VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, 0, '', ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (alert, seq, receiver) DO NOTHING",
    /* One for each receiver, and none before an earlier event of the same alert that this receiver still
     * waits for: a receiver hears "raised" before "cleared". */
    [SQL_DUE_DELIVERIES] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE id IN"
        " (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY receiver ORDER BY next_ms, id) AS place"
        " FROM delivery AS due WHERE state = 0 AND next_ms <= ?1 AND id NOT IN (SELECT value FROM "
        "json_each(?3))"
        " AND NOT EXISTS"
        " (SELECT 1 FROM delivery AS earlier WHERE earlier.alert = due.alert AND earlier.seq < due.seq"
        " AND earlier.receiver = due.receiver AND earlier.state = 0"
        " AND earlier.id NOT IN (SELECT value FROM json_each(?4)))) WHERE place = 1)"
        " ORDER BY next_ms, id LIMIT ?2",
    /* The summaries of a rule have the product "*". */
    [SQL_WAS_TOLD] = "SELECT 1 FROM delivery WHERE receiver = ?1 AND (alert = ?2 OR alert IN"
                     " (SELECT id FROM alert WHERE rule = ?3 AND product = '*')) LIMIT 1",
    [SQL_NEXT_DELIVERY] = "SELECT next_ms FROM delivery WHERE state = 0 ORDER BY next_ms, id LIMIT 1",
    [SQL_EACH_DELIVERY] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE state = ? ORDER BY id DESC",
    [SQL_EACH_ALERT_DELIVERY] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE alert = ? ORDER BY seq, receiver",
    /* What was delivered stays delivered; what was parked may be tried again. */
    [SQL_MOVE_DELIVERY] = "UPDATE delivery SET attempts = attempts + ?6, state = ?2, next_ms = ?3,"
                          " done_ms = ?4, last_text = ?5 WHERE id = ?1 AND state <> 1",
    [SQL_PUT_ATTEMPT] =
        "INSERT INTO attempt (delivery, number, at_ms, state, next_ms, status, text)"
        " SELECT id, (SELECT count(*) + 1 FROM attempt WHERE delivery = ?1), ?2, ?3, ?4, ?5, ?6"
        " FROM delivery WHERE id = ?1",

    [SQL_COUNT] = "SELECT (SELECT count(*) FROM revision WHERE old IS NOT NULL AND old IS NOT new),"
                  " (SELECT count(*) FROM payload), (SELECT count(*) FROM payload WHERE accepted = 0),"
                  " (SELECT count(*) FROM alert WHERE closed_ms IS NULL), (SELECT count(*) FROM event),"
                  " (SELECT count(*) FROM delivery), (SELECT count(*) FROM delivery WHERE state = 0),"
                  " (SELECT count(*) FROM delivery WHERE state = 1),"
                  " (SELECT count(*) FROM delivery WHERE state = 2)",
};

struct query query_start(struct store *store, enum statement statement)
{
    struct query query = {.store = store};
    sqlite3_stmt **stmt = &store->statements[statement];
    if (*stmt == NULL) {
        int rc = sqlite3_prepare_v3(store->db, texts[statement], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
        if (rc != SQLITE_OK)
            query.r = store_fail(store, rc);
    }
    query.stmt = *stmt;
    return query;
}

/* A bind that failed (out of memory, over a gigabyte) must not run the statement with a NULL. */
static void bound(struct query *query, int rc)
{
    if (rc != SQLITE_OK)
        query->r = store_fail(query->store, rc);
}

void query_bind_int(struct query *query, int64_t value)
{
    if (query->r == 0)
        bound(query, sqlite3_bind_int64(query->stmt, ++query->bound, value));
}

void query_bind_real(struct query *query, double value)
{
    if (query->r == 0)
        bound(query, sqlite3_bind_double(query->stmt, ++query->bound, value));
}

void query_bind_text(struct query *query, const char *text)
{
    if (query->r == 0)
        bound(query,
            sqlite3_bind_text(query->stmt, ++query->bound, text != NULL ? text : "", -1, SQLITE_STATIC));
}

void query_bind_blob(struct query *query, struct slice bytes)
{
    /* An empty slice may have no address, which SQLite would take for NULL. */
    const char *data = bytes.data != NULL ? bytes.data : "";
    if (query->r == 0)
        bound(query, sqlite3_bind_blob64(query->stmt, ++query->bound, data, bytes.len, SQLITE_STATIC));
}

void query_bind_null(struct query *query)
{
    if (query->r == 0)
        bound(query, sqlite3_bind_null(query->stmt, ++query->bound));
}

int query_step(struct query *query)
{
    if (query->r < 0)
        return query->r;
    int rc = sqlite3_step(query->stmt);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        query->r = store_fail(query->store, rc);
    return query->r;
}

int64_t query_int(const struct query *query, int column)
{
    return sqlite3_column_int64(query->stmt, column);
}

const char *query_text(const struct query *query, int column)
{
    const unsigned char *text = sqlite3_column_text(query->stmt, column);
    return text != NULL ? (const char *)text : "";
}

struct slice query_blob(const struct query *query, int column)
{
    const char *data = sqlite3_column_blob(query->stmt, column);
    return (struct slice){data != NULL ? data : "", (size_t)sqlite3_column_bytes(query->stmt, column)};
}

int query_enum(struct query *query, int column, int count)
{
    int64_t value = query_int(query, column);
    if (value >= 0 && value < count)
        return (int)value;
    if (query->r == 0)
        query->r = store_damaged(query->store, "column %s has the number %lld",
            sqlite3_column_name(query->stmt, column), (long long)value);
    return 0;
}

int query_end(struct query *query)
{
    /* Its error was already returned by the step. */
    if (query->stmt != NULL)
        sqlite3_reset(query->stmt);
    return query->r;
}

int query_run(struct query *query)
{
    query_step(query);
    return query_end(query);
}
