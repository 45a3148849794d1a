/* Payloads that the gate refused, and what an operator has decided of them. What a payload was and why it was
 * refused stays for ever; its bytes stay until it is decided, or until too many newer ones have come. */
#ifndef IO_STORE_QUARANTINE_H
#define IO_STORE_QUARANTINE_H

#include "io/store.h"

struct quarantine_row {
    int64_t payload;
    const char *feed;
    struct digest digest;
    int64_t seen_ms;
    size_t bytes, rows;
    const char *reasons; /* one fault a line */
    bool has_body;
    int64_t decided_ms;    /* 0: it is not decided */
    const char *who, *why; /* "" until then */
    int64_t released;      /* the payload as which it went in; 0: it was dropped */
};

/* Calls fn for each, oldest first. */
int store_each_quarantined(
    struct store *store, void (*fn)(void *userdata, const struct quarantine_row *row), void *userdata);

/* One of them, with its bytes and where each answer ends in them (none where it is one). In `arena`. 0;
 * -ENOENT: there is none of that number; -ENODATA: its bytes are not kept any more. */
struct quarantine_body {
    struct slice bytes;
    const size_t *ends;
    size_t end_count;
};
int store_get_quarantined(struct store *store, int64_t payload, struct arena *arena,
    struct quarantine_row *ret_row, struct quarantine_body *ret_body);

/* Journals the decision in `row`, and lets go of the bytes. */
int store_put_decision(struct store *store, const struct quarantine_row *row);

/* What a feed's payloads are, for the status of feeds. */
struct feed_payloads {
    const char *feed;
    bool any;             /* one was accepted */
    size_t rows, revised; /* of the newest one that was */
    size_t held;          /* in quarantine, not decided, with their bytes */
};
int store_each_feed_payloads(
    struct store *store, void (*fn)(void *userdata, const struct feed_payloads *row), void *userdata);

#endif
