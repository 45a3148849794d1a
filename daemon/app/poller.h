/* The poller: which feed is fetched when. On the loop thread.
 *
 * One transfer at a time for each host, within the limits of its feeds; conditional requests where one
 * request is all; what was gathered goes to the engine, and the engine's answer says when to ask again. */
#ifndef APP_POLLER_H
#define APP_POLLER_H

#include "app/engine.h"
#include "feeds/gather.h"
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

/* Asks for these months as soon as its host allows, whether the feed is due or not. False: there is no such
 * feed that can be asked. */
bool poller_ask(struct poller *poller, const char *feed, const struct gather_span *span);

/* Hands over at once that the feed could not be asked to the end, with the requests that were made. */
void poller_give_up(struct poller *poller, const char *feed, const char *why);

/* Whether the day's requests to the feed's host are used up. */
bool poller_is_used_up(const struct poller *poller, const char *feed, int64_t now_ms);

/* Another feed's payload makes the engine want this one again, by this state; what is under way for it will
 * do. */
void poller_ask_again(struct poller *poller, const struct feed_row *row);

/* Starts what is due. Feeds of exchange rates come before those that are converted by them. */
void poller_run(struct poller *poller, struct transfers *transfers, int64_t now_ms);

/* When something is due next; INT64_MAX: nothing. */
int64_t poller_next_ms(const struct poller *poller);

#endif
