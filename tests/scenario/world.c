#include "tests/scenario/world.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/daemon.h"
#include "base/buf.h"
#include "io/file.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_disk.h"
#include "tests/support/fake_log.h"
#include "tests/support/fake_loop.h"
#include "tests/support/fake_sd.h"
#include "tests/support/fake_transfer.h"

enum {
    TURNS_MAX = 3000, /* at one moment of time; more is a daemon that never rests */
    QUIET_TURNS = 3,  /* a message posted in one turn is handled in the next */
    STOP_MAX_MS = 60 * 1000,
    FILE_MAX = 64 * 1024 * 1024,
};

#define START_MS INT64_C(1751803200000) /* 2025-07-06T12:00:00Z */

static const char *const disk_files[WORLD_FILES] = {
    "state/tdwatch.db", "state/tdwatch.db-wal", "state/tdwatch.db-journal"};

void world_fail(struct world *world, const char *format, ...)
{
    va_list args;
    if (world->failure[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(world->failure, sizeof world->failure, format, args);
    va_end(args);
}

/* ---- files ---- */

static const char *path_of(struct world *world, const char *name)
{
    return arena_printf(&world->arena, "%s/%s", world->directory, name);
}

void world_write_file(struct world *world, const char *name, struct slice bytes)
{
    const char *path = path_of(world, name), *slash = strrchr(path, '/');
    (void)file_make_directory(arena_strndup(&world->arena, path, (size_t)(slash - path)));
    int r = file_write(path, bytes, 0600);
    if (r < 0)
        world_fail(world, "%s: %s", path, strerror(-r));
}

const char *world_read_file(struct world *world, const char *name)
{
    struct slice bytes = {"", 0};
    int r = file_read(path_of(world, name), FILE_MAX, &world->arena, &bytes);
    if (r < 0)
        world_fail(world, "%s: %s", name, strerror(-r));
    return bytes.data;
}

void world_remove_file(struct world *world, const char *name)
{
    if (unlink(path_of(world, name)) < 0)
        world_fail(world, "%s: %s", name, strerror(errno));
}

/* ---- life ---- */

static void watch_disk(struct world *world);

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

bool world_init(struct world *world)
{
    const char *base = getenv("TMPDIR");
    *world = (struct world){0};
    snprintf(world->directory, sizeof world->directory, "%s/tdwatch-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(world->directory) == NULL) {
        perror(world->directory);
        return false;
    }
    watch_disk(world);
    setenv("CREDENTIALS_DIRECTORY", path_of(world, "credentials"), 1);
    fake_clock_set(START_MS);
    fake_log_forget();
    fake_sd_forget();
    return true;
}

static void close_db(struct world *world)
{
    sqlite3_close(world->db);
    world->db = NULL;
}

/* ---- death ---- */

/* What is on the disk in this instant. The index of the log (-shm) is made anew by whoever opens it next. */
static void copy_disk(struct world *world)
{
    for (int i = 0; i < WORLD_FILES; i++) {
        world->disk[i] = (struct slice){NULL, 0};
        (void)file_read(path_of(world, disk_files[i]), FILE_MAX, &world->arena, &world->disk[i]);
    }
}

static void put_disk_back(struct world *world)
{
    unlink(path_of(world, "state/tdwatch.db-shm"));
    for (int i = 0; i < WORLD_FILES; i++) {
        unlink(path_of(world, disk_files[i]));
        if (world->disk[i].data != NULL)
            world_write_file(world, disk_files[i], world->disk[i]);
    }
}

/* The layer below SQLite is installed once in a process; the world changes with each scenario. */
static struct world *world_of_the_disk;

static void before_write(void *userdata)
{
    (void)userdata;
    struct world *world = world_of_the_disk;
    if (world->writes_left == 0 || --world->writes_left > 0)
        return;
    copy_disk(world);
    world->dead = true;
}

static void watch_disk(struct world *world)
{
    if (world_of_the_disk == NULL)
        fake_disk_install(before_write, NULL);
    world_of_the_disk = world;
}

/* The end of a daemon, of its own will or not. */
static void bury(struct world *world)
{
    close_db(world); /* the daemon's is the last connection, as in life, where its end is a checkpoint */
    daemon_free(world->daemon);
    world->daemon = NULL;
    if (world->dead)
        put_disk_back(world);
    world->dead = false;
    world->writes_left = 0;
}

void world_crash(struct world *world)
{
    if (world->daemon == NULL) {
        world_fail(world, "no daemon runs");
        return;
    }
    copy_disk(world);
    world->dead = true;
    bury(world);
}

void world_crash_at_write(struct world *world, int64_t n)
{
    world->writes_left = n;
}

void world_deinit(struct world *world)
{
    if (world->daemon != NULL)
        bury(world);
    close_db(world);
    fake_disk_fill(false);
    nftw(world->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    arena_deinit(&world->arena);
}

/* ---- turns ---- */

bool world_turn(struct world *world)
{
    if (world->daemon == NULL)
        return false;
    bool goes_on = daemon_turn(world->daemon);
    if (goes_on && !world->dead)
        return true;
    world->exit_code = daemon_exit_code(world->daemon);
    bury(world);
    return false;
}

void world_settle(struct world *world)
{
    int quiet = 0;
    for (int turn = 0; quiet < QUIET_TURNS; turn++) {
        uint64_t before = fake_loop_stirred();
        if (turn == TURNS_MAX) {
            world_fail(world, "the daemon does not come to rest");
            return;
        }
        if (!world_turn(world))
            return;
        quiet = fake_loop_stirred() == before ? quiet + 1 : 0;
    }
    if (daemon_next_ms(world->daemon) <= clock_wall_ms())
        world_fail(world, "the daemon says that something is due, and does nothing");
}

void world_start(struct world *world)
{
    if (world->daemon != NULL) {
        world_fail(world, "a daemon runs already");
        return;
    }
    world->life++;
    world->daemon = daemon_new(path_of(world, "tdwatch.yaml"));
    if (world->daemon == NULL)
        world_fail(world, "daemon_new failed");
}

static int64_t next_ms(const struct world *world)
{
    int64_t transfer_ms = fake_transfer_next_ms();
    int64_t own_ms = world->daemon != NULL ? daemon_next_ms(world->daemon) : INT64_MAX;
    return transfer_ms < own_ms ? transfer_ms : own_ms;
}

void world_advance(struct world *world, int64_t ms)
{
    int64_t target = clock_wall_ms() + ms;
    world_settle(world);
    while (world->failure[0] == '\0' && next_ms(world) <= target) {
        fake_clock_set(next_ms(world));
        world_settle(world);
    }
    fake_clock_set(target);
    world_settle(world);
}

void world_stop(struct world *world)
{
    fake_loop_raise(SIGTERM);
    world_settle(world);
    for (int64_t ms = 0; world->daemon != NULL && ms < STOP_MAX_MS; ms += 1000)
        world_advance(world, 1000);
    if (world->daemon != NULL)
        world_fail(world, "a minute after SIGTERM the daemon still runs");
}

/* ---- the store ---- */

static sqlite3_stmt *prepare(struct world *world, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (world->db == NULL &&
        sqlite3_open_v2(path_of(world, disk_files[0]), &world->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        close_db(world);
    else if (sqlite3_prepare_v2(world->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        world_fail(world, "%s: %s", sql, sqlite3_errmsg(world->db));
    return stmt;
}

static bool first_row(struct world *world, const char *texts[WORLD_COLUMNS], const char *sql)
{
    sqlite3_stmt *stmt = prepare(world, sql);
    bool found = stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW;
    for (int i = 0; found && i < sqlite3_column_count(stmt) && i < WORLD_COLUMNS; i++) {
        const char *text = (const char *)sqlite3_column_text(stmt, i);
        texts[i] = text != NULL ? arena_strdup(&world->arena, text) : NULL;
    }
    sqlite3_finalize(stmt);
    return found;
}

bool world_row(struct world *world, const char *texts[WORLD_COLUMNS], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *sql = sqlite3_vmprintf(format, args);
    va_end(args);
    bool found = first_row(world, texts, sql);
    sqlite3_free(sql);
    return found;
}

int64_t world_count(struct world *world, const char *format, ...)
{
    const char *texts[WORLD_COLUMNS] = {NULL};
    va_list args;
    va_start(args, format);
    char *sql = sqlite3_vmprintf(format, args);
    va_end(args);
    bool found = first_row(world, texts, sql);
    sqlite3_free(sql);
    return found && texts[0] != NULL ? strtoll(texts[0], NULL, 10) : 0;
}

static void add_rows(struct world *world, const char *sql, struct buf *out)
{
    sqlite3_stmt *stmt = prepare(world, sql);
    while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            int n = sqlite3_column_bytes(stmt, i);
            (void)buf_printf(out, "%d:", n);
            (void)buf_append(out, sqlite3_column_blob(stmt, i), (size_t)n);
        }
    sqlite3_finalize(stmt);
}

struct digest world_history(struct world *world)
{
    struct buf rows;
    buf_init(&rows, FILE_MAX);
    add_rows(world, "SELECT * FROM series ORDER BY id", &rows);
    add_rows(world, "SELECT * FROM block ORDER BY period, series", &rows);
    add_rows(world, "SELECT * FROM revision ORDER BY payload, series, period, column", &rows);
    struct digest digest = digest_of(buf_text(&rows), rows.len);
    buf_deinit(&rows);
    return digest;
}
