#include "io/store_internal.h"

#define ALERT_COLUMNS                                                                                        \
    "id, rule, product, market, origin, audience, raised, severity, state, period, seq, opened_ms, "         \
    "closed_ms"

/* A dropped delivery is a parked one: 2 and 1 make DELIVERY_DROPPED. */
#define DELIVERY_REST                                                                                        \
    "channel, message_id, state + dropped, attempts, created_ms, next_ms, done_ms, last_text, thread, "      \
    "subject, text,"                                                                                         \
    " html, body, chart_vi, chart_en"
#define DELIVERY_COLUMNS "id, alert, seq, receiver, " DELIVERY_REST

#define NOTICE_COLUMNS                                                                                       \
    "id, market, agency, title, url, product, cases, origins, codes, proceeding, step, outcome, laws,"       \
    " correction, listed, in_force, published, effective, due"

#define EVENT_COLUMNS "seq, at_ms, event, reason, period, raised, severity, state, sources, vintage, ruleset"

#define ACTION_COLUMNS                                                                                       \
    "id, kind, coalesce(alert, ''), coalesce(silence, 0), who, login, at_ms, until_ms, severity, text"

#define RECENT_DELIVERIES                                                                                    \
    "SELECT NULL AS at_ms FROM delivery WHERE receiver = ?1 AND state = 0"                                   \
    " UNION ALL SELECT done_ms FROM delivery WHERE receiver = ?1 AND state = 1 AND done_ms > ?2"             \
    " UNION ALL SELECT done_ms FROM delivery WHERE receiver = ?1 AND state = 2 AND done_ms > ?2"

#define HELD_COLUMNS "receiver, alert, seq, why, until_ms, severity, event"

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
        "INSERT INTO payload (feed, digest, seen_ms, bytes, rows, revised, accepted, reasons, body, ends)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_EACH_PAYLOAD] = "SELECT id, feed, digest, seen_ms, bytes, rows, revised FROM payload"
                         " WHERE accepted = 1 ORDER BY id",
    [SQL_FIND_PAYLOAD] = "SELECT id FROM payload WHERE accepted = 1 AND digest = ? ORDER BY id DESC LIMIT 1",
    [SQL_TRIM_QUARANTINE] =
        "UPDATE payload SET body = NULL WHERE accepted = 0 AND feed = ?1 AND body IS NOT NULL AND id <="
        " (SELECT id FROM payload WHERE accepted = 0 AND feed = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [SQL_GET_FEED] =
        "SELECT feed, etag, last_modified, digest, attempted_ms, succeeded_ms, next_ms, failures,"
        " health, text, newest, detected FROM feed WHERE feed = ?",
    [SQL_EACH_FEED] =
        "SELECT feed, etag, last_modified, digest, attempted_ms, succeeded_ms, next_ms, failures,"
        " health, text, newest, detected FROM feed ORDER BY feed",
    [SQL_GET_HOST] = "SELECT day, used FROM host WHERE host = ?",
    [SQL_PUT_HOST] = "INSERT OR REPLACE INTO host (host, day, used) VALUES (?, ?, ?)",
    [SQL_PUT_FEED] = "INSERT OR REPLACE INTO feed (feed, etag, last_modified, digest, attempted_ms,"
                     " succeeded_ms, next_ms, failures, health, text, newest, detected)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [SQL_EACH_QUARANTINED] =
        "SELECT id, feed, digest, seen_ms, bytes, rows, reasons, body IS NOT NULL,"
        " coalesce(at_ms, 0), coalesce(who, ''), coalesce(why, ''), coalesce(released, 0)"
        " FROM payload LEFT JOIN decision ON decision.payload = payload.id WHERE accepted = 0 ORDER BY id",
    [SQL_GET_QUARANTINED] =
        "SELECT id, feed, digest, seen_ms, bytes, rows, reasons, body IS NOT NULL,"
        " coalesce(at_ms, 0), coalesce(who, ''), coalesce(why, ''), coalesce(released, 0), body, ends"
        " FROM payload LEFT JOIN decision ON decision.payload = payload.id WHERE accepted = 0 AND id = ?",
    [SQL_PUT_DECISION] = "INSERT INTO decision (payload, at_ms, who, why, released) VALUES (?, ?, ?, ?, ?)",
    [SQL_DROP_BODY] = "UPDATE payload SET body = NULL WHERE accepted = 0 AND id = ?",
    [SQL_EACH_FEED_PAYLOADS] =
        "WITH newest AS (SELECT feed, max(id) AS id FROM payload WHERE accepted = 1 GROUP BY feed),"
        " held AS (SELECT feed, count(*) AS n FROM payload LEFT JOIN decision ON decision.payload = "
        "payload.id"
        "  WHERE accepted = 0 AND body IS NOT NULL AND decision.payload IS NULL GROUP BY feed)"
        " SELECT feeds.feed, newest.id IS NOT NULL, coalesce(held.n, 0), coalesce(payload.rows, 0),"
        " coalesce(payload.revised, 0) FROM (SELECT DISTINCT feed FROM payload) AS feeds"
        " LEFT JOIN newest ON newest.feed = feeds.feed LEFT JOIN held ON held.feed = feeds.feed"
        " LEFT JOIN payload ON payload.id = newest.id ORDER BY feeds.feed",
    [SQL_PUT_BACKFILL] = "INSERT OR REPLACE INTO backfill (feed, period, version, told) VALUES (?, ?, ?, 0)",
    [SQL_EACH_BACKFILL] = "SELECT period FROM backfill WHERE feed = ? AND version = ?",
    [SQL_COUNT_BACKFILL] = "SELECT count(*) FROM backfill WHERE told = 0",
    [SQL_TELL_BACKFILL] = "UPDATE backfill SET told = 1 WHERE told = 0",

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

    [SQL_GET_RECORD] = "SELECT rule, product, market, origin, at_ms, event, reason, event.period, "
                       "event.raised, event.severity,"
                       " event.state, event.audience, product_vi, product_en, title_vi, title_en, advice_vi, "
                       "advice_en, basis,"
                       " sources, vintage, ruleset FROM event JOIN alert ON alert.id = event.alert"
                       " WHERE event.alert = ? AND event.seq = ?",

    [SQL_PUT_DELIVERY] =
        /* What is decided for a disabled receiver is parked from the first. */
    "INSERT INTO delivery (alert, seq, receiver, channel, message_id, state, attempts, created_ms,"
    " since_ms, next_ms, done_ms, last_text, thread, subject, text, html, body, chart_vi, chart_en)"
    " SELECT ?1, ?2, ?3, ?4, ?5, iif(off, 2, 0), 0, ?6, ?6, iif(off, 0, ?7), iif(off, ?6, 0),"
    " iif(off, 'the receiver is disabled', ''), ?8, ?9, ?10, ?11, ?12, ?13, ?14"
    " FROM (SELECT EXISTS (SELECT 1 FROM receiver WHERE name = ?3 AND disabled_ms > 0) AS off)"
    " WHERE true ON CONFLICT (alert, seq, receiver) DO NOTHING",
    /* One for each receiver, and none with a later event of an alert before a delivery with an earlier one
     * that this receiver still waits for: a receiver hears "raised" before "cleared". */
    [SQL_DUE_DELIVERIES] =
        "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE id IN"
        " (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY receiver ORDER BY next_ms, id) AS place"
        " FROM delivery AS due WHERE state = 0 AND next_ms <= ?1 AND id NOT IN (SELECT value FROM "
        "json_each(?3))"
        " AND NOT EXISTS (SELECT 1 FROM receiver WHERE name = due.receiver AND rest_ms > ?1)"
        " AND NOT EXISTS"
        " (SELECT 1 FROM delivery_event AS mine CROSS JOIN delivery_event AS other ON other.alert = "
        "mine.alert"
        " AND other.seq < mine.seq AND other.receiver = mine.receiver"
        " CROSS JOIN delivery AS earlier ON earlier.id = other.delivery"
        " WHERE mine.delivery = due.id AND mine.seq > 1 AND earlier.id <> due.id AND earlier.state = 0"
        " AND earlier.id NOT IN (SELECT value FROM json_each(?4)))) WHERE place = 1)"
        " ORDER BY next_ms, id LIMIT ?2",
    /* The summaries of a rule have the product "*". */
    [SQL_WAS_TOLD] =
        "SELECT 1 FROM (SELECT ?2 AS id UNION ALL SELECT id FROM alert WHERE rule = ?3 AND product = '*')"
        " AS told WHERE EXISTS"
        " (SELECT 1 FROM delivery_event WHERE alert = told.id AND receiver = ?1) OR EXISTS"
        " (SELECT 1 FROM held WHERE alert = told.id AND receiver = ?1) LIMIT 1",
    [SQL_NEXT_DELIVERY] = "SELECT max(next_ms, coalesce(rest_ms, 0)) AS at FROM delivery"
                          " LEFT JOIN receiver ON name = receiver WHERE state = 0 ORDER BY at LIMIT 1",
    [SQL_EACH_DELIVERY] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE state = min(?1, 2)"
                          " AND dropped = (?1 = 3) ORDER BY id DESC",
    [SQL_GET_DELIVERY] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE id = ?",
    [SQL_FIND_DELIVERY] = "SELECT receiver, state + dropped FROM delivery WHERE id = ?",
    [SQL_EACH_ATTEMPT] =
        "SELECT at_ms, state, next_ms, status, text FROM attempt WHERE delivery = ? ORDER BY number",
    [SQL_EACH_OUTBOX_CHANGE] = "SELECT at_ms, change, who, reason FROM outbox_change"
                               " WHERE delivery = ?1 OR (delivery IS NULL AND receiver ="
                               " (SELECT receiver FROM delivery WHERE id = ?1)) ORDER BY id",
    [SQL_EACH_ALERT_DELIVERY] =
        "SELECT id, told.alert, told.seq, told.receiver, " DELIVERY_REST " FROM delivery_event AS told"
        " JOIN delivery ON delivery.id = told.delivery WHERE told.alert = ? ORDER BY told.seq, told.receiver",
    /* What was delivered stays delivered; what was parked may be tried again. */
    [SQL_MOVE_DELIVERY] = "UPDATE delivery SET attempts = attempts + ?6, state = ?2, next_ms = ?3,"
                          " done_ms = ?4, last_text = ?5 WHERE id = ?1 AND state <> 1",
    [SQL_PUT_ATTEMPT] =
        "INSERT INTO attempt (delivery, number, at_ms, state, next_ms, status, text)"
        " SELECT id, (SELECT count(*) + 1 FROM attempt WHERE delivery = ?1), ?2, ?3, ?4, ?5, ?6"
        " FROM delivery WHERE id = ?1",
    /* The first event of a delivery has its row already; why it was held is known when it is released. */
    [SQL_PUT_DELIVERY_EVENT] =
        "INSERT INTO delivery_event (alert, seq, receiver, delivery, why) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (alert, seq, receiver) DO UPDATE SET why = excluded.why WHERE delivery = "
        "excluded.delivery",

    /* Those that wait, and those that ended lately; both by the index. */
    [SQL_COUNT_RECENT] = "SELECT count(*) FROM (" RECENT_DELIVERIES ")",
    [SQL_NTH_RECENT] = "SELECT coalesce(at_ms, ?3) AS used FROM (" RECENT_DELIVERIES
                       ") ORDER BY used DESC LIMIT 1 OFFSET ?4",

    [SQL_PUT_HELD] = "INSERT INTO held (receiver, alert, seq, why, until_ms) SELECT ?1, ?2, ?3, ?4, ?5"
                     " WHERE NOT EXISTS (SELECT 1 FROM delivery_event WHERE alert = ?2 AND seq = ?3"
                     " AND receiver = ?1) ON CONFLICT (receiver, alert, seq) DO NOTHING",
    [SQL_NEXT_HELD] = "SELECT until_ms FROM held ORDER BY until_ms LIMIT 1",
    [SQL_EACH_DUE_RECEIVER] = "SELECT DISTINCT receiver FROM held WHERE until_ms <= ? ORDER BY receiver",
    /* The events of an alert stay together, and in order. */
    [SQL_DUE_HELD] =
        "SELECT receiver, held.alert, held.seq, why, until_ms, event.severity, event FROM held"
        " JOIN event USING (alert, seq) JOIN alert ON alert.id = held.alert WHERE receiver = ?1 AND EXISTS"
        " (SELECT 1 FROM held AS due WHERE due.receiver = ?1 AND due.alert = held.alert"
        " AND due.seq >= held.seq AND due.until_ms <= ?2)"
        " ORDER BY max(event.severity) OVER (PARTITION BY held.alert) DESC,"
        " min(at_ms) OVER (PARTITION BY held.alert), rule, product, market, origin, held.alert, held.seq"
        " LIMIT ?3",
    [SQL_HELD_BEFORE] =
        "SELECT " HELD_COLUMNS " FROM held JOIN event USING (alert, seq) WHERE receiver = ? AND alert = ?"
        " AND seq < ?"
        " ORDER BY seq",
    [SQL_EACH_ALERT_HELD] = "SELECT " HELD_COLUMNS " FROM held JOIN event USING (alert, seq) WHERE alert = ?"
                            " ORDER BY seq, receiver",
    [SQL_DELAY_HELD] = "UPDATE held SET why = ?3, until_ms = ?4 WHERE receiver = ?1 AND until_ms <= ?2",
    /* 1 to 3: quiet hours, cadence, limit. */
    [SQL_RECALL_HELD] = "UPDATE held SET until_ms = ?1 WHERE until_ms > ?2 AND why <= 3",
    [SQL_PUT_OFF] = "UPDATE held SET why = ?3, until_ms = ?4 WHERE receiver = ?1 AND alert = ?2",
    [SQL_IS_HELD] = "SELECT 1 FROM held WHERE why = ? AND alert = ? LIMIT 1",
    [SQL_KNOWS_OF] = "SELECT 1 FROM delivery_event WHERE alert = ?1 AND receiver = ?2"
                     " UNION ALL SELECT 1 FROM held WHERE alert = ?1 AND receiver = ?2 LIMIT 1",
    [SQL_WAKE_HELD] = "UPDATE held SET until_ms = ?2 WHERE why = ?1 AND until_ms > ?2",
    [SQL_DROP_HELD] = "DELETE FROM held WHERE receiver = ? AND alert = ? AND seq = ?",

    [SQL_PUT_SILENCE] =
        "INSERT INTO silence (author, reason, made_ms, from_ms, until_ms, rule, product, market, origin,"
        " severity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    /* 5 is ACTION_EXPIRED. */
    [SQL_EACH_SILENCE] =
        "SELECT id, author, reason, made_ms, from_ms, until_ms, rule, product, market, origin, severity,"
        " (SELECT min(at_ms) FROM action WHERE action.silence = silence.id AND kind = 5) FROM silence ORDER "
        "BY id",
    [SQL_PUT_ACTION] =
        "INSERT INTO action (kind, alert, silence, who, login, at_ms, until_ms, severity, text)"
        " VALUES (?, nullif(?, ''), nullif(?, 0), ?, ?, ?, ?, ?, ?)",
    [SQL_EACH_ACTION] = "SELECT " ACTION_COLUMNS " FROM action ORDER BY id",
    [SQL_EACH_ALERT_ACTION] = "SELECT " ACTION_COLUMNS " FROM action WHERE alert = ? ORDER BY id",

    [SQL_PUT_DUTY] = "INSERT INTO duty (kind, alert, silence, receiver, due_ms) VALUES (?, ?, ?, ?, ?)"
                     " ON CONFLICT DO UPDATE SET due_ms = min(due_ms, excluded.due_ms)",
    [SQL_MOVE_DUTY] = "INSERT OR REPLACE INTO duty (kind, alert, silence, receiver, due_ms)"
                      " VALUES (?, ?, ?, ?, ?)",
    [SQL_DROP_DUTY] = "DELETE FROM duty WHERE kind = ? AND alert = ? AND silence = ? AND receiver = ?",
    [SQL_NEXT_DUTY] = "SELECT due_ms FROM duty ORDER BY due_ms LIMIT 1",
    [SQL_DUE_DUTIES] = "SELECT kind, alert, silence, receiver, due_ms FROM duty WHERE due_ms <= ?"
                       " ORDER BY due_ms, kind DESC, alert, silence, receiver",

    /* The whole schedule again where it had ended. */
    [SQL_RELEASE_DELIVERY] = "UPDATE delivery SET attempts = iif(state = 2, 0, attempts),"
                             " since_ms = iif(state = 2, ?2, since_ms), state = 0, dropped = 0, next_ms = ?2,"
                             " done_ms = 0 WHERE id = ?1",
    [SQL_RELEASE_PARKED] = "UPDATE delivery SET attempts = 0, since_ms = ?2, state = 0, next_ms = ?2,"
                           " done_ms = 0 WHERE receiver = ?1 AND state = 2 AND dropped = 0",
    [SQL_DROP_DELIVERY] =
        "UPDATE delivery SET state = 2, dropped = 1, next_ms = 0, done_ms = ?2 WHERE id = ?1",
    [SQL_PUT_OUTBOX_CHANGE] = "INSERT INTO outbox_change (at_ms, change, receiver, delivery, who, reason)"
                              " VALUES (?, ?, ?, ?, ?, ?)",
    [SQL_MEET_RECEIVER] =
        "INSERT INTO receiver (name, address) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
        " address = excluded.address, rest_ms = 0, disabled_ms = 0, reason = ''"
        " WHERE address <> excluded.address",
    [SQL_REST_RECEIVER] = "UPDATE receiver SET rest_ms = ?2 WHERE name = ?1",
    [SQL_DISABLE_RECEIVER] = "UPDATE receiver SET disabled_ms = ?3, reason = ?4"
                             " WHERE name = ?1 AND address = ?2 AND disabled_ms = 0",
    [SQL_ENABLE_RECEIVER] =
        "UPDATE receiver SET disabled_ms = 0, rest_ms = 0, reason = '' WHERE name = ? AND disabled_ms > 0",
    [SQL_RECEIVER_DISABLED] = "SELECT 1 FROM receiver WHERE name = ? AND disabled_ms > 0",
    /* ?2: when a critical one is late, ?3: when any is. Notices about deliveries are not noticed in turn. */
    [SQL_RECEIVER_TROUBLE] =
        "SELECT EXISTS (SELECT 1 FROM delivery AS d JOIN event AS e ON e.alert = d.alert AND e.seq = d.seq"
        " JOIN alert AS a ON a.id = d.alert WHERE d.receiver = ?1 AND d.state = 0 AND since_ms <= ?2"
        " AND (since_ms <= ?3 OR e.severity = 3) AND a.rule NOT GLOB 'delivery-*'),"
        " EXISTS (SELECT 1 FROM delivery AS d JOIN alert AS a ON a.id = d.alert WHERE d.receiver = ?1"
        " AND d.state = 2 AND dropped = 0 AND a.rule NOT GLOB 'delivery-*'),"
        " EXISTS (SELECT 1 FROM receiver WHERE name = ?1 AND disabled_ms > 0)",
    [SQL_EACH_RECEIVER] =
        "SELECT name, rest_ms, disabled_ms, reason,"
        " (SELECT count(*) FROM delivery WHERE receiver = name AND state = 0),"
        " (SELECT count(*) FROM delivery WHERE receiver = name AND state = 2 AND dropped = 0)"
        " FROM receiver ORDER BY name",
    [SQL_PARK_PENDING] = "UPDATE delivery SET state = 2, next_ms = 0, done_ms = ?2,"
                         " last_text = 'the receiver is disabled' WHERE receiver = ?1 AND state = 0",
    [SQL_BEAT] = "UPDATE heartbeat SET beats = beats + 1",
    /* ?1: when it was answered; 0: it was not. */
    [SQL_PUT_BEAT] = "UPDATE heartbeat SET failures = iif(?1 > 0, 0, failures + 1),"
                     " answered_ms = max(answered_ms, ?1), text = ?2",
    [SQL_GET_HEARTBEAT] = "SELECT beats, failures, answered_ms, text FROM heartbeat",

    [SQL_COUNT] =
        "SELECT (SELECT count(*) FROM revision WHERE old IS NOT NULL AND old IS NOT new),"
        " (SELECT count(*) FROM payload), (SELECT count(*) FROM payload WHERE accepted = 0),"
        " (SELECT count(*) FROM alert WHERE closed_ms IS NULL), (SELECT count(*) FROM event),"
        " (SELECT count(*) FROM delivery), (SELECT count(*) FROM delivery WHERE state = 0),"
        " (SELECT count(*) FROM delivery WHERE state = 1),"
        " (SELECT count(*) FROM delivery WHERE state = 2 AND dropped = 0), (SELECT count(*) FROM held),"
        " (SELECT count(*) FROM delivery WHERE state = 2 AND dropped = 1),"
        " (SELECT count(*) FROM receiver WHERE disabled_ms > 0)",
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
