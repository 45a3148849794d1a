/* Actions: what people, and the daemon in their place, do about alerts and silences. A journal, and what
 * follows from it.
 *
 * Where an alert stands with people is a fold over its actions, as its state is one over verdicts. */
#ifndef CORE_ACTION_H
#define CORE_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/alert.h"
#include "core/matchers.h"

enum action_kind {
    ACTION_NONE,
    ACTION_ACKNOWLEDGED, /* until `until_ms`, at the severity that the alert had then */
    ACTION_ASSIGNED,     /* to `text`; "": to nobody any more */
    ACTION_COMMENTED,    /* `text` */
    ACTION_SILENCED,     /* a silence was made; `text`: its reason */
    ACTION_EXPIRED,      /* a silence was ended before its time */
    ACTION_ESCALATED,    /* by the daemon: nobody had acknowledged; `text`: the receiver that was told */
    ACTION_LAPSED,       /* by the daemon: an acknowledgement had ended and the alert still stood */
    ACTION_KIND_COUNT
};

/* "acknowledged": in lists; "acknowledge": as it is asked for. "" for none. */
const char *action_name(enum action_kind kind);
const char *action_verb(enum action_kind kind); /* "" also for what nobody can ask for */
/* ACTION_NONE where it is no verb. */
enum action_kind action_of_verb(const char *verb);

struct action {
    int64_t id;
    enum action_kind kind;
    const char *alert;       /* its id; "" for an action on a silence */
    int64_t silence;         /* its id; 0 for an action on an alert */
    const char *who;         /* the name that was given */
    const char *login;       /* the user that the system knows to have asked */
    int64_t at_ms, until_ms; /* until 0: has none */
    enum severity severity;
    const char *text;
};

/* Where an alert stands with people. Texts are the actions'. */
struct handling {
    const char *acknowledged_by; /* NULL: nobody has */
    int64_t acknowledged_ms, acknowledged_until_ms;
    enum severity acknowledged_severity;
    const char *assignee; /* NULL: nobody */
    size_t comments;
};

/* One step; actions come in order. */
void handling_step(struct handling *handling, const struct action *action);

/* Whether an acknowledgement holds now. One at a lesser severity does not cover a graver alert. */
bool handling_is_acknowledged(const struct handling *handling, enum severity severity, int64_t now_ms);

/* ---- what is asked for ---- */

enum { ACTION_NAME_MAX = 64, ACTION_TEXT_MAX = 1000 }; /* bytes */

#define ACTION_ACKNOWLEDGED_MS (INT64_C(30) * 24 * 3600 * 1000) /* where no end is asked for: a release */
#define ACTION_UNTIL_MAX_MS    (INT64_C(366) * 24 * 3600 * 1000)

struct action_request {
    enum action_kind kind;
    const char *who;               /* NULL: the login */
    const char *login;             /* from the transport, never from the request */
    const char *alert;             /* id, or the beginning of one */
    int64_t silence;               /* EXPIRED */
    const char *text;              /* comment, reason, assignee; NULL: none */
    const char *from, *until;      /* as core/moment.h reads them; NULL: now, and none */
    struct matcher_texts matchers; /* SILENCED */
};

/* Checks what can be checked without the store, and fills in `who`. `ret_from_ms`, `ret_until_ms`: 0 where
 * the kind has none. 0, or -EINVAL with a sentence in *ret_fault (in `arena`). */
int action_check(struct action_request *request, int64_t now_ms, struct arena *arena, int64_t *ret_from_ms,
    int64_t *ret_until_ms, const char **ret_fault);

/* What came of it. */
struct action_outcome {
    const char *text;  /* a sentence: what was done, or why not */
    const char *alert; /* whole id; NULL: it was on no alert */
    int64_t silence;   /* 0: on none */
    const char *who;   /* for the log; NULL: it was refused */
};

#endif
