/* The poller: which feed is fetched when. On the loop thread.
 *
 * One transfer at a time for each host, within the limits of its feeds; conditional requests where one
 * request is all; what was gathered goes to the engine, and the engine's answer says when to ask again. */
#ifndef APP_POLLER_H
#define APP_POLLER_H

#include "app/engine.h"
#include "io/transfer.h"

struct poller;

/* `fetched` is called once for all that a feed was asked for at a time, with a message for the engine that it
 * then owns. */
typedef void poller_fetched_fn(void *userdata, struct engine_message *message);

struct poller *poller_new(poller_fetched_fn *fetched, void *userdata);
void poller_free(struct poller *poller);

/* The feeds of the answer's setup, with their kept states and their hosts', from now on. What is under way
 * ends as it would have. */
void poller_set_feeds(struct poller *poller, const struct engine_answer *answer);

/* The engine has dealt with what a feed brought. */
void poller_dealt(struct poller *poller, const struct feed_row *row);

/* Another feed's payload makes the engine want this one again, by this state; what is under way for it will
 * do. */
void poller_ask_again(struct poller *poller, const struct feed_row *row);

/* Starts what is due. Feeds of exchange rates come before those that are converted by them. */
void poller_run(struct poller *poller, struct transfers *transfers, int64_t now_ms);

/* When something is due next; INT64_MAX: nothing. */
int64_t poller_next_ms(const struct poller *poller);

#endif
