/* The ledger: what has been told of every alert, and what is to be told next.
 *
 * Judged scopes go in, records of what happened come out. The daemon journals and delivers them, a backtest
 * counts them: both run this code, so that what is tried on history is what will happen. */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include "base/map.h"
#include "core/judge.h"
#include "core/message.h"

struct ledger_entry {
    struct alert_told told;
    struct alert_scope scope; /* texts in the ledger's arena */
    enum audience audience;
    char id[ALERT_ID_SIZE];
    int seq; /* of the newest event */
};

struct ledger {
    struct ledger_entry *items;
    size_t len, cap;
    struct map by_scope;
    struct arena arena;
};

#define LEDGER_NULL ((struct ledger){0})

void ledger_deinit(struct ledger *ledger);

/* The entry of a scope: NULL where it was never spoken of; ledger_of adds it. Borrowed until the next
 * ledger_of. */
struct ledger_entry *ledger_find(const struct ledger *ledger, const struct alert_scope *scope);
struct ledger_entry *ledger_of(struct ledger *ledger, const struct alert_scope *scope);

/* How a record is to be told. */
enum ledger_manner {
    LEDGER_ALOUD = 0,
    LEDGER_SILENT = 1 << 0, /* journaled, sent to nobody: a shadow rule, or named in a summary */
    LEDGER_CLOSES = 1 << 1, /* the alert has ended with it */
};

/* Who takes what is told. All return 0 or -errno, which ends the turn. */
struct ledger_sink {
    /* The newest event's number of an alert that was told before under this id; 0: never. */
    int (*last_seq)(void *userdata, const char *id, int *ret_seq);
    int (*tell)(void *userdata, const struct alert_record *record, unsigned manner);
    /* An open alert goes on without an event. */
    int (*follow)(void *userdata, const struct ledger_entry *entry, const struct figure *figures, size_t n);
    void *userdata;
};

/* One turn: after a payload, a start or a reload. */
struct ledger_turn {
    struct judge *judge;
    const struct panel *panel;
    const struct baskets *baskets;
    const char *ruleset; /* its digest */
    int64_t now_ms;
    const char *reason;  /* "threshold", "rules", "case", "feed" */
    const char *vintage; /* digest of the payload that caused it, or "" */
    const struct ledger_sink *sink;
};

/* Tells what each judged scope has to say. Of a rule with `top`, so many new alerts are told one by one,
 * those with the greatest rank; the others are told silently, and named in one summary. */
int ledger_judged(struct ledger *ledger, const struct ledger_turn *turn, const struct judge_result *result);

/* Gives the record the alert's id and the event its number, tells it, and remembers that it was told. */
int ledger_tell(
    const struct ledger_turn *turn, struct ledger_entry *entry, struct alert_record *record, unsigned manner);

/* The product of a summary's scope. */
extern const char ledger_summary_product[];

/* How a summary names a scope, "plywood, US (CN)": the name of its figure. */
const char *ledger_summary_name(const struct alert_scope *scope, struct arena *arena);

#endif
