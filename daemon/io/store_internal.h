/* What the store's files share: the connection, its statements, and one way to run them. */
#ifndef IO_STORE_INTERNAL_H
#define IO_STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/block.h"
#include "io/store_outbox.h"

/* Every statement there is; their texts are in store_query.c. */
enum statement {
    SQL_BEGIN,
    SQL_BEGIN_READ,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_ENTER,
    SQL_LEAVE,
    SQL_UNDO,
    SQL_PUT_SOURCE,
    SQL_PUT_SERIES,
    SQL_EACH_SERIES,
    SQL_EACH_UNITLESS,
    SQL_PUT_UNIT,
    SQL_UPDATE_BLOCK,
    SQL_PUT_BLOCK,
    SQL_EACH_BLOCK,
    SQL_PUT_REVISION,
    SQL_EACH_REVISION,
    SQL_EACH_LATER_REVISION,
    SQL_EACH_BLOCK_ORIGIN,
    SQL_PUT_PAYLOAD,
    SQL_EACH_PAYLOAD,
    SQL_FIND_PAYLOAD,
    SQL_TRIM_QUARANTINE,
    SQL_GET_FEED,
    SQL_EACH_FEED,
    SQL_PUT_FEED,
    SQL_GET_HOST,
    SQL_PUT_HOST,
    SQL_GET_NOTICE,
    SQL_PUT_NOTICE,
    SQL_EACH_NOTICE,
    SQL_DROP_CASES,
    SQL_PUT_CASE,
    SQL_PUT_RATE,
    SQL_EACH_RATE,
    SQL_PUT_RULESET,
    SQL_LAST_RULESET,
    SQL_GET_RULESET,
    SQL_GET_ALERT,
    SQL_FIND_ALERT,
    SQL_EACH_ALERT,
    SQL_EACH_OPEN_ALERT,
    SQL_PUT_ALERT,
    SQL_TOUCH_ALERT,
    SQL_DROP_ALERT_FIGURES,
    SQL_PUT_ALERT_FIGURE,
    SQL_EACH_ALERT_FIGURE,
    SQL_PUT_EVENT,
    SQL_GET_EVENT,
    SQL_GET_RAISING_EVENT,
    SQL_PUT_FIGURE,
    SQL_EACH_FIGURE,
    SQL_PUT_DELIVERY,
    SQL_DUE_DELIVERIES,
    SQL_WAS_TOLD,
    SQL_NEXT_DELIVERY,
    SQL_EACH_DELIVERY,
    SQL_EACH_ALERT_DELIVERY,
    SQL_MOVE_DELIVERY,
    SQL_PUT_ATTEMPT,
    SQL_COUNT,
    SQL_STATEMENT_COUNT
};

struct store {
    sqlite3 *db;
    enum store_mode mode;
    int lock; /* STORE_WRITE: descriptor of the file, locked for as long as it is open; else -1 */
    sqlite3_stmt *statements[SQL_STATEMENT_COUNT]; /* prepared at first use */
    struct block_codec *codec;
    struct block *block; /* scratch */
    char error[512];
};

/* Keeps the sentence for store_error(), returns the -errno of an SQLite result code. */
int store_fail(struct store *store, int rc);
/* The same for a fault that SQLite cannot see. */
int store_damaged(struct store *store, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes a function of several statements atomic, inside a transaction of the caller's and outside of one.
 * store_leave takes what the function would return, undoes everything where that is an error, and returns it.
 */
int store_enter(struct store *store);
int store_leave(struct store *store, int r);

/* As store_load_panel, without the blocks that a payload after this one wrote first. */
int history_load(struct store *store, struct panel *panel, int64_t payload);

/* One run of a statement. Errors stick: after the first, everything does nothing and the last call returns
 * it. Only one run of a statement may be under way. */
struct query {
    struct store *store;
    sqlite3_stmt *stmt;
    int bound;
    int r;
};

struct query query_start(struct store *store, enum statement statement);

/* Bind the next parameter. Bytes must last until the query ends. */
void query_bind_int(struct query *query, int64_t value);
void query_bind_real(struct query *query, double value);
void query_bind_text(struct query *query, const char *text); /* NULL binds "" */
void query_bind_blob(struct query *query, struct slice bytes);
void query_bind_null(struct query *query);

/* 1: a row; 0: the end; < 0: -errno. */
int query_step(struct query *query);

/* Columns of the row, from 0. Texts last until the next step. */
int64_t query_int(const struct query *query, int column);
const char *query_text(const struct query *query, int column);
struct slice query_blob(const struct query *query, int column);
/* A number below `count`; anything else is damage: 0, and the query fails. */
int query_enum(struct query *query, int column, int count);

/* Ends the query: 0, or the first error. */
int query_end(struct query *query);
/* For statements without rows: steps and ends. */
int query_run(struct query *query);

#endif
