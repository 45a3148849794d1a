/* Gathers what one payload is made of: which requests are made, one after the other, and when the answers to
 * them are a whole. All of them, or none.
 *
 * Months that history does not have come first. Where none of them is published that is all; where one is,
 * the newest months of history are asked for again, because sources revise them. Where the source has pages,
 * each says which one is next. A request that asks for too much is split and asked in halves; one that the
 * source queues is waited for. Pure: the caller makes the requests. */
#ifndef FEEDS_GATHER_H
#define FEEDS_GATHER_H

#include "base/buf.h"
#include "feeds/answer.h"
#include "feeds/url.h"

enum {
    GATHER_REQUESTS_MAX = 200, /* for one payload, questions for a queued one's status not counted */
    GATHER_PATIENCE_S = 60,    /* so long a Retry-After is waited for; after a longer one all begins anew */
};

struct gather;

/* Which months. Without periods in `ask` nothing of it counts. */
struct gather_span {
    int32_t newest; /* the newest one in history; PERIOD_NONE: none */
    int32_t last;   /* the newest one that is over, and can be published */
    int32_t today;  /* the day; where the month that is going on is asked for, it is so up to here */
};

/* Copies everything; not NULL. `max_bytes` is of all answers together. */
struct gather *gather_new(
    const char *url, const struct ask *ask, const struct gather_span *span, int64_t max_bytes);
void gather_free(struct gather *gather);

/* The URL of the request to be made, without the key, until gather_take; NULL: there is none. */
const char *gather_url(struct gather *gather);

/* The form that is posted with it; NULL: none is. */
const char *gather_form(struct gather *gather);

/* The URL of the i-th request as they are planned now; NULL behind the last. In `arena`. */
const char *gather_planned(const struct gather *gather, size_t i, struct arena *arena);

/* Bytes that its answer may have. */
int64_t gather_room(const struct gather *gather);

/* An answer as it came. */
struct gather_answer {
    long status;
    struct slice body;
    struct buf *storage; /* of `body`, which is taken out of it where that saves a copy; NULL: none */
    int64_t retry_after_s;
    const char *key; /* kept out of texts; NULL: none */
};

/* Takes the answer to gather_url. True: it goes on with gather_url, not before gather_wait_s. False: it has
 * ended, and what follows says how. */
bool gather_take(struct gather *gather, const struct gather_answer *answer);

int64_t gather_wait_s(const struct gather *gather);
enum ask_meaning gather_meaning(const struct gather *gather); /* ASK_DATA: whole */
const char *gather_text(const struct gather *gather);         /* "HTTP 403: …" or "HTTP 200, 5 requests" */

/* The answers, in the order of requests, and where each of them ends in `bytes`. Borrowed. */
struct slice gather_bytes(const struct gather *gather);
/* The same handed to the caller (alloc_free them). */
char *gather_take_bytes(struct gather *gather, size_t *ret_len);
size_t gather_ends(const struct gather *gather, const size_t **ret_ends);

#endif
