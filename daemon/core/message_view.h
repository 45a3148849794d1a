/* What a message says, in one language, before it is laid out: the part that text and HTML share. */
#ifndef CORE_MESSAGE_VIEW_H
#define CORE_MESSAGE_VIEW_H

#include <stdbool.h>

#include "base/arena.h"
#include "core/message.h"

struct message_row {
    const char *name, *value;
};

struct message_rows {
    struct message_row *items;
    size_t len;
};

/* Texts live in the arena given to message_views_make, or are constants. "" where a part is left out. */
struct message_view {
    enum language language;
    const char *event;    /* "New alert" */
    const char *tag;      /* "Warning 3/4", "Strengthened: Critical 4/4": of the subject */
    const char *severity; /* "Severity 3/4: Warning" */
    const char *colour;   /* "#b04a00", dark enough for white letters */
    bool over;            /* the alert has ended or was withdrawn */
    const char *title;    /* the rule's title, filled */
    const char *headline; /* the title; in quotes where the event does not assert it */
    const char *sentence; /* what happened */
    const char *advice;
    const char *note;           /* what an alert is, and is not */
    const char *next, *command; /* what to read next */
    struct message_rows facts;  /* product, market, period … */
    struct message_rows figures;
    struct message_rows data;   /* sources, when they came, what they are worth */
    struct message_rows trace;  /* rule, ids */
    const char *const *basis;   /* NULL-terminated, may be NULL */
    const char *other_language; /* where the message in the other language stands; "" where it is alone */
};

/* One view for each language of the bit set, Vietnamese first. 0, or -EMSGSIZE where a template fills to more
 * than MESSAGE_PHRASE_MAX bytes. */
enum { MESSAGE_PHRASE_MAX = 8192 };
int message_views_make(const struct alert_record *record, unsigned languages, struct arena *arena,
    struct message_view ret_views[LANGUAGE_COUNT], size_t *ret_count);

/* The record's title, filled. Where the event does not assert the alert, its figures are not those that
 * raised it, so they show as "…". Appends to `out`; 0, or -EMSGSIZE. */
int message_title(const struct alert_record *record, enum language language, struct buf *out);

/* The text in the language, or in the other one where it is not given; "" where neither is. */
const char *message_phrase(const struct phrase *phrase, enum language language);

/* "2025-09-08 08:30 UTC", "08/09/2025 08:30 UTC". */
const char *message_moment(int64_t at_ms, enum language language, struct arena *arena);

/* Whether the event says that the alert holds with the figures it carries. */
bool message_asserts(const struct alert_record *record);

/* Whether the alert is about a data feed, or about deliveries, rather than about trade. */
bool message_is_feed(const struct alert_record *record);
/* Whether it is about a silence, which is the scope's product. */
bool message_is_silence(const struct alert_record *record);

/* A buffer that remembers its first failure, so that a layout reads as what it puts. */
struct message_sink {
    struct buf *out;
    size_t start;
    int error;
};

struct message_sink message_sink_on(struct buf *out);
void message_put(struct message_sink *sink, const char *text);
void message_put_bytes(struct message_sink *sink, const char *bytes, size_t n);

/* 0, or the first failure; then the buffer is as it was before. */
int message_sink_end(struct message_sink *sink);

#endif
