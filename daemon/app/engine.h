/* The engine: history, judgement and the store. It runs on one thread of its own, takes messages in order and
 * answers.
 *
 * It alone owns the panel and the writing connection; the loop thread sees what the answers carry. */
#ifndef APP_ENGINE_H
#define APP_ENGINE_H

#include "app/setup.h"
#include "io/store_outbox.h"
#include "io/transfer.h"

/* ---- what the loop says ---- */

enum message_kind {
    MESSAGE_START,     /* open, migrate, load, judge */
    MESSAGE_RELOAD,    /* read all files again */
    MESSAGE_FETCHED,   /* a feed's transfer has ended */
    MESSAGE_ATTEMPTED, /* a delivery's transfer has ended */
    MESSAGE_IMPORT, /* a file that people bring, to be taken in as a feed's payload; never from the daemon */
};

struct engine_message {
    enum message_kind kind;
    int64_t now_ms;
    struct arena arena; /* holds every text below */

    enum config_secrets secrets; /* START */
    const char *feed;            /* FETCHED, IMPORT */
    const char *file;            /* IMPORT: its name, for faults */
    enum ask_meaning meaning;    /* FETCHED: what all its answers together mean */
    long status;                 /* FETCHED, ATTEMPTED; 304: what is known is all there is */
    const char *text;            /* FETCHED, ATTEMPTED: one line for people */
    const char *etag, *last_modified;
    int64_t retry_after_s;
    struct slice body;    /* FETCHED, IMPORT */
    char *bytes;          /* FETCHED: what `body` stands in, where it is not the arena; owned */
    const size_t *ends;   /* FETCHED: where each answer ends in the body, */
    size_t end_count;     /* where there are several */
    struct host_row host; /* FETCHED: with these requests; no name: none was made */

    struct attempt_row attempt; /* ATTEMPTED */
};

struct engine_message *engine_message_new(enum message_kind kind, int64_t now_ms);
void engine_message_free(struct engine_message *message);

/* ---- what the engine says ---- */

enum answer_kind {
    ANSWER_STARTED,   /* setup: in force from now; text: why it failed where setup is NULL */
    ANSWER_RELOADED,  /* setup: in force from now, the old one may go; NULL: refused, text says why */
    ANSWER_FEED,      /* feeds: the one that was fetched, and those that are asked anew because of it */
    ANSWER_ATTEMPTED, /* delivery: its attempt is committed, unless next_ms says when to report it again */
    ANSWER_IMPORTED,  /* text: what became of it; faults: why it was refused, and nothing has changed */
};

struct engine_answer {
    enum answer_kind kind;
    struct arena arena;
    struct setup *setup;
    const char *text;
    int error; /* STARTED without a setup, IMPORTED: 0 or -errno; -EBUSY: another process writes to the store
                */
    struct diag_list faults; /* IMPORTED */
    bool degraded;           /* STARTED: with the last accepted rules, since those on disk are faulty */
    struct feed_row *feeds;  /* STARTED, RELOADED: every feed's state; FEED: that of some */
    size_t feed_count;
    struct host_row *hosts; /* STARTED, RELOADED: of each feed with a URL */
    size_t host_count;
    int64_t next_ms;            /* ATTEMPTED: when to report it again; 0: it is committed */
    int64_t delivery;           /* ATTEMPTED */
    struct store_counts counts; /* always: for the status page */
    struct digest ruleset;      /* always, once there is one: of the rules, tables and cases in force */
    size_t rule_count;
    int64_t fallbacks; /* always: messages whose template failed, since the start */
};

void engine_answer_free(struct engine_answer *answer);

/* ---- the engine ---- */

struct engine;

typedef void engine_answer_fn(void *userdata, struct engine_answer *answer);

/* Copies the path. Does nothing yet; MESSAGE_START does. */
struct engine *engine_new(const char *config_path, engine_answer_fn *answer, void *userdata);

/* Closes the store. The setup in force belongs to who got it in an answer. */
void engine_free(struct engine *engine);

/* From now on no payload and no reload is begun or gone on with; attempts are still committed. The only call
 * that another thread may make. For the end of the daemon: what is in memory may stay half done. */
void engine_cancel(struct engine *engine);

/* Handles one message and frees it. Calls `answer` once or more. */
void engine_handle(struct engine *engine, struct engine_message *message);

#endif
