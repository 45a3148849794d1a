/* The fixed words of messages, in both languages: labels, countries, events, severities.
 *
 * Careful wording is a requirement, since petitioners read warnings too: a pattern is "consistent with"
 * others, an ended alert does not say that nothing can follow, and no text judges a company. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include <stdbool.h>

#include "core/alert.h"
#include "core/measure.h"
#include "core/observation.h"
#include "core/quality_flag.h"

enum word {
    WORD_ALERT,
    WORD_PRODUCT,
    WORD_FEED,
    WORD_RECEIVER,
    WORD_SILENCE,
    WORD_MARKET,
    WORD_ORIGIN,
    WORD_PERIOD,
    WORD_RAISED,
    WORD_REASON,
    WORD_SEVERITY,
    WORD_SEVERITY_WAS, /* of an alert that is over */
    WORD_FIGURES,
    WORD_ADVICE,
    WORD_BASIS,
    WORD_TRACE,
    WORD_SOURCES,
    WORD_VINTAGE,
    WORD_RULE,
    WORD_RULESET,
    WORD_ALERT_ID,
    WORD_DECIDED,
    WORD_UNKNOWN,
    WORD_OTHER_LANGUAGE, /* where to find the message in the other language */
    WORD_NOTE,           /* what an alert is, and is not */
    WORD_NOTE_FEED,
    WORD_NOTE_DELIVERY,
    WORD_LAPSED_SENTENCE, /* of an alert that stands when its acknowledgement has ended */
    WORD_SILENCE_SENTENCE,
    WORD_NEXT,    /* what to read next, before the command that shows it */
    WORD_CHANGES, /* heading; since the last message */
    WORD_THEN,    /* columns of it */
    WORD_NOW,
    WORD_MEASURES, /* heading: measures and cases of the scope */
    WORD_SINCE,
    WORD_RATE,
    WORD_MORE_MEASURES,
    WORD_DEADLINES, /* heading: what the law gives days for */
    WORD_DATA,      /* heading: sources and what they are worth */
    WORD_RECEIVED,
    WORD_QUALITY,
    WORD_THRESHOLD,
    WORD_MET, /* "met, by 5 pp" */
    WORD_NOT_MET,
    WORD_CHART, /* what stands in place of the chart, for who does not see it */
    WORD_COUNT
};

const char *words_get(enum word word, enum language language);

/* The name of a country or customs territory, or the code itself where it is not in the table. */
const char *words_market(const char *code, enum language language);

const char *words_severity(enum severity severity, enum language language);

/* The event as a heading, "Alert ended", and as the tag of a subject line, "Ended". */
const char *words_event(enum alert_event event, enum language language);
const char *words_event_tag(enum alert_event event, enum language language);

/* The same of how deliveries to a receiver go. */
const char *words_delivery_sentence(bool over, enum language language);

/* What happened, one or two sentences: a template as message_fill takes. `feed`: the alert is about a data
 * feed. */
const char *words_sentence(enum alert_event event, bool feed, enum language language);

/* Why the event came: the journal's word ("revision") as a phrase, or the word itself where it is not in the
 * table. */
const char *words_reason(const char *reason, enum language language);

/* A comparison of the rule language as people write it: ">=" as "≥". */
const char *words_sign(const char *symbol);

const char *words_measure_type(enum measure_type type, enum language language);
const char *words_standing(enum measure_standing standing, enum language language);

/* What a flag says of the newest month: "the source calls them preliminary". */
const char *words_flag(enum observation_flag flag, enum language language);

/* What a flag on the figures' quality says; "" for those that words_flag has. */
const char *words_quality(enum quality_flag flag, enum language language);

#endif
