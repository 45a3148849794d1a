/* The engine: history, judgement and the store. It runs on one thread of its own, takes messages in order and
 * answers.
 *
 * It alone owns the panel and the writing connection; the loop thread sees what the answers carry. */
#ifndef APP_ENGINE_H
#define APP_ENGINE_H

#include "app/outbox_order.h"
#include "app/setup.h"
#include "core/action.h"
#include "io/question_json.h"
#include "io/store_outbox.h"
#include "io/store_quarantine.h"
#include "io/transfer.h"

/* ---- what the loop says ---- */

enum message_kind {
    MESSAGE_START,     /* open, migrate, load, judge everything */
    MESSAGE_RELOAD,    /* read all files again */
    MESSAGE_FETCHED,   /* a feed's transfer has ended */
    MESSAGE_ATTEMPTED, /* a delivery's transfer has ended */
    MESSAGE_TICK,      /* the time that an answer named has come */
    MESSAGE_ORDER,     /* people order something of the outbox */
    MESSAGE_ACT,       /* people do something about an alert, or make a silence */
    MESSAGE_EXPLAIN,   /* people ask why a rule says what it says */
    /* From commands, to an engine of their own: */
    MESSAGE_IMPORT,   /* a file that people bring is to be taken in as a feed's payload */
    MESSAGE_BACKFILL, /* months of a feed's past have been fetched */
    MESSAGE_SETTLE,   /* the backfill has ended: judge, and tell what stands open today */
    MESSAGE_DECIDE,   /* an operator has decided of a payload in quarantine */
};

struct engine_message {
    enum message_kind kind;
    int64_t now_ms;
    struct arena arena; /* holds every text below */

    enum config_secrets secrets; /* START */
    bool ready_first;            /* START: STARTED comes before all is judged, and ENFORCED behind it */
    const char *feed;            /* FETCHED, IMPORT, BACKFILL */
    const char *file;            /* IMPORT: its name, for faults */
    enum ask_meaning meaning;    /* FETCHED: what all its answers together mean */
    long status;                 /* FETCHED, ATTEMPTED; 304: what is known is all there is */
    const char *text;            /* FETCHED, ATTEMPTED: one line for people */
    const char *etag, *last_modified;
    const char *detected; /* FETCHED: what the change detector has seen; NULL: it was not asked */
    int64_t retry_after_s;
    int32_t first, last;  /* BACKFILL: months */
    struct slice body;    /* FETCHED, IMPORT, BACKFILL */
    char *bytes;          /* FETCHED: what `body` stands in, where it is not the arena; owned */
    const size_t *ends;   /* FETCHED: where each answer ends in the body, */
    size_t end_count;     /* where there are several */
    struct host_row host; /* FETCHED: with these requests; no name: none was made */

    struct attempt_row attempt;       /* ATTEMPTED; delivery 0: the heartbeat's */
    struct outbox_order order;        /* ORDER */
    struct action_request action;     /* ACT */
    struct explain_question question; /* EXPLAIN */
    void *asker;                      /* ACT, ORDER, EXPLAIN: comes back with the answer */
    struct quarantine_row decision;   /* DECIDE: payload, decided_ms, who, why */
    bool releases;                    /* DECIDE: else it is dropped */
};

struct engine_message *engine_message_new(enum message_kind kind, int64_t now_ms);
void engine_message_free(struct engine_message *message);

/* ---- what the engine says ---- */

enum answer_kind {
    ANSWER_STARTED,   /* setup: in force from now; text: why it failed where setup is NULL */
    ANSWER_ENFORCED,  /* to START with ready_first: all is judged and told, or error and text */
    ANSWER_RELOADED,  /* setup: in force from now, the old one may go; NULL: refused, text says why */
    ANSWER_FEED,      /* feeds: the one that was fetched, and those that are asked anew because of it */
    ANSWER_ATTEMPTED, /* delivery: its attempt is committed, unless next_ms says when to report it again */
    ANSWER_TICKED,    /* what was due is decided; beat: a heartbeat is to be sent */
    ANSWER_ORDERED,   /* text: what became of it; error */
    ANSWER_ACTED,     /* outcome: what came of it; error: -EINVAL, -ENOENT, -ENOTUNIQ where it is refused */
    ANSWER_EXPLAINED, /* text: the explanation, json: as JSON; with an error why there is none */
    ANSWER_IMPORTED,  /* to IMPORT, BACKFILL, SETTLE and DECIDE. text: what became of it; faults: why it was
                         refused */
};

struct engine_answer {
    enum answer_kind kind;
    struct arena arena;
    struct setup *setup;
    const char *text;
    int error; /* STARTED without a setup, ENFORCED, ORDERED, IMPORTED, ACTED, EXPLAINED: 0 or -errno; -EBUSY:
                  another process writes to the store */
    struct diag_list faults; /* IMPORTED */
    size_t rows;             /* IMPORTED: that went in */
    bool degraded;           /* STARTED: with the last accepted rules, since those on disk are faulty */
    struct feed_row *feeds;  /* STARTED, RELOADED: every feed's state; FEED: that of some */
    size_t feed_count;
    struct host_row *hosts; /* STARTED, RELOADED: of each feed with a URL */
    size_t host_count;
    int64_t next_ms;               /* ATTEMPTED: when to report it again; 0: it is committed */
    int64_t delivery;              /* ATTEMPTED */
    struct action_outcome outcome; /* ACTED */
    void *asker;                   /* ACTED, ORDERED, EXPLAINED */
    bool beat;                     /* TICKED */
    bool json;                     /* EXPLAINED */
    struct store_counts counts; /* always: for the status page; those of a long store may be of a while ago */
    struct heartbeat_row heartbeat; /* always, the same */
    int64_t tick_ms;                /* always: when the engine is to get MESSAGE_TICK; INT64_MAX: never */
    struct digest ruleset;          /* always, once there is one: of the rules, tables and cases in force */
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
