/* What a bulletin says of one alert, in one language: what text and HTML share. */
#ifndef CORE_BULLETIN_VIEW_H
#define CORE_BULLETIN_VIEW_H

#include "core/bulletin.h"
#include "core/message_view.h"

/* Texts on one line each, in the arena or constants. */
struct bulletin_view {
    const char *severity;       /* "Warning 3/4" */
    const char *subject;        /* "Plywood, United States, origin China, 2025-07" */
    const char *headline;       /* the rule's title, filled */
    struct message_rows events; /* when, and what happened */
    const char *now;            /* "stands, Warning 3/4: growth 231%" */
    const char *command;        /* that shows more */
    const char *id;             /* the beginning of the alert's */
};

enum bulletin_word {
    BULLETIN_HEADING,  /* "Digest of alerts" */
    BULLETIN_TAG,      /* of a subject line: "Digest" */
    BULLETIN_ALERTS,   /* "alerts", behind a number */
    BULLETIN_EVENTS,   /* "events" */
    BULLETIN_TOGETHER, /* "They come together because of:" */
    BULLETIN_NOW,      /* "Now:" */
    BULLETIN_WORD_COUNT
};

const char *bulletin_word(enum bulletin_word word, enum language language);

/* "quiet hours, daily or weekly time": why the events come together; in `arena`. */
const char *bulletin_reasons(const struct bulletin *bulletin, enum language language, struct arena *arena);

/* 0, or -EMSGSIZE. */
int bulletin_view_make(const struct bulletin *bulletin, const struct bulletin_alert *alert,
    enum language language, struct arena *arena, struct bulletin_view *ret_view);

#endif
