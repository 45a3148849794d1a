/* What an answer means for a delivery: the classes of HTTP and SMTP replies, as tables. Pure. */
#ifndef IO_OUTCOME_H
#define IO_OUTCOME_H

#include "io/channel.h"

/* Webhooks of every format. Once a status was read it decides, whatever became of the rest of the answer: a
 * receiver that said 2xx has the event. 3xx is a failure, and never followed (Standard Webhooks 1.0.0). */
enum channel_outcome outcome_of_http(const struct transfer_reply *reply);

/* Mail: a refusal of a step before RCPT TO is the relay's of us, one of RCPT TO the receiver's, one of the
 * text the message's (RFC 5321, 4.2 and 4.3.2; RFC 4954, 6). */
enum channel_outcome outcome_of_mail(const struct transfer_reply *reply);

#endif
