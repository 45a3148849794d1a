#include "io/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/schema.h"
#include "io/store_internal.h"

enum { BUSY_TIMEOUT_MS = 2000 };

/* ---- errors ---- */

static int result_errno(sqlite3 *db, int rc)
{
    switch (rc & 0xff) { /* the primary code of an extended one */
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return -EUCLEAN;
    case SQLITE_BUSY:
        return -EBUSY;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_CONSTRAINT:
        return -EEXIST;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_CANTOPEN:
        return sqlite3_system_errno(db) > 0 ? -sqlite3_system_errno(db) : -EIO;
    default:
        return -EIO;
    }
}

int store_fail(struct store *store, int rc)
{
    int r = result_errno(store->db, rc);
    const char *system = r == -EIO || r == -EROFS ? strerror(sqlite3_system_errno(store->db)) : NULL;
    bool has_system = system != NULL && sqlite3_system_errno(store->db) > 0;
    snprintf(store->error, sizeof store->error, "%s (SQLite %d%s%s)", sqlite3_errmsg(store->db), rc,
        has_system ? ", " : "", has_system ? system : "");
    return r;
}

int store_damaged(struct store *store, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = snprintf(store->error, sizeof store->error, "the store is damaged: ");
    vsnprintf(store->error + n, sizeof store->error - (size_t)n, format, args);
    va_end(args);
    return -EUCLEAN;
}

const char *store_error(const struct store *store)
{
    return store->error;
}

/* ---- opening ---- */

/* SQLite would create it with what the umask leaves; the names and thresholds in it are confidential. WAL and
 * shared memory take the mode of the file. */
static int create_file(const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? 0 : -errno;
    int r = fchmod(fd, 0600) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* One writer for as long as it lives: what it holds in memory would be stale once another has committed. The
 * kernel drops the lock with the process. SQLite's own locks are of another kind and do not meet this one,
 * but closing any descriptor of the file drops them: so this one is closed after the connection. */
static int lock_file(struct store *store, const char *path)
{
    store->lock = open(path, O_RDONLY | O_CLOEXEC);
    if (store->lock >= 0 && flock(store->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    int r = errno == EWOULDBLOCK ? -EBUSY : -errno;
    if (r == -EBUSY)
        snprintf(store->error, sizeof store->error, "another tdwatch writes to it");
    else
        snprintf(store->error, sizeof store->error, "cannot lock it: %s", strerror(-r));
    return r;
}

static int run(struct store *store, const char *sql)
{
    int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : store_fail(store, rc);
}

/* First row and column as a number, or as text of at most `size` bytes. */
static int ask(struct store *store, const char *sql, char *buf, size_t size)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    int r = rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : store_fail(store, rc);
    const unsigned char *text = rc == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;
    snprintf(buf, size, "%s", text != NULL ? (const char *)text : "");
    sqlite3_finalize(stmt);
    return r;
}

static int ask_int(struct store *store, const char *sql, int64_t *ret_value)
{
    char text[32];
    int r = ask(store, sql, text, sizeof text);
    return r == 0 ? str_to_int64(slice_of(text), ret_value) : r;
}

/* Settings that write nothing. The file is not trusted: no code in its schema runs, and cells are checked
 * before they are believed. */
static int configure(struct store *store)
{
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    /* Until the file is known to be ours and whole, closing must not move the log into it. */
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return run(store, "PRAGMA trusted_schema = OFF;"
                      "PRAGMA cell_size_check = ON;"
                      "PRAGMA mmap_size = 0;" /* a disk error is a result, not a signal */
                      "PRAGMA foreign_keys = ON;"
                      "PRAGMA synchronous = FULL");
}

static int check_whole(struct store *store)
{
    char text[256];
    int r = ask(store, "PRAGMA quick_check(1)", text, sizeof text);
    if (r == 0 && !str_equal(text, "ok"))
        return store_damaged(store, "%s", text);
    return r;
}

/* Whose file it is, and of which version. */
static int check_ours(struct store *store, int64_t *ret_version)
{
    int64_t application = 0, tables = 0, version = 0;
    int r = ask_int(store, "PRAGMA application_id", &application);
    if (r == 0)
        r = ask_int(store, "PRAGMA user_version", &version);
    if (r == 0)
        r = ask_int(store, "SELECT count(*) FROM sqlite_schema", &tables);
    if (r < 0)
        return r;
    if (application != SCHEMA_APPLICATION_ID && (tables > 0 || version != 0)) {
        snprintf(store->error, sizeof store->error, "this is another program's database, not a store");
        return -EUCLEAN;
    }
    const char *age = version > schema_newest() ? "a newer tdwatch wrote it"
                      : version < schema_newest() && store->mode != STORE_WRITE
                          ? "an older tdwatch wrote it, and `tdwatch run` has not brought it up to date yet"
                          : NULL;
    if (age != NULL) {
        snprintf(store->error, sizeof store->error, "%s (schema %lld; this one knows %d)", age,
            (long long)version, schema_newest());
        return -EPROTO;
    }
    *ret_version = version;
    return 0;
}

static int start_log(struct store *store)
{
    char mode[16];
    int r = ask(store, "PRAGMA journal_mode = WAL", mode, sizeof mode);
    if (r == 0 && !str_equal(mode, "wal")) {
        snprintf(store->error, sizeof store->error, "its file system cannot hold a write-ahead log");
        return -ENOTSUP;
    }
    /* A first load leaves a log of its own size behind; the room is given back at the next checkpoint. */
    return r == 0 ? run(store, "PRAGMA journal_size_limit = 16777216") : r;
}

/* Order: nothing is written before the file is known to be ours and whole. */
static int set_up(struct store *store)
{
    int64_t version = 0;
    int r = configure(store);
    if (r == 0)
        r = check_ours(store, &version);
    if (r == 0 && store->mode != STORE_FOLLOW)
        r = check_whole(store);
    if (r < 0 || store->mode != STORE_WRITE)
        return r;
    r = start_log(store);
    if (r < 0)
        return r;
    int rc = schema_migrate(store->db, (int)version);
    if (rc != SQLITE_OK)
        return store_fail(store, rc);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return 0;
}

static void store_free(struct store *store)
{
    if (store->lock >= 0)
        close(store->lock);
    block_codec_free(store->codec);
    alloc_free(store->block);
    alloc_free(store);
}

static int refuse(struct store *store, const char *path, int r, char **ret_text)
{
    char text[sizeof store->error + 512];
    const char *damage = r == -EUCLEAN ? "; it was left as it is: restore a copy, or move it away" : "";
    snprintf(text, sizeof text, "%s: %s%s", path, store->error, damage);
    *ret_text = alloc_strdup(text);
    sqlite3_close(store->db); /* of a store that never was: its result adds nothing to r */
    store_free(store);
    return r;
}

int store_open(const char *path, enum store_mode mode, struct store **ret_store, char **ret_text)
{
    struct store *store = alloc_zeroed(1, sizeof *store);
    store->mode = mode;
    store->lock = -1;
    int r = mode == STORE_WRITE ? create_file(path) : 0;
    if (r < 0)
        snprintf(store->error, sizeof store->error, "cannot create it: %s", strerror(-r));
    else if (mode == STORE_WRITE)
        r = lock_file(store, path);
    if (r < 0)
        return refuse(store, path, r, ret_text);
    int flags = mode == STORE_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    /* NOMUTEX: one thread owns the connection. */
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(path, &store->db, flags, NULL);
    r = rc == SQLITE_OK ? set_up(store) : store_fail(store, rc);
    if (r < 0)
        return refuse(store, path, r, ret_text);
    store->codec = block_codec_new();
    store->block = alloc_zeroed(1, sizeof *store->block);
    *ret_store = store;
    return 0;
}

int store_close(struct store *store)
{
    if (store == NULL)
        return 0;
    for (int i = 0; i < SQL_STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    /* SQLite's own checkpoint at the last close drops its errors, so ours comes first. PASSIVE: a reader that
     * is still there is no failure. */
    int rc = SQLITE_OK;
    if (store->mode == STORE_WRITE && sqlite3_get_autocommit(store->db))
        rc = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    int r = rc == SQLITE_OK ? 0 : result_errno(store->db, rc);
    rc = sqlite3_close(store->db);
    if (rc != SQLITE_OK && r == 0)
        r = result_errno(NULL, rc);
    store_free(store);
    return r;
}

/* ---- transactions ---- */

static int run_statement(struct store *store, enum statement statement)
{
    struct query query = query_start(store, statement);
    return query_run(&query);
}

int store_begin(struct store *store)
{
    return run_statement(store, store->mode == STORE_WRITE ? SQL_BEGIN : SQL_BEGIN_READ);
}

/* Some errors (full, I/O) already rolled the transaction back; asking again would only hide the first
 * sentence. */
static void undo(struct store *store, enum statement statement)
{
    char error[sizeof store->error];
    memcpy(error, store->error, sizeof error);
    if (!sqlite3_get_autocommit(store->db))
        run_statement(store, statement);
    memcpy(store->error, error, sizeof error);
}

int store_commit(struct store *store)
{
    int r = run_statement(store, SQL_COMMIT);
    if (r < 0)
        undo(store, SQL_ROLLBACK);
    return r;
}

void store_rollback(struct store *store)
{
    undo(store, SQL_ROLLBACK);
}

int store_enter(struct store *store)
{
    return run_statement(store, SQL_ENTER);
}

int store_leave(struct store *store, int r)
{
    if (r < 0) {
        undo(store, SQL_UNDO);
        undo(store, SQL_LEAVE);
        return r;
    }
    r = run_statement(store, SQL_LEAVE);
    /* Only the outermost RELEASE, which is a commit, can fail; nothing may stay open then. */
    if (r < 0)
        undo(store, SQL_ROLLBACK);
    return r;
}

int store_count(struct store *store, struct store_counts *ret_counts)
{
    struct query query = query_start(store, SQL_COUNT);
    if (query_step(&query) > 0)
        *ret_counts = (struct store_counts){
            .observations_revised = query_int(&query, 0),
            .payloads = query_int(&query, 1),
            .quarantined = query_int(&query, 2),
            .alerts_open = query_int(&query, 3),
            .events = query_int(&query, 4),
            .deliveries = query_int(&query, 5),
            .pending = query_int(&query, 6),
            .delivered = query_int(&query, 7),
            .parked = query_int(&query, 8),
            .held = query_int(&query, 9),
            .dropped = query_int(&query, 10),
            .receivers_disabled = query_int(&query, 11),
        };
    return query_end(&query);
}
