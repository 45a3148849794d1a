/* The control socket: what other processes of this machine ask of the running daemon.
 *
 * HTTP on a Unix socket. This file turns a request into a message to the engine and the engine's answer into
 * a reply; what an action means is in app/act.c, so that another transport needs no second one. */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include "app/engine.h"
#include "io/loop.h"

#define CONTROL_SOCKET            "control.sock" /* in the state directory */
#define CONTROL_ACTIONS_PATH      "/v1/actions"
#define CONTROL_ORDERS_PATH       "/v1/outbox"
#define CONTROL_EXPLANATIONS_PATH "/v1/explanations"

struct control;

/* Takes the message. */
typedef void control_post_fn(void *userdata, struct engine_message *message);

/* Opens the socket; to be called by the process that holds the store. 0 or -errno. */
int control_new(struct loop *loop, const char *state_directory, control_post_fn *post, void *userdata,
    struct control **ret_control);
void control_free(struct control *control); /* NULL is fine */

/* Answers who asked: what the engine says, or that it has no time for this. */
void control_answer(const struct engine_answer *answer);
void control_answer_order(const struct engine_answer *answer);
void control_answer_question(const struct engine_answer *answer);
void control_refuse(void *asker);

#endif
