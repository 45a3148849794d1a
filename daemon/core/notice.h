/* A trade-remedy notice: what an authority published on a day about a case.
 *
 * Read from payloads by feeds/notices.c. A notice is never changed by a later one: a correction is a
 * notice of its own. What it does not say is not filled in. */
#ifndef CORE_NOTICE_H
#define CORE_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/keys.h"
#include "base/map.h"
#include "core/date.h"

/* What kind of procedure it belongs to. */
enum notice_proceeding {
    PROCEEDING_OTHER, /* rules, lists, what is not understood; it moves no case */
    PROCEEDING_INVESTIGATION,
    PROCEEDING_REVIEW, /* administrative, interim and new-shipper reviews */
    PROCEEDING_SUNSET, /* expiry (sunset, five-year) reviews, and continuation */
    PROCEEDING_CHANGED_CIRCUMSTANCES,
    PROCEEDING_CIRCUMVENTION,
    PROCEEDING_SCOPE,
    PROCEEDING_SUSPENSION, /* under an agreement that suspends an investigation, or an undertaking */
    PROCEEDING_COUNT
};

/* What happened in it. */
enum notice_step {
    STEP_OTHER,
    STEP_INSTITUTION, /* the US Commission takes up a petition: a petition was filed */
    STEP_INITIATION,
    STEP_PRELIMINARY,
    STEP_FINAL,
    STEP_ORDER,
    STEP_CONTINUATION,
    STEP_REVOCATION,
    STEP_TERMINATION, /* ended without a measure */
    STEP_RESCISSION,  /* of a review */
    STEP_POSTPONEMENT,
    STEP_SCHEDULING,
    STEP_REGISTRATION, /* imports are registered, so that duties can reach back */
    STEP_COUNT
};

enum notice_outcome { OUTCOME_NONE, OUTCOME_AFFIRMATIVE, OUTCOME_NEGATIVE, OUTCOME_COUNT };

/* Laws; bits. */
enum { LAW_ANTI_DUMPING = 1, LAW_COUNTERVAILING = 2, LAW_SAFEGUARD = 4 };

struct notice {
    const char *id;     /* the publisher's number: "2025-05887"; once in a list of notices */
    const char *market; /* "US", "EU" */
    const char *agency; /* "ITA", "ITC", "EC" */
    const char *title;
    const char *url;             /* where people read it; "" where none is known */
    const char *product;         /* as it was written; "" where the title names none */
    struct texts cases;          /* docket numbers: A-552-821, 731-TA-1472, AD725 */
    struct texts origins, codes; /* countries; HS numbers, without dots */
    enum notice_proceeding proceeding;
    enum notice_step step;
    enum notice_outcome outcome;
    unsigned laws;
    bool correction;   /* it mends another notice, or repeats it */
    bool listed;       /* `published` is the day on which a list without days was had */
    bool in_force;     /* a list says that there is a measure, without its day */
    int32_t published; /* never DATE_NONE */
    int32_t effective; /* DATE_NONE: it names no other day */
    int32_t due;       /* until when the next step or comments are due; DATE_NONE: not said */
};

/* Far above what ten years of both authorities publish; it bounds what a mistaken payload can cost. */
enum { NOTICES_MAX = 200 * 1000 };

struct notices {
    struct notice *items;
    size_t len, cap;
    struct map ids;
    struct arena arena;
};

#define NOTICES_NULL ((struct notices){0})

extern const char *const notice_proceeding_names[PROCEEDING_COUNT + 1]; /* NULL-terminated */
extern const char *const notice_step_names[STEP_COUNT + 1];
extern const char *const notice_outcome_names[OUTCOME_COUNT + 1];

/* Adds a notice; texts are borrowed, as a rule from the list's own arena. 0; 1 where one with its id is there
 * already, which stays (of a listed one with the earlier of both days); or -E2BIG. */
int notices_push(struct notices *notices, const struct notice *notice);

void notices_deinit(struct notices *notices);

#endif
