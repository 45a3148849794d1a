/* The world of one scenario: a directory, a clock, the daemon in it, and its death.
 *
 * A crash leaves exactly the bytes that SQLite had written by then: they are copied at that moment, the
 * daemon is freed with all it may still do, and the copy is put back. */
#ifndef SCENARIO_WORLD_H
#define SCENARIO_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"

struct sqlite3;
struct daemon;
struct peers;
struct payloads;

enum { WORLD_FILES = 3 };

struct world {
    char directory[200];
    struct arena arena;
    struct daemon *daemon;          /* NULL while none runs */
    struct sqlite3 *db;             /* a second look at the store, past our code */
    int life;                       /* how many daemons there have been */
    bool ready;                     /* the service manager has been told */
    int exit_code;                  /* of the last one that ended by itself */
    bool dead;                      /* the crash has come; nothing that is done now counts */
    int64_t writes_left;            /* until the crash; 0: none is due */
    struct slice disk[WORLD_FILES]; /* what the crash left */
    char history[DIGEST_SIZE];      /* as remembered */
    struct peers *peers;
    struct payloads *payloads;
    char failure[1024]; /* the first; "" while all is well */
};

/* A new empty directory, noon of a day in July 2025. False where there is none to be had. */
bool world_init(struct world *world);
void world_deinit(struct world *world); /* removes the directory */

/* The first failure stands. */
void world_fail(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- files ---- */

void world_write_file(struct world *world, const char *name, struct slice bytes);
const char *world_read_file(struct world *world, const char *name);
void world_remove_file(struct world *world, const char *name);

/* ---- the daemon ---- */

void world_start(struct world *world);
/* As one turn; false once there is no daemon. */
bool world_turn(struct world *world);
/* Turns until nothing more happens at this moment. */
void world_settle(struct world *world);
/* Moves the clock over everything that is due meanwhile. */
void world_advance(struct world *world, int64_t ms);
/* SIGTERM, and waits for as long as the daemon takes. */
void world_stop(struct world *world);
/* kill -9, now. */
void world_crash(struct world *world);
/* kill -9 before the n-th write to the disk from now on. */
void world_crash_at_write(struct world *world, int64_t n);

/* ---- the store, as it stands on disk ---- */

enum { WORLD_COLUMNS = 16 };

/* First row of a query in sqlite3_mprintf's format (%Q quotes); texts in the world's arena, NULL for SQL
 * NULL. False: no row. */
bool world_row(struct world *world, const char *texts[WORLD_COLUMNS], const char *format, ...);
int64_t world_count(struct world *world, const char *format, ...);

/* Digest of series, blocks and revisions. */
struct digest world_history(struct world *world);

#endif
