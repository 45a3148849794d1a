/* A store in a directory of its own, for tests; and a second look at its file that does not go through our
 * code. */
#ifndef TESTS_TEMP_STORE_H
#define TESTS_TEMP_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "io/store_outbox.h"

struct temp_store {
    char directory[200], path[256];
    struct store *store;
    struct arena arena;
};

static inline struct store *temp_store_open(struct temp_store *temp, enum store_mode mode)
{
    char *text = NULL;
    if (store_open(temp->path, mode, &temp->store, &text) < 0)
        fail_msg("%s", text);
    return temp->store;
}

static inline struct store *temp_store_reopen(struct temp_store *temp)
{
    assert_int_equal(store_close(temp->store), 0);
    temp->store = NULL;
    return temp_store_open(temp, STORE_WRITE);
}

static inline int temp_store_setup(void **state)
{
    struct temp_store *temp = alloc_zeroed(1, sizeof *temp);
    const char *base = getenv("TMPDIR");
    snprintf(temp->directory, sizeof temp->directory, "%s/tdwatch-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(temp->directory));
    snprintf(temp->path, sizeof temp->path, "%s/store.db", temp->directory);
    temp_store_open(temp, STORE_WRITE);
    *state = temp;
    return 0;
}

static inline int temp_store_teardown(void **state)
{
    struct temp_store *temp = *state;
    store_close(temp->store);
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s%s", temp->path, suffixes[i]);
        unlink(path);
    }
    rmdir(temp->directory);
    arena_deinit(&temp->arena);
    alloc_free(temp);
    return 0;
}

/* Runs a statement on a connection of its own. Returns the first column of the first row as text, "" for NULL
 * or none. */
static inline const char *temp_store_sql(struct temp_store *temp, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open(temp->path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    const unsigned char *text = rc == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;
    const char *copy = arena_strdup(&temp->arena, text != NULL ? (const char *)text : "");
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return copy;
}

#endif
