/* Synthetic alerts: one for every event and state, with all that a message can say. Templates are tried on
 * them before they are used, and their names are those that a template may use. */
#ifndef CORE_MESSAGE_SAMPLE_H
#define CORE_MESSAGE_SAMPLE_H

#include "core/evidence.h"
#include "core/message.h"

enum { SAMPLE_FIGURES = 3, SAMPLE_ARGUMENTS = 3 };

/* The record points into what follows: it is not to be moved. */
struct message_sample {
    struct alert_record record;
    struct evidence evidence;
    struct alert_last last;
    struct rule rule;
    struct rule_let lets[SAMPLE_FIGURES];
    struct expr calls[SAMPLE_FIGURES], arguments[SAMPLE_FIGURES][SAMPLE_ARGUMENTS];
    struct expr *pointers[SAMPLE_FIGURES][SAMPLE_ARGUMENTS];
};

enum message_sample_kind {
    SAMPLE_TRADE, /* as its event would be */
    SAMPLE_FEED,  /* of a feed: without evidence */
    SAMPLE_WHOLE, /* every part of a message is there, whatever the event */
};

void message_sample_make(enum message_sample_kind kind, enum alert_event event, enum alert_state state,
    struct message_sample *ret_sample);

#endif
