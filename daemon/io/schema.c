#include "io/schema.h"

#include <sqlite3.h>
#include <stdio.h>

/* Every step from one version to the next. Append only: never change, reorder or remove a step that was
 * released, or stores in the field will not be what the statements expect.
 *
 * Rows of revision, rate, event, figure, attempt, silence and action are never updated or deleted: no
 * statement does, and their parents are restricted. Enums are stored as their numbers; store_*.c assert that
 * they stay. */
static const char *const migrations[] = {
    /* 1 */
    "CREATE TABLE payload ("
    " id INTEGER PRIMARY KEY,"
    " feed TEXT NOT NULL,"
    " digest TEXT NOT NULL,"
    " seen_ms INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " rows INTEGER NOT NULL,"
    " revised INTEGER NOT NULL,"
    " accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),"
    " reasons TEXT NOT NULL,"
    " body BLOB" /* zstd frame; NULL unless quarantined */
    ") STRICT;"
    "CREATE INDEX payload_quarantined ON payload (feed, id) WHERE accepted = 0;"

    "CREATE TABLE feed ("
    " feed TEXT PRIMARY KEY,"
    " etag TEXT NOT NULL,"
    " last_modified TEXT NOT NULL,"
    " digest TEXT NOT NULL,"
    " attempted_ms INTEGER NOT NULL,"
    " succeeded_ms INTEGER NOT NULL,"
    " next_ms INTEGER NOT NULL,"
    " failures INTEGER NOT NULL,"
    " health TEXT NOT NULL,"
    " text TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE ruleset ("
    " digest TEXT PRIMARY KEY NOT NULL,"
    " turn INTEGER NOT NULL UNIQUE," /* the greatest was accepted last; a clock may jump, this does not */
    " at_ms INTEGER NOT NULL,"
    " files BLOB NOT NULL"
    ") STRICT;"

    /* There are millions of series: names of sources are kept once, and the panel sees to unique keys. */
    "CREATE TABLE source ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE"
    ") STRICT;"

    "CREATE TABLE series ("
    " id INTEGER PRIMARY KEY," /* its number in the panel */
    " source INTEGER NOT NULL REFERENCES source ON DELETE RESTRICT,"
    " reporter TEXT NOT NULL,"
    " flow INTEGER NOT NULL CHECK (flow IN (0, 1)),"
    " partner TEXT NOT NULL,"
    " product TEXT NOT NULL,"
    " unit TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX series_unitless ON series (unit) WHERE unit = '';"

    "CREATE TABLE block ("
    " period INTEGER NOT NULL,"
    " series INTEGER NOT NULL,"                                        /* the first of it */
    " payload INTEGER NOT NULL REFERENCES payload ON DELETE RESTRICT," /* that first wrote it */
    " body BLOB NOT NULL,"                                             /* block.h */
    " PRIMARY KEY (period, series)"
    ") STRICT;"

    /* What the payload changed in blocks that were there: undone from the newest on, any past state of
       knowledge appears. */
    "CREATE TABLE revision ("
    " payload INTEGER NOT NULL REFERENCES payload ON DELETE RESTRICT,"
    " series INTEGER NOT NULL REFERENCES series ON DELETE RESTRICT,"
    " period INTEGER NOT NULL,"
    " column INTEGER NOT NULL CHECK (column BETWEEN 0 AND 2),"
    " old INTEGER," /* NULL: was not there */
    " new INTEGER,"
    " old_flags INTEGER NOT NULL,"
    " PRIMARY KEY (payload, series, period, column)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE alert ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " rule TEXT NOT NULL,"
    " product TEXT NOT NULL,"
    " market TEXT NOT NULL,"
    " origin TEXT NOT NULL,"
    " audience INTEGER NOT NULL CHECK (audience IN (0, 1)),"
    " raised INTEGER NOT NULL,"
    " severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3),"
    " state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),"
    " period INTEGER NOT NULL,"
    " seq INTEGER NOT NULL,"
    " opened_ms INTEGER NOT NULL,"
    " closed_ms INTEGER" /* NULL while open */
    ") STRICT;"
    "CREATE INDEX alert_open ON alert (opened_ms, id) WHERE closed_ms IS NULL;"

    "CREATE TABLE alert_figure (" /* as they are now; `figure` has them as they were told */
    " alert TEXT NOT NULL REFERENCES alert ON DELETE RESTRICT,"
    " position INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " type INTEGER NOT NULL,"
    " unknown INTEGER NOT NULL,"
    " value REAL," /* NULL where it is unknown */
    " PRIMARY KEY (alert, position)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE event ("
    " alert TEXT NOT NULL REFERENCES alert ON DELETE RESTRICT,"
    " seq INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 6),"
    " reason TEXT NOT NULL,"
    " period INTEGER NOT NULL,"
    " raised INTEGER NOT NULL,"
    " severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3),"
    " state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),"
    " audience INTEGER NOT NULL CHECK (audience IN (0, 1)),"
    " product_vi TEXT NOT NULL,"
    " product_en TEXT NOT NULL,"
    " title_vi TEXT NOT NULL,"
    " title_en TEXT NOT NULL,"
    " advice_vi TEXT NOT NULL,"
    " advice_en TEXT NOT NULL,"
    " basis TEXT NOT NULL," /* one a line */
    " sources TEXT NOT NULL,"
    " vintage TEXT NOT NULL,"
    " ruleset TEXT NOT NULL,"
    " PRIMARY KEY (alert, seq)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE figure ("
    " alert TEXT NOT NULL,"
    " seq INTEGER NOT NULL,"
    " position INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " type INTEGER NOT NULL,"
    " unknown INTEGER NOT NULL,"
    " value REAL,"
    " PRIMARY KEY (alert, seq, position),"
    " FOREIGN KEY (alert, seq) REFERENCES event (alert, seq) ON DELETE RESTRICT"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE delivery ("
    " id INTEGER PRIMARY KEY,"
    " alert TEXT NOT NULL,"
    " seq INTEGER NOT NULL,"
    " receiver TEXT NOT NULL,"
    " channel TEXT NOT NULL,"
    " message_id TEXT NOT NULL,"
    " state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),"
    " attempts INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL,"
    " next_ms INTEGER NOT NULL,"
    " done_ms INTEGER NOT NULL,"
    " last_text TEXT NOT NULL,"
    " thread TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " html TEXT NOT NULL,"
    " body TEXT NOT NULL,"
    " UNIQUE (alert, seq, receiver)," /* the same thing is never sent to the same receiver twice */
    " FOREIGN KEY (alert, seq) REFERENCES event (alert, seq) ON DELETE RESTRICT"
    ") STRICT;"
    "CREATE INDEX delivery_due ON delivery (next_ms, id) WHERE state = 0;"
    "CREATE INDEX delivery_state ON delivery (state);"

    "CREATE TABLE attempt ("
    " delivery INTEGER NOT NULL REFERENCES delivery ON DELETE RESTRICT,"
    " number INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),"
    " next_ms INTEGER NOT NULL,"
    " status INTEGER NOT NULL,"
    " text TEXT NOT NULL,"
    " PRIMARY KEY (delivery, number)"
    ") STRICT, WITHOUT ROWID;",

    /* 2 */
    "ALTER TABLE feed ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;" /* month; 0 until a payload comes */
    "CREATE TABLE host (" /* requests of a day, so that a limit outlives a restart */
    " host TEXT PRIMARY KEY NOT NULL,"
    " day INTEGER NOT NULL," /* since 1970, UTC */
    " used INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",

    /* 3 */
    "CREATE TABLE notice (" /* as authorities published them; what one revised is another version */
    " id TEXT NOT NULL,"    /* the publisher's number */
    " version INTEGER NOT NULL,"
    " payload INTEGER NOT NULL REFERENCES payload ON DELETE RESTRICT," /* that brought it */
    " digest TEXT NOT NULL,"                                           /* of what it says */
    " market TEXT NOT NULL,"
    " agency TEXT NOT NULL,"
    " title TEXT NOT NULL,"
    " url TEXT NOT NULL,"
    " product TEXT NOT NULL,"
    " cases TEXT NOT NULL," /* one a line, as origins and codes */
    " origins TEXT NOT NULL,"
    " codes TEXT NOT NULL,"
    " proceeding INTEGER NOT NULL CHECK (proceeding BETWEEN 0 AND 7),"
    " step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 12),"
    " outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 2),"
    " laws INTEGER NOT NULL CHECK (laws BETWEEN 0 AND 7),"
    " correction INTEGER NOT NULL CHECK (correction IN (0, 1)),"
    " listed INTEGER NOT NULL CHECK (listed IN (0, 1)),"
    " in_force INTEGER NOT NULL CHECK (in_force IN (0, 1)),"
    " published INTEGER NOT NULL," /* days since 1970 */
    " effective INTEGER,"
    " due INTEGER,"
    " PRIMARY KEY (id, version)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE trade_case (" /* what the newest versions of all notices say, taken together */
    " market TEXT NOT NULL,"
    " id TEXT NOT NULL,"
    " against TEXT NOT NULL,"
    " type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 7),"
    " product TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " codes TEXT NOT NULL," /* one a line */
    " petition INTEGER,"    /* days since 1970 */
    " initiation INTEGER,"
    " preliminary INTEGER,"
    " final INTEGER,"
    " in_force_from INTEGER,"
    " revoked INTEGER,"
    " ended INTEGER,"
    " first INTEGER NOT NULL,"
    " newest INTEGER NOT NULL,"
    " newest_notice TEXT NOT NULL,"
    " notices INTEGER NOT NULL,"
    " PRIMARY KEY (market, id, against, type)"
    ") STRICT, WITHOUT ROWID;",

    /* 4 */
    "CREATE TABLE rate (" /* of exchange, the average of a month; the newest payload's counts */
    " currency TEXT NOT NULL,"
    " period INTEGER NOT NULL,"
    " payload INTEGER NOT NULL REFERENCES payload ON DELETE RESTRICT,"
    " base TEXT NOT NULL,"
    " rate INTEGER NOT NULL CHECK (rate > 0)," /* one unit of the base, in units of 10^-12 of the currency */
    " PRIMARY KEY (currency, period, payload)"
    ") STRICT, WITHOUT ROWID;",

    /* 5 */
    "ALTER TABLE feed ADD COLUMN detected TEXT NOT NULL DEFAULT '';" /* what its change detector saw last */
    "ALTER TABLE payload ADD COLUMN ends TEXT NOT NULL DEFAULT '';"  /* of its answers; '' where it is one */
    "CREATE TABLE backfill (" /* months of history that were brought, so that none is asked for twice */
    " feed TEXT NOT NULL,"
    " period INTEGER NOT NULL,"
    " version TEXT NOT NULL,"                        /* digest of the descriptor that it was asked by */
    " told INTEGER NOT NULL CHECK (told IN (0, 1))," /* what stands open since has been told */
    " PRIMARY KEY (feed, period)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE decision (" /* of an operator, about a payload in quarantine */
    " payload INTEGER PRIMARY KEY REFERENCES payload ON DELETE RESTRICT,"
    " at_ms INTEGER NOT NULL,"
    " who TEXT NOT NULL,"
    " why TEXT NOT NULL,"
    " released INTEGER REFERENCES payload ON DELETE RESTRICT" /* as what it went in; NULL: it was dropped */
    ") STRICT;",

    /* 6 */
    "CREATE TABLE held (" /* the receiver is to know of the event, but not now */
    " receiver TEXT NOT NULL,"
    " alert TEXT NOT NULL,"
    " seq INTEGER NOT NULL,"
    " why INTEGER NOT NULL CHECK (why BETWEEN 1 AND 6),"
    " until_ms INTEGER NOT NULL,"
    " PRIMARY KEY (receiver, alert, seq),"
    " FOREIGN KEY (alert, seq) REFERENCES event (alert, seq) ON DELETE RESTRICT"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX held_due ON held (until_ms);"

    /* What a delivery tells: one event, or all that was held; `delivery` itself names the first of them. */
    "CREATE TABLE delivery_event ("
    " alert TEXT NOT NULL,"
    " seq INTEGER NOT NULL,"
    " receiver TEXT NOT NULL,"
    " delivery INTEGER NOT NULL REFERENCES delivery ON DELETE RESTRICT,"
    " why INTEGER NOT NULL CHECK (why BETWEEN 0 AND 6)," /* it was held for; 0: was not */
    " PRIMARY KEY (alert, seq, receiver)," /* the same thing is never sent to the same receiver twice */
    " FOREIGN KEY (alert, seq) REFERENCES event (alert, seq) ON DELETE RESTRICT"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX delivery_event_of ON delivery_event (delivery, seq);"
    "INSERT INTO delivery_event (alert, seq, receiver, delivery, why)"
    " SELECT alert, seq, receiver, id, 0 FROM delivery;"
    "CREATE INDEX delivery_receiver ON delivery (receiver, state, done_ms);",

    /* 7: what is held for one reason; what people do about alerts; rows of both are never changed */
    "CREATE INDEX held_why ON held (why, until_ms);"

    "CREATE TABLE silence ("
    " id INTEGER PRIMARY KEY,"
    " author TEXT NOT NULL,"
    " reason TEXT NOT NULL CHECK (reason <> ''),"
    " made_ms INTEGER NOT NULL,"
    " from_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL CHECK (until_ms > from_ms)," /* an action may end it before */
    " rule TEXT NOT NULL,"                                   /* values with commas between them; '' for any */
    " product TEXT NOT NULL,"
    " market TEXT NOT NULL,"
    " origin TEXT NOT NULL,"
    " severity TEXT NOT NULL"
    ") STRICT;"

    "CREATE TABLE action ("
    " id INTEGER PRIMARY KEY,"
    " kind INTEGER NOT NULL CHECK (kind > 0),"
    " alert TEXT REFERENCES alert ON DELETE RESTRICT,"
    " silence INTEGER REFERENCES silence ON DELETE RESTRICT,"
    " who TEXT NOT NULL,"
    " login TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL,"                                  /* 0: has none */
    " severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3)," /* of the alert, then */
    " text TEXT NOT NULL,"
    " CHECK ((alert IS NULL) <> (silence IS NULL))"
    ") STRICT;"
    "CREATE INDEX action_alert ON action (alert, id) WHERE alert IS NOT NULL;"
    "CREATE INDEX action_silence ON action (silence, id) WHERE silence IS NOT NULL;"

    "CREATE TABLE duty (" /* what the daemon does at a time, unless people act before */
    " kind INTEGER NOT NULL CHECK (kind > 0),"
    " alert TEXT NOT NULL,"
    " silence INTEGER NOT NULL,"
    " receiver TEXT NOT NULL,"
    " due_ms INTEGER NOT NULL,"
    " PRIMARY KEY (kind, alert, silence, receiver)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX duty_due ON duty (due_ms);",

    /* 8 */
    /* A delivery that people have given up: parked, and dropped. `since_ms`: pending since. */
    "ALTER TABLE delivery ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1));"
    "ALTER TABLE delivery ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0;"
    "UPDATE delivery SET since_ms = created_ms;"
    "CREATE INDEX delivery_open ON delivery (receiver, state, since_ms) WHERE state <> 1;"
    "CREATE TABLE receiver (" /* every one that the configuration has had */
    " name TEXT PRIMARY KEY NOT NULL,"
    " address TEXT NOT NULL,"                  /* digest: a URL may be a secret */
    " rest_ms INTEGER NOT NULL DEFAULT 0,"     /* left alone until then */
    " disabled_ms INTEGER NOT NULL DEFAULT 0," /* when it said that it is gone; 0: in use */
    " reason TEXT NOT NULL DEFAULT ''"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE outbox_change (" /* what people did, and what receivers brought upon themselves; append-only
                                    */
    " id INTEGER PRIMARY KEY,"
    " at_ms INTEGER NOT NULL,"
    " change TEXT NOT NULL," /* retry, drop, disable, enable */
    " receiver TEXT NOT NULL,"
    " delivery INTEGER REFERENCES delivery ON DELETE RESTRICT," /* NULL: of the receiver as a whole */
    " who TEXT NOT NULL,"
    " reason TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE heartbeat (" /* one row */
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " beats INTEGER NOT NULL,"
    " failures INTEGER NOT NULL,"    /* in a row */
    " answered_ms INTEGER NOT NULL," /* the newest one that was */
    " text TEXT NOT NULL"
    ") STRICT;"
    "INSERT INTO heartbeat (id, beats, failures, answered_ms, text) VALUES (1, 0, 0, 0, '');",

    /* 9: of the months behind an alert, SVG */
    ("ALTER TABLE delivery ADD COLUMN chart_vi TEXT NOT NULL DEFAULT '';"
     "ALTER TABLE delivery ADD COLUMN chart_en TEXT NOT NULL DEFAULT '';"),
};

int schema_newest(void)
{
    return (int)(sizeof migrations / sizeof *migrations);
}

static int migrate_step(sqlite3 *db, int version)
{
    char marks[128];
    snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
        SCHEMA_APPLICATION_ID, version + 1);
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, migrations[version], NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, marks, NULL, NULL, NULL);
    return rc;
}

/* A step that fails leaves its transaction open: closing the connection, which the caller then does, undoes
 * it. */
int schema_migrate(sqlite3 *db, int version)
{
    int rc = SQLITE_OK;
    for (; version < schema_newest() && rc == SQLITE_OK; version++)
        rc = migrate_step(db, version);
    return rc;
}
