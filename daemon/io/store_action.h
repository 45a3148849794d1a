/* The journal of what people do, and the silences they make. Rows are added and never changed. Returns as
 * io/store.h says. */
#ifndef IO_STORE_ACTION_H
#define IO_STORE_ACTION_H

#include "core/action.h"
#include "core/silence.h"
#include "io/store.h"

/* Adds a row; its id is in *ret_id. The action's own id is not read. */
int store_put_action(struct store *store, const struct action *action, int64_t *ret_id);

/* Calls fn for the actions on one alert (whole id), or for all where it is NULL; oldest first. */
int store_each_action(struct store *store, const char *alert,
    void (*fn)(void *userdata, const struct action *action), void *userdata);

/* Adds a silence; its id is in *ret_id. */
int store_put_silence(struct store *store, const struct silence *silence, int64_t *ret_id);

/* Calls fn for every silence there ever was, oldest first. */
int store_each_silence(
    struct store *store, void (*fn)(void *userdata, const struct silence *silence), void *userdata);

#endif
