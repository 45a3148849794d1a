/* A receiver of the configuration as a channel sees it. */
#ifndef APP_TARGET_H
#define APP_TARGET_H

#include "app/config.h"
#include "io/channel.h"

const struct channel *target_channel(const struct receiver *receiver);

/* Borrows from both. */
struct channel_target target_of(const struct config *config, const struct receiver *receiver);

/* The receiver with this name, or NULL. */
const struct receiver *target_find(const struct config *config, const char *name);

#endif
